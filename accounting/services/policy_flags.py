"""The flags of resources that policies hold, and how they live together with those that people set.

A policy clears what it has set itself and nothing else. That it was the policy is the event of its
change (`paused_by`, `downscaled_by` of the policy state); when there is a later event about the
flag, somebody else has spoken since, and the policy holds it no longer (docs/adr/0014).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounting.thresholds import Action, ResourceFlag, settle
from identity.models import Event
from marketplace import event_kinds as marketplace_kinds
from marketplace.services import delivery, locking

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from accounting.models import PolicyState
    from identity.models import User
    from marketplace.models import Resource

FLAGS: Mapping[str, Action] = {"paused": Action.PAUSE, "downscaled": Action.DOWNSCALE}
"""The flags that policies set, and the action that sets each."""

FLAGGED = marketplace_kinds.RESOURCE_FLAGS_SET.name


def flags_of(resource: Resource) -> dict[str, bool]:
    """Return the flags that policies may set, as they are."""
    return {name: getattr(resource, name) for name in FLAGS}


def apply(
    state: PolicyState,
    held: Resource,
    actions: Collection[Action],
    *,
    actor: User | None,
    now: datetime,
) -> dict[str, bool]:
    """Set and clear what the actions ask for, by one event if anything; return the new flags.

    Part of the caller's transaction, which holds the resource and stores the policy state.
    """
    mine = held_by(state, held)
    before = {name: ResourceFlag(is_set, name in mine) for name, is_set in flags_of(held).items()}
    after = {name: settle(flag, wanted=FLAGS[name] in actions) for name, flag in before.items()}
    wanted = {name: flag.is_set for name, flag in after.items() if flag != before[name]}
    if any(before[name].is_set != is_set for name, is_set in wanted.items()):
        changed = {n: is_set for n, is_set in wanted.items() if before[n].is_set != is_set}
        delivery.set_flags(held, changed, actor=actor, now=now)
    latest = None
    for name, flag in after.items():
        if not flag.is_held:
            setattr(state, f"{name}_by_id", None)
        elif name not in mine:
            latest = latest or _flagged(held).values_list("pk", flat=True)[0]
            setattr(state, f"{name}_by_id", latest)
    return {name: flag.is_set for name, flag in after.items()}


def release(state: PolicyState, *, actor: User | None, now: datetime) -> None:
    """Clear the flags that a policy holds. Part of the caller's transaction."""
    apply(state, locking.resource(state.resource), (), actor=actor, now=now)
    state.save(update_fields=["paused_by", "downscaled_by"])


def held_by(state: PolicyState, held: Resource) -> frozenset[str]:
    """Return the flags that the policy set and that nobody has changed since."""
    events = {name: getattr(state, f"{name}_by_id") for name in FLAGS}
    named = {name: event for name, event in events.items() if event is not None}
    if not named:
        return frozenset()
    later = _flagged(held).filter(pk__gt=min(named.values())).values_list("pk", "payload")
    spoken = [(pk, payload.get("changed", ())) for pk, payload in later]
    return frozenset(
        name
        for name, event in named.items()
        if not any(pk > event and name in changed for pk, changed in spoken)
    )


def _flagged(held: Resource) -> QuerySet[Event]:
    """Return the changes of a resource's flags, the latest first."""
    return Event.objects.filter(subject_uuid=held.uuid, kind=FLAGGED).order_by("-pk")
