"""What everybody is shown of an offering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.api.times import iso

if TYPE_CHECKING:
    from marketplace.models import Offering

HOST = "http://testserver"


def component(offering: Offering, kind: str, **differs: Any) -> dict[str, Any]:
    nulls = (
        "default_limit",
        "limit_amount",
        "limit_period",
        "max_available_limit",
        "max_prepaid_duration",
        "max_renewal_duration",
        "max_value",
        "min_prepaid_duration",
        "min_renewal_duration",
        "min_value",
        "overage_component",
        "prepaid_duration_step",
        "renewal_duration_step",
    )
    return {
        **dict.fromkeys(nulls),
        "article_code": "",
        "description": "",
        "is_boolean": False,
        "is_builtin": False,
        "is_prepaid": False,
        "limit_decimal_places": 0,
        "measured_unit": "kh",
        "offering_uuid": offering.uuid.hex,
        "type": kind,
        "unit_factor": 1,
        "uuid": offering.components.get(type=kind).uuid.hex,
        **differs,
    }


def components(offering: Offering) -> list[dict[str, Any]]:
    return [
        component(
            offering,
            "cpu_k_hours",
            name="CPU",
            billing_type="limit",
            limit_period="month",
            min_value=1,
            max_value=1000,
        ),
        component(offering, "gpu_k_hours", name="GPU", billing_type="usage"),
        component(
            offering,
            "gb_k_hours",
            name="RAM",
            billing_type="limit",
            limit_period="annual",
            measured_unit="GB-kh",
        ),
        component(offering, "node_fee", name="Fee", billing_type="fixed", measured_unit="month"),
    ]


def setting(value: str, source: str = "default") -> dict[str, Any]:
    told = {"value": value, "source": source}
    return {**told, "inherited": told}


def mode(**kinds: str) -> list[dict[str, Any]]:
    periods = {"gb_k_hours": "annual"}
    units = {"gb_k_hours": "GB-kh", "node_fee": "month"}
    order = ("cpu_k_hours", "gpu_k_hours", "gb_k_hours", "node_fee")
    return [
        {
            "billing_type": kinds[kind],
            "is_prepaid": False,
            "limit_period": periods.get(kind, "month"),
            "measured_unit": units.get(kind, "kh"),
            "type": kind,
        }
        for kind in order
    ]


def common(offering: Offering) -> dict[str, Any]:
    texts = (
        "access_url backend_id datacite_doi description documentation_url full_description"
        " getting_started helpdesk_url integration_guide paused_reason privacy_policy_link"
        " vendor_details"
    )
    never_any = (
        "default_access_subnets endpoints files qos_profiles quotas screenshots software_catalogs"
        " tags"
    )
    return {
        **dict.fromkeys(texts.split(), ""),
        **{name: [] for name in never_any.split()},
        "account_settings": {
            "account_scope": setting("offering"),
            "homedir_prefix": setting("/users/", "provider"),
            "login_shell": setting("/bin/bash"),
            "username_anonymized_prefix": setting("walduruser_"),
            "username_generation_policy": setting("service_provider"),
        },
        "attributes": {},
        "backend_metadata": {},
        "billable": True,
        "billing_mode_components": {
            "inherit": mode(
                cpu_k_hours="limit", gpu_k_hours="usage", gb_k_hours="limit", node_fee="fixed"
            ),
            "limit": mode(
                cpu_k_hours="limit", gpu_k_hours="limit", gb_k_hours="limit", node_fee="fixed"
            ),
            "usage": mode(
                cpu_k_hours="usage", gpu_k_hours="usage", gb_k_hours="usage", node_fee="fixed"
            ),
        },
        "billing_period_applies": {"inherit": True, "limit": True, "usage": True},
        "billing_type_classification": "mixed",
        "category": f"{HOST}/api/marketplace-categories/{offering.category.uuid.hex}/",
        "category_title": offering.category.title,
        "category_uuid": offering.category.uuid.hex,
        "components": components(offering),
        "created": iso(offering.created),
        "customer": f"{HOST}/api/customers/{offering.customer.uuid.hex}/",
        "customer_name": "CSC",
        "customer_uuid": offering.customer.uuid.hex,
        "effective_available_limits": ["cpu_k_hours", "gb_k_hours"],
        "latitude": None,
        "longitude": None,
        "name": "LUMI-C",
        "options": {"options": {}, "order": []},
        "order_count": 1,
        "organization_groups": [],
        "partitions": [],
        "plugin_options": {"can_restore_resource": True, "made_up": [1]},
        "project": None,
        "project_name": None,
        "project_uuid": None,
        "resource_options": {"options": {}, "order": []},
        "shared": True,
        "slug": "lumi-c-1",
        "state": "Active",
        "total_cost_estimated": 106,
        "total_customers": 1,
        "type": "Marketplace.Slurm",
        "uuid": offering.uuid.hex,
    }
