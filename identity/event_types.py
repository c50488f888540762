"""The vocabulary of events: our kinds, in groups, and how they are told outside. Pure.

A kind is `<noun>.<what happened>`, as the services record it. It is told under Waldur's name where
one means the same thing (`identity.waldur_events`), and else as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.waldur_events import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS: Mapping[str, frozenset[str]] = {
    "accounting": frozenset(
        {
            "policy.command_reported",
            "policy.created",
            "policy.evaluated",
            "policy.notification_due",
            "policy.owners_told",
            "policy.removed",
            "policy.settings_due",
            "policy.updated",
            "usage.carried_over",
            "usage.recorded",
            "user_limit.changed",
            "user_limit.created",
            "user_limit.removed",
            "user_usage.recorded",
        }
    ),
    "agents": frozenset(
        {
            "agent.changed",
            "agent.registered",
            "agent.removed",
            "agent.returned",
            "agent_processor.changed",
            "agent_processor.registered",
            "agent_processor.removed",
            "agent_service.failed",
            "agent_service.recovered",
            "agent_service.registered",
            "agent_service.removed",
        }
    ),
    "auth": frozenset(
        {
            "token.issued",
            "token.revoked",
        }
    ),
    "bus": frozenset(
        {
            "email_hook.created",
            "email_hook.removed",
            "email_hook.replayed",
            "email_hook.updated",
            "event.revived",
            "message.published",
            "message_queue.declared_anew",
            "queue.registered",
            "queue.removed",
            "subscription.created",
            "subscription.removed",
            "subscription_queue.created",
            "subscription_queue.removed",
            "web_hook.created",
            "web_hook.gone",
            "web_hook.pinged",
            "web_hook.removed",
            "web_hook.replayed",
            "web_hook.secret_rotated",
            "web_hook.updated",
        }
    ),
    "catalogue": frozenset(
        {
            "access_mode.loaded",
            "category.created",
            "category.loaded",
            "category.removed",
            "category.updated",
            "category_group.loaded",
            "science_domain.created",
            "science_domain.removed",
            "science_domain.updated",
            "science_sub_domain.created",
            "science_sub_domain.removed",
            "science_sub_domain.updated",
        }
    ),
    "customers": frozenset(
        {
            "customer.created",
            "customer.loaded",
            "customer.removed",
            "customer.updated",
            "organization_group.loaded",
        }
    ),
    "offering_accounting": frozenset(
        {
            "component.added",
            "component.loaded",
            "component.removed",
            "component.updated",
            "plan.archived",
            "plan.created",
            "plan.loaded",
            "plan.prices_in_force",
            "plan.prices_set",
            "plan.quotas_set",
            "plan.removed",
            "plan.updated",
        }
    ),
    "permissions": frozenset(
        {
            "grant.changed",
            "grant.expired",
            "grant.given",
            "grant.revoked",
        }
    ),
    "projects": frozenset(
        {
            "project.created",
            "project.loaded",
            "project.removed",
            "project.updated",
        }
    ),
    "providers": frozenset(
        {
            "account.attributes_changed",
            "account.commented",
            "account.created",
            "account.creating",
            "account.deleted",
            "account.deleting",
            "account.error_creating",
            "account.error_deleting",
            "account.ok",
            "account.pending_account_linking",
            "account.pending_additional_validation",
            "account.removed",
            "account.requested",
            "account.requested_deletion",
            "account.restriction_changed",
            "account.username_set",
            "attribute_config.chosen",
            "attribute_config.forgotten",
            "course_account.changed",
            "course_account.closed",
            "course_account.created",
            "course_account.erred",
            "course_account.ok",
            "offering.active",
            "offering.archived",
            "offering.created",
            "offering.draft",
            "offering.loaded",
            "offering.paused",
            "offering.removed",
            "offering.sync_requested",
            "offering.unavailable",
            "offering.updated",
            "partition.added",
            "partition.changed",
            "partition.removed",
            "provider.loaded",
            "provider.registered",
            "provider.removed",
            "provider.updated",
            "service_account.changed",
            "service_account.closed",
            "service_account.created",
            "service_account.erred",
            "service_account.key_rotated",
            "service_account.ok",
        }
    ),
    "resources": frozenset(
        {
            "api_key.changed",
            "api_key.create_requested",
            "api_key.created",
            "api_key.delete_requested",
            "api_key.deleted",
            "api_key.erred",
            "api_key.ok",
            "api_key.pause_requested",
            "api_key.paused",
            "api_key.resume_requested",
            "api_key.revealed",
            "api_key.rotate_requested",
            "api_key.rotated",
            "api_key.update_requested",
            "api_key.usage_reported",
            "backend_resource.dismissed",
            "backend_resource.imported",
            "backend_resource.reported",
            "import.done",
            "import.erred",
            "import.processing",
            "import.requested",
            "order.amended",
            "order.backend_id_set",
            "order.canceled",
            "order.deleted",
            "order.done",
            "order.erred",
            "order.executing",
            "order.pending-consumer",
            "order.pending-project",
            "order.pending-provider",
            "order.pending-start-date",
            "order.rejected",
            "order.unlinked",
            "provision.dead",
            "provision.done",
            "provision.due",
            "provision.refused",
            "provision.running",
            "provision.waiting",
            "provision.withdrawn",
            "resource.abandoned",
            "resource.backend_id_set",
            "resource.broke",
            "resource.changed",
            "resource.created",
            "resource.described",
            "resource.effective_id_set",
            "resource.end_date_set",
            "resource.endpoints_set",
            "resource.flags_set",
            "resource.kept",
            "resource.limits_set",
            "resource.membership_reported",
            "resource.metadata_set",
            "resource.options_set",
            "resource.pull_requested",
            "resource.report_submitted",
            "resource.resolved",
            "resource.restoring",
            "resource.slug_set",
            "resource.terminated",
            "resource.terminating",
            "resource.unlinked",
            "resource.updated",
            "resource.updating",
        }
    ),
    "ssh": frozenset(
        {
            "key.added",
            "key.removed",
        }
    ),
    "terms_of_service": frozenset(
        {
            "consent.given",
            "consent.revoked",
            "terms.published",
            "terms.withdrawn",
        }
    ),
    "users": frozenset(
        {
            "email_confirmation.canceled",
            "email_confirmation.done",
            "email_confirmation.requested",
            "user.activated",
            "user.confirmed",
            "user.created",
            "user.deactivated",
            "user.loaded",
            "user.password_changed",
            "user.removed",
            "user.updated",
        }
    ),
}
"""Group -> its kinds; each kind is in exactly one."""

OWN_GROUPS = frozenset({"accounting", "agents", "bus", "catalogue"})
"""Groups for what Waldur's log does not know."""

