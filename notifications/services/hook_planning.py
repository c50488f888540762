"""Planning: each numbered event becomes a delivery to each hook that is to be sent it.

The log is read by number, beyond a position that moves in the transaction that writes the
deliveries: whatever crashes, every event is planned, and none twice.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Min, Q

from identity import standing
from identity.models import Event
from notifications import event_kinds as kinds
from notifications.event_filters import EventSelection
from notifications.models import Hook, HookDelivery, HookPosition
from notifications.models.hook import Singleton

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

log = logging.getLogger(__name__)

BATCH = 500
PING = kinds.WEB_HOOK_PINGED.name
"""The event that only the hook is sent that it is about."""


@transaction.atomic
def plan(*, now: datetime) -> int:
    """Plan the next events of the log; return how many there were.

    A hook is sent what happened since it was made or switched on, of what its owner may see as
    things stand when it is planned.
    """
    position = locked_position(now=now)
    hooks = _live()
    if not hooks:
        return _pass_over(position, now=now)
    events = list(_after(position.sequence)[:BATCH])
    if not events:
        return 0
    readable = _Readable(events)
    planned = [
        delivery(hook, event, now=now)
        for hook in hooks
        for event in _wanted(hook, events)
        if readable.by(hook, event)
    ]
    HookDelivery.objects.bulk_create(planned, ignore_conflicts=True)
    _move(position, events[-1].sequence, now=now)
    return len(events)


def _live() -> list[Hook]:
    """Return the hooks that are on, with their authors and how these stand."""
    rows = Hook.objects.live().select_related("author")
    hooks = list(rows.annotate(**standing.columns("author")))
    for hook in hooks:
        standing.note(hook.author, hook)
    return hooks


def locked_position(*, now: datetime) -> HookPosition:
    """Return how far the log is planned, locked: no hook is made or switched on meanwhile.

    The first time it is before whatever happened since the first hook was made.
    """
    where = {"id": Singleton.ONLY}
    if not HookPosition.objects.filter(**where).exists():
        first = {"sequence": _begin(), "planned_at": now}
        HookPosition.objects.bulk_create([HookPosition(**where, **first)], ignore_conflicts=True)
    return HookPosition.objects.select_for_update().get(**where)


def delivery(hook: Hook, event: Event, *, now: datetime) -> HookDelivery:
    """Return the delivery of a numbered event to a hook, due now, which is not saved yet."""
    return HookDelivery(
        hook_id=hook.pk,
        event=event,
        sequence=event.sequence or 0,
        subject_uuid=event.subject_uuid,
        planned_at=now,
        next_attempt_at=now,
    )


def visible_to_owner(hook: Hook) -> QuerySet[Event]:
    """Return the events that a hook may be sent: what its owner may read, and its own."""
    its_own = Event.objects.filter(subject_uuid=hook.uuid)
    return (_read_by_owner(hook) | its_own).exclude(Q(kind=PING) & ~Q(subject_uuid=hook.uuid))


def _read_by_owner(hook: Hook) -> QuerySet[Event]:
    """Return the events that a hook's owner may read.

    An organisation's are those on either side of it, which any of its owners may read; they do not
    depend on who made the hook, who may have left. A person's are what that person may read.
    """
    if hook.customer_id is None:
        if not hook.author.may_read:
            return Event.objects.none()
        with hook.author.principal.reading():
            return Event.objects.visible_to(hook.author)
    return Event.objects.filter(Q(customer=hook.customer_id) | Q(provider=hook.customer_id))


class _Readable:
    """Which of some events the owners of hooks may read; asked for once for each owner."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._keys = [event.pk for event in events]
        self._by_owner: dict[tuple[int | None, int | None], set[int]] = {}

    def by(self, hook: Hook, event: Event) -> bool:
        """Tell whether a hook may be sent an event."""
        owner = (hook.customer_id, None if hook.customer_id else hook.author_id)
        if owner not in self._by_owner:
            seen = _read_by_owner(hook).filter(pk__in=self._keys)
            self._by_owner[owner] = set(seen.values_list("pk", flat=True))
        return event.pk in self._by_owner[owner] or event.subject_uuid == hook.uuid


def _wanted(hook: Hook, events: Sequence[Event]) -> list[Event]:
    """Return what a hook asks for, since it was made or switched on."""
    try:
        chosen = EventSelection.of(hook)
    except (
        TypeError,
        ValueError,
    ):  # others are sent theirs none the less
        log.exception("the filter of hook %s cannot be read", hook.uuid)
        return []
    return [
        event
        for event in events
        if event.created >= hook.active_since
        and (event.subject_uuid == hook.uuid if event.kind == PING else chosen.matches(event))
    ]


def _after(sequence: int) -> QuerySet[Event]:
    numbered: QuerySet[Event] = Event.objects.filter(sequence__gt=sequence)
    return numbered.select_related("customer", "provider", "project").order_by("sequence")


def _pass_over(position: HookPosition, *, now: datetime) -> int:
    """Move to the end of the log, since nobody is to be sent anything."""
    last = _last()
    if last > position.sequence:
        _move(position, last, now=now)
    return 0


def _move(position: HookPosition, sequence: int | None, *, now: datetime) -> None:
    position.sequence, position.planned_at = sequence or 0, now
    position.save(update_fields=["sequence", "planned_at"])


def _begin() -> int:
    since = Hook.objects.aggregate(first=Min("active_since"))["first"]
    if since is not None:
        recent = Event.objects.filter(created__gte=since)
        first: int | None = recent.aggregate(first=Min("sequence"))["first"]
        if first is not None:
            return first - 1
    return _last()


def _last() -> int:
    return Event.objects.aggregate(last=Max("sequence"))["last"] or 0
