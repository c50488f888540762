"""When an allocation ends: who may set that day, which days are possible, and what happens then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes
from common.errors import Forbidden, Invalid
from identity.permissions import Permission
from marketplace import event_kinds as kinds
from marketplace.contributions import contributions
from marketplace.lifecycle import WAITING, OrderType
from marketplace.models import Resource
from marketplace.services import history, locking, orders, resource_orders, resources

if TYPE_CHECKING:
    from datetime import date, datetime

    from identity.models import User
    from marketplace.models import Order

NOTICE = timedelta(days=7)
QUIET = timedelta(days=90)


class PossibleEnd(Invalid):
    """The base of what an end date may contradict."""

    code = "impossible_end_date"


class EndInPast(PossibleEnd):
    """An allocation cannot have ended before today."""


class UsedLately(PossibleEnd):
    """A provider does not end what was used lately."""


class TooSoon(PossibleEnd):
    """A provider gives a week's notice."""


class EndForbidden(Forbidden):
    """The actor may not end the allocation."""


@transaction.atomic
def set_by_consumer(
    resource: Resource, end_date: date | None, *, actor: User, now: datetime
) -> None:
    """Set or clear the end date for the project, or for staff.

    :raises EndForbidden: the actor may not end allocations of the project.
    :raises EndInPast: the day is over.
    """
    held = locking.resource(resource)
    if held.end_date == end_date:
        return
    project = held.project
    if not actor.may(Permission.SET_RESOURCE_END_DATE, project, project.customer):
        raise EndForbidden("You do not have permission to perform this action.")
    _refuse_past(end_date, now=now)
    _store(held, end_date, actor=actor, now=now)


@transaction.atomic
def set_by_site(resource: Resource, end_date: date | None, *, actor: User, now: datetime) -> None:
    """Set or clear the end date as it is known at the provider's site.

    :raises EndInPast: the day is over.
    """
    held = locking.resource(resource)
    if held.end_date != end_date:
        _refuse_past(end_date, now=now)
        _store(held, end_date, actor=actor, now=now)


@transaction.atomic
def set_by_provider(
    resource: Resource, end_date: date | None, *, actor: User, now: datetime
) -> None:
    """Let a provider end an allocation that nobody uses, with a week's notice.

    A day that the provider's side chose may be put off or lifted at any time; to repeat it changes
    nothing.

    :raises EndInPast: the day is put off to one that is over.
    :raises UsedLately: it was used in the last ninety days.
    :raises TooSoon: the day is less than a week away.
    """
    held = locking.resource(resource)
    if held.end_date == end_date:
        return
    if _is_later(end_date, held.end_date) and _is_providers_own(held):
        _refuse_past(end_date, now=now)
        _store(held, end_date, actor=actor, now=now)
        return
    since = (now - QUIET).date().replace(day=1)
    used = Resource.objects.filter(contributions().is_used_since(since), pk=held.pk)
    if used.exists() and not actor.is_staff:
        message = (
            "Service provider can not set end date of the resource "
            "which has been used for the last 90 days."
        )
        raise UsedLately({"end_date": [message]})
    if end_date is not None and end_date < (now + NOTICE).date():
        raise TooSoon({"end_date": ["Please set at least 7 days in advance."]})
    _store(held, end_date, actor=actor, now=now)


@transaction.atomic
def terminate_ended(resource: Resource, *, robot: User, now: datetime) -> Order | None:
    """Order the end of an allocation whose day has come, calling off what waits for it.

    Return the new order, or None when the day has not come or an order is being delivered.
    """
    held = locking.resource(resource)
    if not Resource.objects.filter(pk=held.pk).ended(now.date()).exists():
        return None
    waiting = resources.open_order(held)
    if waiting is not None:
        if waiting.state not in WAITING or waiting.type == OrderType.TERMINATE:
            return None
        orders.cancel(waiting, actor=robot, now=now)
        held = locking.resource(resource)
    asked_today = held.orders.filter(type=OrderType.TERMINATE, created__date=now.date())
    if asked_today.exists() or not resource_orders.can_terminate(held):
        return None  # a provider who refuses is asked again tomorrow
    return resource_orders.terminate(
        held, actor=robot, now=now, comment="The end date was reached.", agreed=True
    )


def _is_later(wanted: date | None, known: date | None) -> bool:
    """Tell whether an end date is put off or lifted."""
    return known is not None and (wanted is None or wanted > known)


def _is_providers_own(held: Resource) -> bool:
    """Tell whether somebody of the provider chose the end date; staff and the project are not."""
    chooser = held.end_date_requested_by
    if chooser is None or chooser.is_staff:
        return False
    offering = held.offering
    may: bool = chooser.may(Permission.SET_RESOURCE_END_DATE, offering, offering.customer)
    return may


def _refuse_past(end_date: date | None, *, now: datetime) -> None:
    if end_date is not None and end_date < now.date():
        # Nested twice and not a list: the form in which Waldur's clients know it.
        raise EndInPast({"end_date": {"end_date": "Cannot be earlier than the current date."}})


def _store(held: Resource, end_date: date | None, *, actor: User, now: datetime) -> None:
    before = held.end_date
    wanted: dict[str, Any] = {
        "end_date": end_date,
        "end_date_requested_by": actor,
        "end_date_updated_at": now,
    }
    changes.write(held, wanted, now=now)
    history.of_resource(
        kinds.RESOURCE_END_DATE_SET,
        held,
        actor=actor,
        now=now,
        message=f"End date of resource {held.name} is {end_date or 'open'}.",
        payload={
            "end_date": end_date.isoformat() if end_date else None,
            "old_end_date": before.isoformat() if before else None,
        },
    )