WALDUR_GROUPS = frozenset(GROUPS) - OWN_GROUPS
"""Groups that Waldur's clients know by name."""

KINDS: frozenset[str] = frozenset().union(*GROUPS.values())
"""Every kind that is ever recorded."""

SUBJECTS: frozenset[str] = frozenset(kind.split(".", maxsplit=1)[0] for kind in KINDS)
"""What an event can happen to."""


def wire_name(kind: str) -> str:
    """Return Waldur's name for a kind; the kind itself where Waldur has none."""
    return NAMES.get(kind, kind)


def kinds_named(name: str) -> frozenset[str]:
    """Return the kinds that go by a name, which is Waldur's or our own; none when it is unknown."""
    return frozenset(kind for kind in KINDS if name in {kind, NAMES.get(kind)})


def kinds_in(group: str) -> frozenset[str]:
    """Return the kinds of a group; none when it is unknown."""
    return GROUPS.get(group, frozenset())


def kinds_meant(word: str) -> frozenset[str]:
    """Return the kinds that a word asks for: a kind, a name of Waldur's, or a group."""
    return kinds_named(word) | kinds_in(word)


def names_by_group() -> dict[str, list[str]]:
    """Return the groups, each with the names under which its kinds are told."""
    return {
        group: sorted({wire_name(kind) for kind in kinds})
        for group, kinds in sorted(GROUPS.items())
    }


def waldur_names_by_group() -> dict[str, list[str]]:
    """Return the groups that Waldur's clients know, each with the names that they know."""
    return {
        group: sorted({NAMES[kind] for kind in GROUPS[group] if kind in NAMES})
        for group in sorted(WALDUR_GROUPS)
    }
