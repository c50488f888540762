"""The outbox: events are put in order, and each handler's delivery is claimed and settled.

The broker only wakes workers up; what is to be done stands here, so that neither a lost message nor
a killed worker loses an event. A delivery is worked off at least once, and for one handler the
events of one subject come one after the other, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from common import leased_rows
from common.leased_rows import IS_OPEN
from common.redaction import without_secrets
from identity import event_kinds as kinds
from identity import events
from identity.models import Event, EventDelivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from identity.models import User

SEQUENCING = 5_024_711
"""The key of the advisory lock that one dispatcher at a time holds while it numbers events."""

BATCH = 500


@dataclass(frozen=True)
class Claim:
    """A delivery that this worker may work off until its lease ends."""

    delivery_id: int
    event_uuid: UUID
    kind: str
    handler: str
    attempt: int


@transaction.atomic
def put_in_order(handlers: Mapping[str, Sequence[str]], *, now: datetime) -> list[str]:
    """Give committed events their sequence and one delivery per handler; return their kinds.

    Primary keys are not the order of commits, so the number is given here, by one dispatcher at a
    time: an event that commits later gets a higher one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCING])
    new = list(Event.objects.filter(dispatched_at__isnull=True).order_by("pk")[:BATCH])
    if not new:
        return []
    last = Event.objects.aggregate(last=Max("sequence"))["last"] or 0
    for number, event in enumerate(new, start=last + 1):
        event.sequence, event.dispatched_at = number, now
    Event.objects.bulk_update(new, ["sequence", "dispatched_at"])
    EventDelivery.objects.bulk_create(
        EventDelivery(event=event, handler=name, next_attempt_at=min(event.created, now))
        for event in new
        for name in handlers.get(event.kind, ())
    )
    return [event.kind for event in new]


@transaction.atomic
def claim(*, now: datetime) -> Claim | None:
    """Take the delivery that has waited longest, unless an earlier one of its subject is open.

    A delivery whose worker died is taken again when its lease is over. One that has killed its
    worker at every attempt is given up here, since nobody else can.
    """
    taken = leased_rows.claim(_in_turn(), now=now)
    if not taken:
        return None
    (delivery,) = taken
    event = delivery.event
    return Claim(delivery.pk, event.uuid, event.kind, delivery.handler, delivery.attempts)


@transaction.atomic
def settle(claimed: Claim, *, now: datetime) -> None:
    """Record that the delivery was worked off, also when the lease was over by then."""
    if delivery := _unsettled(claimed).first():
        delivery.settle(now=now)
        leased_rows.store([delivery])


@transaction.atomic
def fail(claimed: Claim, error: str, *, now: datetime) -> None:
    """Record why an attempt failed, and plan the next one or give up.

    When the lease is over and another worker has the delivery, its attempt is left alone.
    """
    if delivery := _unsettled(claimed).filter(attempts=claimed.attempt).first():
        delivery.fail(without_secrets(error), now=now)
        leased_rows.store([delivery])


@transaction.atomic
def abandon(claimed: Claim, error: str) -> None:
    """Give up a delivery that no attempt can help, such as one of an unknown handler."""
    if delivery := _unsettled(claimed).first():
        delivery.give_up(without_secrets(error))
        leased_rows.store([delivery])


@transaction.atomic
def revive(delivery: EventDelivery, *, actor: User | None = None, now: datetime) -> None:
    """Let a delivery that was given up be tried again, from the first attempt on."""
    given_up = EventDelivery.objects.filter(pk=delivery.pk, dead=True)
    if given_up.update(**leased_rows.begun_anew(now)):
        # Those who read the log know it by this key.
        about = {"subscriber": delivery.handler, "kind": delivery.event.kind}
        events.record(kinds.EVENT_REVIVED, delivery.event, actor=actor, now=now, payload=about)


def _in_turn() -> QuerySet[EventDelivery]:
    """Return what is open and first of its subject for its handler, what waited longest first."""
    earlier = EventDelivery.objects.filter(
        IS_OPEN,
        handler=OuterRef("handler"),
        event__subject_uuid=OuterRef("event__subject_uuid"),
        event__sequence__lt=OuterRef("event__sequence"),
    )
    rows = EventDelivery.objects.filter(IS_OPEN, ~Exists(earlier)).select_related("event")
    return rows.order_by("next_attempt_at", "pk")


def _unsettled(claimed: Claim) -> QuerySet[EventDelivery]:
    """Return the row of a claim, locked, unless it is settled."""
    rows = EventDelivery.objects.select_for_update()
    return rows.filter(pk=claimed.delivery_id, delivered_at__isnull=True)
