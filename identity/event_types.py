"""What our kinds of events are called by Waldur, and in which of its groups they are. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WIRE_NAMES: Mapping[str, str] = {
    "account.created": "marketplace_offering_user_created",
    "account.deleted": "marketplace_offering_user_deleted",
    "account.restriction_changed": "marketplace_offering_user_restriction_updated",
    "account.username_set": "marketplace_offering_user_updated",
    "component.added": "marketplace_offering_component_created",
    "component.removed": "marketplace_offering_component_deleted",
    "component.updated": "marketplace_offering_component_updated",
    "consent.given": "terms_of_service_consent_granted",
    "consent.revoked": "terms_of_service_consent_revoked",
    "customer.created": "customer_creation_succeeded",
    "customer.removed": "customer_deletion_succeeded",
    "customer.updated": "customer_update_succeeded",
    "grant.changed": "role_updated",
    "grant.expired": "role_revoked",
    "grant.given": "role_granted",
    "grant.revoked": "role_revoked",
    "key.added": "ssh_key_creation_succeeded",
    "key.removed": "ssh_key_deletion_succeeded",
    "offering.created": "marketplace_offering_created",
    "offering.updated": "marketplace_offering_updated",
    "order.canceled": "marketplace_order_terminated",
    "order.done": "marketplace_order_completed",
    "order.erred": "marketplace_order_failed",
    "order.executing": "marketplace_order_approved",
    "order.pending-consumer": "marketplace_order_created",
    "order.pending-project": "marketplace_order_created",
    "order.pending-provider": "marketplace_order_created",
    "order.pending-start-date": "marketplace_order_created",
    "order.rejected": "marketplace_order_rejected",
    "order.unlinked": "marketplace_order_unlinked",
    "plan.archived": "marketplace_plan_archived",
    "plan.created": "marketplace_plan_created",
    "plan.prices_in_force": "marketplace_plan_component_current_price_updated",
    "plan.prices_set": "marketplace_plan_component_future_price_updated",
    "plan.quotas_set": "marketplace_plan_component_quota_updated",
    "plan.removed": "marketplace_plan_deleted",
    "plan.updated": "marketplace_plan_updated",
    "project.created": "project_creation_succeeded",
    "project.removed": "project_deletion_succeeded",
    "project.updated": "project_update_succeeded",
    "resource.abandoned": "marketplace_resource_create_canceled",
    "resource.broke": "marketplace_resource_erred_on_backend",
    "resource.created": "marketplace_resource_create_succeeded",
    "resource.end_date_set": "marketplace_resource_update_end_date_succeeded",
    "resource.kept": "marketplace_resource_terminate_canceled",
    "resource.limits_set": "marketplace_resource_update_limits_succeeded",
    "resource.terminated": "marketplace_resource_terminate_succeeded",
    "resource.terminating": "marketplace_resource_terminate_requested",
    "resource.unlinked": "marketplace_resource_unlinked",
    "resource.updated": "marketplace_resource_update_succeeded",
    "resource.updating": "marketplace_resource_update_requested",
    "service_account.changed": "service_account_updated",
    "service_account.closed": "service_account_deleted",
    "service_account.created": "service_account_created",
    "token.issued": "token_created",
    "user.activated": "user_activated",
    "user.created": "user_creation_succeeded",
    "user.deactivated": "user_deactivated",
    "user.password_changed": "user_password_updated",
    "user.updated": "user_update_succeeded",
}
"""Our kind -> Waldur's name; several kinds may have one name, and many have none."""

_NOUNS: Mapping[str, tuple[str, ...]] = {
    "auth": ("token",),
    "customers": ("customer",),
    "offering_accounting": ("component", "plan"),
    "permissions": ("grant",),
    "projects": ("project",),
    "providers": ("account", "offering", "service_account"),
    "resources": ("order", "resource"),
    "ssh": ("key",),
    "terms_of_service": ("consent",),
    "users": ("user",),
}

GROUPS: Mapping[str, frozenset[str]] = {
    group: frozenset(kind for kind in WIRE_NAMES if kind.split(".")[0] in nouns)
    for group, nouns in _NOUNS.items()
}
"""Waldur's group -> the kinds of ours that are in it."""


def wire_name(kind: str) -> str:
    """Return what Waldur calls a kind; ours where it has no name for it."""
    return WIRE_NAMES.get(kind, kind)


def kinds_named(name: str) -> frozenset[str]:
    """Return the kinds that have a name of Waldur's."""
    return frozenset(kind for kind, wire in WIRE_NAMES.items() if wire == name)


def kinds_in(group: str) -> frozenset[str]:
    """Return the kinds in a group of Waldur's."""
    return GROUPS.get(group, frozenset())
