"""The outbox: events are put in order, and each handler's delivery is claimed and settled.

The broker only wakes workers up; what is to be done stands here, so that neither a lost message nor
a killed worker loses an event. A delivery is worked off at least once, and for one handler the
events of one subject come one after the other, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q

from common.redaction import without_secrets
from identity import event_kinds as kinds
from identity import events
from identity.models import Event, EventDelivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from identity.models import User

SEQUENCING = 5_024_711
"""The key of the advisory lock that one dispatcher at a time holds while it numbers events."""

LEASE = timedelta(minutes=1)
"""How long a claimed delivery is left to its worker; after that the worker counts as dead."""

MAX_ATTEMPTS = 12
LONGEST_PAUSE = timedelta(hours=1)
BATCH = 500


@dataclass(frozen=True)
class Claim:
    """A delivery that this worker may work off until its lease ends."""

    delivery_id: int
    event_uuid: UUID
    kind: str
    handler: str
    attempt: int


def pause_after(attempt: int) -> timedelta:
    """Return how long to wait after a failed attempt: twice as long each time, up to an hour."""
    return min(timedelta(seconds=2 ** min(attempt, 12)), LONGEST_PAUSE)


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
    delivery = _next_due(now)
    if delivery is None:
        return None
    if delivery.attempts >= MAX_ATTEMPTS:
        _give_up(delivery, "The worker died at every attempt.")
        return claim(now=now)
    delivery.attempts += 1
    delivery.claimed_until = now + LEASE
    delivery.save(update_fields=["attempts", "claimed_until"])
    event = delivery.event
    return Claim(delivery.pk, event.uuid, event.kind, delivery.handler, delivery.attempts)


def settle(claimed: Claim, *, now: datetime) -> None:
    """Record that the delivery was worked off, also when the lease was over by then."""
    EventDelivery.objects.filter(pk=claimed.delivery_id, delivered_at__isnull=True).update(
        delivered_at=now, claimed_until=None, dead=False, last_error=""
    )


@transaction.atomic
def fail(claimed: Claim, error: str, *, now: datetime) -> None:
    """Record why an attempt failed, and plan the next one or give up.

    When the lease is over and another worker has the delivery, its attempt is left alone.
    """
    delivery = (
        EventDelivery.objects.select_for_update()
        .filter(pk=claimed.delivery_id, attempts=claimed.attempt, delivered_at__isnull=True)
        .first()
    )
    if delivery is None:
        return
    if claimed.attempt >= MAX_ATTEMPTS:
        _give_up(delivery, error)
        return
    delivery.next_attempt_at = now + pause_after(claimed.attempt)
    delivery.claimed_until = None
    delivery.last_error = without_secrets(error)
    delivery.save(update_fields=["next_attempt_at", "claimed_until", "last_error"])


@transaction.atomic
def abandon(claimed: Claim, error: str) -> None:
    """Give up a delivery that no attempt can help, such as one of an unknown handler."""
    delivery = EventDelivery.objects.select_for_update().get(pk=claimed.delivery_id)
    _give_up(delivery, error)


@transaction.atomic
def revive(delivery: EventDelivery, *, actor: User | None = None, now: datetime) -> None:
    """Let a delivery that was given up be tried again, from the first attempt on."""
    revived = EventDelivery.objects.filter(pk=delivery.pk, dead=True).update(
        dead=False, attempts=0, next_attempt_at=now, claimed_until=None
    )
    if revived:
        # The key is read by others, as it was.
        about = {"subscriber": delivery.handler, "kind": delivery.event.kind}
        events.record(kinds.EVENT_REVIVED, delivery.event, actor=actor, now=now, payload=about)


def _next_due(now: datetime) -> EventDelivery | None:
    is_open = Q(delivered_at__isnull=True, dead=False)
    earlier = EventDelivery.objects.filter(
        is_open,
        handler=OuterRef("handler"),
        event__subject_uuid=OuterRef("event__subject_uuid"),
        event__sequence__lt=OuterRef("event__sequence"),
    )
    return (
        EventDelivery.objects.select_related("event")
        .select_for_update(skip_locked=True, of=("self",))
        .filter(
            is_open,
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
            ~Exists(earlier),
            next_attempt_at__lte=now,
        )
        .order_by("next_attempt_at", "pk")
        .first()
    )


def _give_up(delivery: EventDelivery, error: str) -> None:
    delivery.dead = True
    delivery.claimed_until = None
    delivery.last_error = without_secrets(error) or delivery.last_error
    delivery.save(update_fields=["dead", "claimed_until", "last_error"])
