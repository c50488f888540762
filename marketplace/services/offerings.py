"""Offerings: what a provider puts up, from the draft to the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from common import changes, slugs
from common.errors import Conflict, Forbidden, Invalid
from common.machine import IllegalTransition
from identity import events
from identity.models import Grant
from identity.services import members
from identity.services.organization_groups import COLUMN, replace
from marketplace import event_kinds as kinds
from marketplace.lifecycle import OFFERING, OfferingState
from marketplace.models import Offering
from marketplace.services import components, plans

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from identity.event_catalogue import Kind
    from identity.models import Customer, User
    from marketplace.models import Category

NO_OPTIONS: dict[str, Any] = {"options": {}, "order": []}


class OfferingSlugTaken(Invalid):
    """Another offering has the slug."""

    code = "slug_taken"


class NoPlans(Invalid):
    """A list of plans was sent, but it is empty."""

    code = "no_plans"


class UnknownLimits(Invalid):
    """Bounds were sent for components that the offering does not have."""

    code = "unknown_limits"


class NotADraft(Forbidden):
    """What people see of an offering that is not a draft is changed by staff only."""

    code = "permission_denied"


class OfferingIncomplete(Conflict):
    """There is nothing in the offering that could be ordered."""

    code = "offering_not_ready"


class OfferingInUse(Conflict):
    """There are allocations of the offering."""

    code = "offering_in_use"


@transaction.atomic
def create(  # noqa: PLR0913 - an offering has that many parts
    *,
    customer: Customer,
    category: Category,
    actor: User,
    now: datetime,
    component_drafts: Sequence[Mapping[str, Any]] = (),
    plan_drafts: Sequence[Mapping[str, Any]] | None = None,
    bounds: Mapping[str, Mapping[str, Decimal]] | None = None,
    slug: str = "",
    **fields: Any,
) -> Offering:
    """Make a draft of an offering with its components and plans.

    The slug is staff's to choose; without one it is made of the name.

    :raises OfferingSlugTaken: when another offering has the slug.
    :raises NoPlans: when an empty list of plans was sent.
    :raises UnknownLimits: for bounds of a component that is not among the drafts.
    :raises Invalid: what `components.add_all` refuses.
    """
    if plan_drafts is not None and not plan_drafts:
        raise NoPlans({"plans": {"plans": "At least one plan should be specified."}})
    offering = Offering(
        customer=customer,
        category=category,
        slug=slug if actor.is_staff else "",
        created=now,
        **{"options": NO_OPTIONS, "resource_options": NO_OPTIONS, **fields},
    )
    _insert(offering)
    drafts = _bounded(component_drafts, bounds or {})
    components.add_all(offering, drafts, actor=actor, now=now)
    for draft in plan_drafts or ():
        plans.create(offering, actor=actor, now=now, **draft)
    _record(kinds.OFFERING_CREATED, offering, actor=actor, now=now)
    return offering


def activate(offering: Offering, *, actor: User, now: datetime, complete: bool = False) -> Offering:
    """Let an offering be ordered; if that is asked for, only one of which something can be ordered.

    Clients of Waldur activate offerings whose parts they add afterwards; people forget them.

    :raises IllegalTransition: when it is active, or paused.
    :raises OfferingIncomplete: when it has to be complete, and has no component or no plan.
    """
    OFFERING.check("activate", OfferingState(offering.state))
    if complete:
        _refuse_incomplete(offering)
    return _advance(offering, "activate", actor=actor, now=now)


def _refuse_incomplete(offering: Offering) -> None:
    missing = [
        what
        for what, found in (
            ("component", offering.components.exists()),
            ("plan", offering.plans.filter(archived=False).exists()),
        )
        if not found
    ]
    if missing:
        raise OfferingIncomplete(
            f"The offering has no {' and no '.join(missing)}, so nothing can be ordered."
        )


def pause(offering: Offering, *, actor: User, now: datetime, reason: str = "") -> Offering:
    """Keep an offering in the catalogue, but take no orders for it.

    :raises IllegalTransition: when it is not active.
    """
    return _advance(offering, "pause", actor=actor, now=now, paused_reason=reason)


def unpause(offering: Offering, *, actor: User, now: datetime) -> Offering:
    """Take orders for a paused offering again.

    :raises IllegalTransition: when it is not paused.
    """
    return _advance(offering, "unpause", actor=actor, now=now)


def archive(offering: Offering, *, actor: User, now: datetime) -> Offering:
    """Take an offering out of the catalogue; its allocations go on.

    :raises IllegalTransition: when it is archived.
    """
    return _advance(offering, "archive", actor=actor, now=now)


def draft(offering: Offering, *, actor: User, now: datetime) -> Offering:
    """Take an offering back to be worked on.

    :raises IllegalTransition: when it is a draft.
    """
    return _advance(offering, "draft", actor=actor, now=now)


@transaction.atomic
def _advance(
    offering: Offering, action: str, *, actor: User, now: datetime, paused_reason: str = ""
) -> Offering:
    """Move an offering along the table and record the event, or do neither."""
    source = OfferingState(offering.state)
    OFFERING.check(action, source)
    (target,) = OFFERING.targets(action)
    moved = Offering.objects.filter(pk=offering.pk, state=source).update(
        state=target, paused_reason=paused_reason, modified=now
    )
    if not moved:
        raise IllegalTransition(f"Offering is no longer {source}.")
    offering.state, offering.paused_reason, offering.modified = target, paused_reason, now
    _record(
        kinds.OFFERING_STATES[target],
        offering,
        actor=actor,
        now=now,
        source=source,
        target=target,
        message=paused_reason,
    )
    return offering


@transaction.atomic
def change_overview(offering: Offering, *, actor: User, now: datetime, **wanted: Any) -> Offering:
    """Change what people read of an offering: its name, texts and links.

    :raises NotADraft: when it is not a draft and the actor not of staff.
    :raises OfferingSlugTaken: when another offering has the slug.
    """
    if offering.state != OfferingState.DRAFT and not actor.is_staff:
        raise NotADraft("You do not have permission to perform this action.")
    if not actor.is_staff:
        wanted.pop("slug", None)
    return change(offering, actor=actor, now=now, **wanted)


@transaction.atomic
def change(offering: Offering, *, actor: User, now: datetime, **wanted: Any) -> Offering:
    """Change what is an offering's own: category, place, options, integration, whom it is open to.

    :raises OfferingSlugTaken: when another offering has the slug.
    :raises RemovedMeanwhile: a group that it is to be open to was removed.
    """
    groups = wanted.pop(COLUMN, None)
    try:
        with transaction.atomic():
            changed = list(changes.write(offering, wanted, now=now))
    except IntegrityError as error:
        raise _slug_taken() from error
    changed += () if groups is None else replace(offering, groups, now=now)
    if changed:
        _record(kinds.OFFERING_UPDATED, offering, actor=actor, now=now, changed=changed)
    return offering


@transaction.atomic
def remove(offering: Offering, *, actor: User, now: datetime) -> None:
    """Delete an offering that nobody ever had an allocation of; the roles in it end.

    :raises OfferingInUse: when there are allocations, terminated ones included.
    """
    offering = Offering.objects.select_for_update().get(pk=offering.pk)
    if offering.resources.exists():
        raise OfferingInUse("Offering was not deleted since it has resources.")
    held = Grant.objects.on(offering.scope_type, offering.pk).in_force()
    members.revoke_all(held, actor=actor, now=now, reason="offering removed")
    _record(kinds.OFFERING_REMOVED, offering, actor=actor, now=now)
    offering.delete()


@transaction.atomic
def ask_to_sync(offering: Offering, *, actor: User, now: datetime) -> None:
    """Ask the site to bring what it has of an offering's allocations in line with what is here."""
    message = f"A synchronization of offering {offering.name} was asked for."
    _record(kinds.OFFERING_SYNC_REQUESTED, offering, actor=actor, now=now, message=message)


def _insert(offering: Offering) -> None:
    try:
        slugs.insert(offering, offering.name)
    except slugs.Taken as error:
        raise _slug_taken() from error


def _slug_taken() -> OfferingSlugTaken:
    return OfferingSlugTaken({"slug": ["offering with this slug already exists."]})


def _bounded(
    drafts: Sequence[Mapping[str, Any]], bounds: Mapping[str, Mapping[str, Decimal]]
) -> list[Mapping[str, Any]]:
    """Return the drafts with the bounds that were sent apart from them."""
    if strangers := sorted(set(bounds) - {draft["type"] for draft in drafts}):
        raise UnknownLimits({"limits": [f"Invalid types: {', '.join(strangers)}"]})
    return [{**draft, **bounds.get(draft["type"], {})} for draft in drafts]


def _record(  # noqa: PLR0913 - an event has that many sides
    kind: Kind,
    offering: Offering,
    *,
    actor: User,
    now: datetime,
    source: str = "",
    target: str = "",
    message: str = "",
    changed: Collection[str] = (),
) -> None:
    events.record(
        kind,
        offering,
        actor=actor,
        now=now,
        source=source,
        target=target,
        message=message,
        payload={"name": offering.name, "changed": list(changed)},
    )
