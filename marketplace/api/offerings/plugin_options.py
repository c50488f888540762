"""What an offering's type can be told: Waldur's names with their types, each once.

Stored is what was sent. Most of the names concern other systems; those that this service acts upon
are read where they act (`grep plugin_options`). A name that nobody knows here is kept for whom it
may concern when a program sends it. When a person writes it, it is a slip as a rule, and refused:
others would wait for ever for what it was to bring about.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from common import links
from common.api.json_shapes import (
    DAY,
    TEXT,
    TRUTH,
    WHOLE,
    Shape,
    list_of,
    map_of,
    or_null,
    record,
    text_that,
    words,
)
from marketplace import account_settings, login_nodes

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT_SCOPES = ("offering", "provider")
USERNAME_POLICIES = (
    "anonymized",
    "freeipa",
    "full_name",
    "identity_claim",
    "service_provider",
    "waldur_username",
)
LINK = text_that(lambda link: links.fault(link, links.WEB))
SETTING = record(
    {
        "inherited": record({"source": words(*account_settings.SOURCES), "value": TEXT}),
        "source": words(*account_settings.SOURCES),
        "value": TEXT,
    }
)
ACCOUNT_SETTINGS = record(dict.fromkeys(account_settings.DEFAULTS, SETTING))
"""What the options that concern accounts come to, each with the place that it is from."""

ID_SOURCE = words("pool", "user_attribute")


def named(names: str, shape: Shape) -> dict[str, Any]:
    """Return the shape under each of the names."""
    return dict.fromkeys(names.split(), shape)


def known_only(fields: Mapping[str, Shape]) -> Shape:
    """Return the shape of an object that has known keys alone."""
    shape = record(fields)

    def fault(value: Any) -> Any:
        found = shape.fault(value)
        if isinstance(found, list) or not isinstance(value, dict):
            return found
        strangers = {name: [_unknown(name, fields)] for name in value if name not in fields}
        return {**(found or {}), **strangers} or None

    return Shape(shape.schema, fault)


def _unknown(name: str, fields: Mapping[str, Shape]) -> str:
    near = get_close_matches(name[:100], fields, n=1)
    return f"There is no such option.{f' Did you mean {near[0]}?' if near else ''}"


FIELDS: Mapping[str, Shape] = {
    "account_name_generation_policy": or_null(words("project_slug")),
    "account_scope": words(*ACCOUNT_SCOPES),
    "action_on_usage_limit": or_null(words("downscale", "pause")),
    "billing_source": words("placement", "quota"),
    "deployment_mode": words("managed", "self_managed"),
    "gid_source": ID_SOURCE,
    "latest_date_for_resource_termination": DAY,
    "resource_project_role_map": map_of(TEXT),
    "resource_projects_limit_policy": or_null(words("aggregate", "none", "per_project")),
    "resource_role_map": map_of(TEXT),
    "resource_slug_max_length": or_null(WHOLE),
    "storage_mode": words("dynamic", "fixed"),
    "uid_source": ID_SOURCE,
    "username_generation_policy": words(*USERNAME_POLICIES),
    **named(
        "auto_approve_for_roles disabled_resource_actions openstack_offering_uuid_list"
        " required_acr required_assurance restricted_to_roles",
        list_of(TEXT),
    ),
    login_nodes.NODES: list_of(text_that(login_nodes.fault_of_host), most=login_nodes.MOST_NODES),
    **named(
        "auto_approve_in_service_provider_projects auto_approve_marketplace_script"
        " auto_approve_remote_orders auto_ok_resource_projects can_restore_resource"
        " conceal_billing_data conceal_subnet_restricted_resources"
        " create_orders_on_resource_option_change create_orders_on_resource_project_change"
        " disable_autoapprove disable_grace_period emit_display_name emit_waldur_username"
        " enable_api_key_provisioning enable_display_of_order_actions_for_service_provider"
        " enable_issues_for_membership_changes enable_membership_sync_status"
        " enable_posix_account enable_provider_consumer_messaging"
        " enable_purchase_order_upload enable_resource_access_subnets"
        " enable_resource_end_date_change_requests enable_resource_limit_change_requests"
        " enable_resource_projects enable_scim_entitlements enforce_qos"
        " enforce_user_consent expose_inference_playground hide_api_keys_tab"
        " highlight_backend_id_display"
        " is_resource_termination_date_required lbaas_enabled"
        " notify_about_provider_consumer_messages offering_user_auto_deletion"
        " require_effective_id_for_highlighted_display require_purchase_order_upload"
        " require_vetting"
        " resource_projects_limits_required restrict_deletion_with_active_resources"
        " service_provider_can_create_offering_user show_ssh_key_loss_warning"
        " slurm_periodic_policy_enabled supports_downscaling supports_pausing"
        " uses_robot_accounts",
        TRUTH,
    ),
    **named(
        "default_internal_network_mtu default_resource_termination_offset_in_days"
        " managed_rancher_load_balancer_data_volume_size_gb"
        " managed_rancher_load_balancer_system_volume_size_gb"
        " managed_rancher_server_data_volume_size_gb"
        " managed_rancher_server_system_volume_size_gb managed_rancher_tenant_max_cpu"
        " managed_rancher_tenant_max_disk managed_rancher_tenant_max_ram"
        " managed_rancher_worker_system_volume_size_gb max_instances"
        " max_resource_termination_offset_in_days max_security_groups max_volumes"
        " maximal_resource_count_per_project minimal_team_count_for_provisioning"
        " resource_expiration_threshold snapshot_size_limit_gb usage_poll_interval_minutes",
        WHOLE,
    ),
    **named(
        "backend_id_display_label flavors_regex homedir_prefix"
        " login_shell"
        " managed_rancher_load_balancer_data_volume_type_name"
        " managed_rancher_load_balancer_flavor_name"
        " managed_rancher_load_balancer_system_volume_type_name"
        " managed_rancher_server_data_volume_type_name managed_rancher_server_flavor_name"
        " managed_rancher_server_system_volume_type_name"
        " managed_rancher_worker_system_volume_type_name resource_project_role_group_template"
        " resource_role_group_template unique_resource_per_attribute"
        " username_anonymized_prefix",
        TEXT,
    ),
    **named(
        "heappe_cluster_id heappe_identifier heappe_local_base_path"
        " heappe_username project_permanent_directory required_team_role_for_provisioning"
        " resource_name_pattern resource_slug_template scratch_project_directory",
        or_null(TEXT),
    ),
    "heappe_url": or_null(LINK),
}

PLUGIN_OPTIONS = record(FIELDS)
PLUGIN_OPTIONS_BY_HAND = known_only(FIELDS)

SECRET_OPTIONS = record(
    {
        "environ": list_of(record({"name": TEXT, "value": TEXT}, required=("name", "value"))),
        "ipv4_external_ip_mapping": list_of(
            record(
                {"external_ip": TEXT, "floating_ip": TEXT}, required=("external_ip", "floating_ip")
            )
        ),
        "keycloak_sync_frequency": WHOLE,
        "node_disk_driver": words("sd", "vd"),
        "vault_port": WHOLE,
        **named(
            "dns_nameservers order_notification_emails order_notification_roles", list_of(TEXT)
        ),
        **named("heappe_cluster_password heappe_password", or_null(TEXT)),
        **named("api_url backend_url keycloak_url private_registry_url", LINK),
        **named("keycloak_ssl_verify vault_tls_verify", TRUTH),
        **named(
            "argocd_k8s_kubeconfig argocd_k8s_namespace base_image_name"
            " cloud_init_template create customer_uuid k8s_version keycloak_password"
            " keycloak_realm keycloak_user_realm keycloak_username language"
            " managed_rancher_load_balancer_cloud_init_template openstack_api_tls_certificate"
            " password private_registry_password private_registry_user pull"
            " shared_user_password template_confirmation_comment terminate token update username"
            " vault_host vault_token",
            TEXT,
        ),
    }
)
