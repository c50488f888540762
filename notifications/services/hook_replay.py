"""Sending a hook again: one event, a stretch of the log, or all that was given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from common import locks
from common.errors import Missing
from common.leased_rows import begun_anew
from identity import events
from notifications import event_kinds as kinds
from notifications.event_filters import EventSelection
from notifications.models import Hook, HookDelivery
from notifications.services.hook_planning import delivery, visible_to_owner
from notifications.services.hooks import HookGone, Inactive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from identity.models import Event, User

MOST = 10_000
"""How many events one request may have sent again; what is left is another request."""

CHUNK = 500


class NoSuchEvent(Missing):
    """There is no event with that UUID that the hook may be sent."""

    code = "no_such_event"


@dataclass(frozen=True)
class Stretch:
    """A part of the log: beyond one number or moment, up to another."""

    after: int | datetime | None = None
    before: int | datetime | None = None

    def of(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        """Keep the events of the stretch."""
        if self.after is not None:
            rows = rows.filter(**{f"{_column(self.after)}__gt": self.after})
        if self.before is not None:
            rows = rows.filter(**{f"{_column(self.before)}__lte": self.before})
        return rows


@dataclass(frozen=True)
class Replayed:
    """How many events are sent again; `next` is where to go on if there are more."""

    replayed: int
    next: int | None = None


def replay(
    hook: Hook,
    *,
    event_uuid: UUID | None = None,
    stretch: Stretch | None = None,
    actor: User,
    now: datetime,
) -> Replayed:
    """Send a hook again one event, a stretch of the log, or all that was given up.

    :raises Gone: the hook was removed meanwhile.
    :raises Inactive: it is switched off.
    :raises NoSuchEvent: it may not be sent the event.
    """
    if event_uuid is not None:
        return replay_event(hook, event_uuid, actor=actor, now=now)
    if stretch is not None:
        return replay_stretch(hook, stretch, actor=actor, now=now)
    return replay_dead(hook, actor=actor, now=now)


@transaction.atomic
def replay_event(hook: Hook, event_uuid: UUID, *, actor: User, now: datetime) -> Replayed:
    """Send a hook one event again, or for the first time, whether it asks for such or not.

    :raises Gone: the hook was removed meanwhile.
    :raises Inactive: it is switched off.
    :raises NoSuchEvent: it may not be sent any such event.
    """
    locked = _begun_anew(hook)
    event = visible_to_owner(locked).filter(uuid=event_uuid, sequence__isnull=False).first()
    if event is None:
        raise NoSuchEvent("No Event matches the given query.")
    return _recorded(locked, Replayed(_again(locked, [event], now=now)), actor=actor, now=now)


@transaction.atomic
def replay_stretch(hook: Hook, stretch: Stretch, *, actor: User, now: datetime) -> Replayed:
    """Send a hook again all in a stretch of the log that it asks for.

    :raises Gone: the hook was removed meanwhile.
    :raises Inactive: it is switched off.
    """
    locked = _begun_anew(hook)
    chosen, replayed, further = EventSelection.of(locked), 0, None
    rows = stretch.of(visible_to_owner(locked)).filter(sequence__isnull=False)
    rows = rows.select_related("customer", "provider", "project").order_by("sequence")
    for chunk in _chunks(rows):
        replayed += _again(locked, [event for event in chunk if chosen.matches(event)], now=now)
        if replayed >= MOST:
            further = chunk[-1].sequence
            break
    return _recorded(locked, Replayed(replayed, further), actor=actor, now=now)


@transaction.atomic
def replay_dead(hook: Hook, *, actor: User, now: datetime) -> Replayed:
    """Send a hook again all that was given up, the oldest first.

    :raises Gone: the hook was removed meanwhile.
    :raises Inactive: it is switched off.
    """
    locked = _begun_anew(hook)
    dead = HookDelivery.objects.filter(hook=locked, dead=True).order_by("sequence")
    chosen = list(dead.values_list("pk", "sequence")[:MOST])
    rows = HookDelivery.objects.filter(pk__in=[pk for pk, _ in chosen])
    rows.update(planned_at=now, **begun_anew(now))
    further = chosen[-1][1] if len(chosen) == MOST else None
    return _recorded(locked, Replayed(len(chosen), further), actor=actor, now=now)


def replay_delivery(row: HookDelivery, *, actor: User, now: datetime) -> Replayed:
    """Send a hook again what a delivery is about.

    :raises Gone: the hook was removed meanwhile.
    :raises Inactive: it is switched off.
    :raises NoSuchEvent: it may not be sent the event any more.
    """
    return replay_event(row.hook, row.event.uuid, actor=actor, now=now)


def _begun_anew(hook: Hook) -> Hook:
    """Return the hook, locked; whoever asks for a replay believes that its receiver is back."""
    locked = locks.locked(hook, HookGone("The hook was removed."), no_key=True)
    if not locked.is_active:
        raise Inactive("The hook is switched off.")
    locked.failures, locked.failing_since, locked.paused_until = 0, None, None
    locked.save(update_fields=["failures", "failing_since", "paused_until"])
    return locked


def _again(hook: Hook, chosen: Iterable[Event], *, now: datetime) -> int:
    rows = [delivery(hook, event, now=now) for event in chosen]
    HookDelivery.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["hook", "event"],
        update_fields=["planned_at", *HookDelivery.lease_columns],
    )
    return len(rows)


def _chunks(rows: QuerySet[Event]) -> Iterator[list[Event]]:
    """Go through events by number, some at a time."""
    chunk = list(rows[:CHUNK])
    while chunk:
        yield chunk
        chunk = list(rows.filter(sequence__gt=chunk[-1].sequence)[:CHUNK])


def _column(bound: int | datetime) -> str:
    return "sequence" if isinstance(bound, int) else "created"


def _recorded(hook: Hook, replayed: Replayed, *, actor: User, now: datetime) -> Replayed:
    kind = kinds.WEB_HOOK_REPLAYED if hook.destination_url else kinds.EMAIL_HOOK_REPLAYED
    events.record(
        kind,
        hook,
        actor=actor,
        now=now,
        message=f"{replayed.replayed} events are told again.",
        payload={"hook_uuid": hook.uuid.hex, "replayed": replayed.replayed},
    )
    return replayed
