"""Policies of offerings: made, changed, and taken away with all that they have done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from accounting import event_kinds as kinds
from accounting.models import PolicyComponentLimit, SlurmPeriodicUsagePolicy
from accounting.services import policy_flags
from common import changes, locks, storing
from common.errors import Invalid, Missing
from identity import events
from identity.services.organization_groups import replace
from marketplace.components import REPORTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import OrganizationGroup, User
    from marketplace.models import Offering


class PolicyExists(Invalid):
    """The offering has a policy already."""

    code = "policy_exists"


class UnknownPolicyComponents(Invalid):
    """The offering counts no such components."""

    code = "unknown_components"


class ForAllOrSome(Invalid):
    """A policy is for all organisations or for those of some groups, not for both."""

    code = "for_all_or_some"


class PolicyGone(Missing):
    """The policy was removed in the meantime."""


class ScopeFixed(Invalid):
    """A policy stays with its offering."""

    code = "scope_fixed"


@transaction.atomic
def create(
    scope: Offering,
    *,
    component_limits: Mapping[str, int],
    organization_groups: Sequence[OrganizationGroup] = (),
    actor: User,
    now: datetime,
    **fields: Any,
) -> SlurmPeriodicUsagePolicy:
    """Give an offering a policy.

    :raises PolicyExists: it has one; of two who make it at once, one gets this.
    :raises UnknownPolicyComponents: a limit is of a component that the offering does not count.
    :raises ForAllOrSome: it is said to be for all and for some groups.
    """
    _refuse_both(bool(fields.get("apply_to_all")), organization_groups)
    policy = SlurmPeriodicUsagePolicy(
        offering=scope, created_by=actor, created=now, fired_datetime=now, **fields
    )
    exists = PolicyExists({"scope": ["The offering has a periodic usage policy already."]})
    with storing.refusing(offering_id=exists):
        policy.save()
    replace(policy, organization_groups, now=now)
    _set_limits(policy, component_limits)
    _record(kinds.POLICY_CREATED, policy, actor=actor, now=now)
    return policy


@transaction.atomic
def change(
    policy: SlurmPeriodicUsagePolicy,
    *,
    scope: Offering | None = None,
    component_limits: Mapping[str, int] | None = None,
    organization_groups: Sequence[OrganizationGroup] | None = None,
    actor: User,
    now: datetime,
    **wanted: Any,
) -> SlurmPeriodicUsagePolicy:
    """Change a policy; what that means for resources is found out by evaluating them.

    :raises PolicyGone: it was removed meanwhile.
    :raises ScopeFixed: another offering is named than the one that it is of.
    :raises UnknownPolicyComponents: a limit is of a component that the offering does not count.
    :raises ForAllOrSome: it would be for all and for some groups.
    """
    held = lock(policy)
    if scope is not None and scope.pk != held.offering_id:
        raise ScopeFixed({"scope": ["The offering of a policy cannot be changed."]})
    groups = list(held.organization_groups.all())
    _refuse_both(
        bool(wanted.get("apply_to_all", held.apply_to_all)),
        groups if organization_groups is None else organization_groups,
    )
    changed = list(changes.write(held, wanted, now=now))
    if organization_groups is not None:
        changed += replace(held, organization_groups, now=now)
    if component_limits is not None and dict(component_limits) != _limits(held):
        _set_limits(held, component_limits)
        changed.append("component_limits_set")
    if changed:
        _record(
            kinds.POLICY_UPDATED, held, actor=actor, now=now, payload={"changed": sorted(changed)}
        )
    return held


@transaction.atomic
def remove(policy: SlurmPeriodicUsagePolicy, *, actor: User, now: datetime) -> None:
    """Take a policy away, and with it the flags that it holds; what people set stays.

    :raises PolicyGone: somebody else was quicker.
    """
    held = lock(policy)
    holding = Q(paused_by__isnull=False) | Q(downscaled_by__isnull=False)
    states = held.states.filter(holding).select_related("resource")
    for state in states.order_by("resource__project_id", "resource_id"):
        with events.because("The usage policy of the offering was removed."):
            policy_flags.release(state, actor=actor, now=now)
    _record(kinds.POLICY_REMOVED, held, actor=actor, now=now)
    held.delete()


def lock(policy: SlurmPeriodicUsagePolicy) -> SlurmPeriodicUsagePolicy:
    """Lock a policy; always before the resources that are evaluated under it.

    :raises PolicyGone: it was removed meanwhile.
    """
    gone = PolicyGone("No SlurmPeriodicUsagePolicy matches the given query.")
    return locks.locked(policy, gone, related=("offering__customer",), no_key=True)


def _refuse_both(for_all: bool, groups: Sequence[OrganizationGroup]) -> None:  # noqa: FBT001
    if for_all and groups:
        message = "A policy for all organisations names no organization groups."
        raise ForAllOrSome({"organization_groups": [message]})


def _limits(policy: SlurmPeriodicUsagePolicy) -> dict[str, int]:
    return dict(policy.component_limits_set.values_list("component__type", "limit"))


def _set_limits(policy: SlurmPeriodicUsagePolicy, limits: Mapping[str, int]) -> None:
    counted = policy.offering.components.filter(type__in=limits, billing_type__in=REPORTED)
    components = {component.type: component for component in counted}
    if unknown := sorted(set(limits) - set(components)):
        message = f"These components are invalid: {', '.join(unknown)}."
        raise UnknownPolicyComponents({"component_limits_set": [message]})
    policy.component_limits_set.all().delete()
    PolicyComponentLimit.objects.bulk_create(
        PolicyComponentLimit(policy=policy, component=components[name], limit=limit)
        for name, limit in limits.items()
    )


def _record(
    kind: Kind,
    policy: SlurmPeriodicUsagePolicy,
    *,
    actor: User,
    now: datetime,
    payload: Mapping[str, object] | None = None,
) -> None:
    events.record(
        kind,
        policy,
        actor=actor,
        now=now,
        payload={"offering_uuid": policy.offering.uuid.hex, **(payload or {})},
    )
