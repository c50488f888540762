"""Readers of the feed while others write and several dispatchers put in order."""

from __future__ import annotations

from functools import partial
from threading import Event as Signal
from time import monotonic, sleep
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from config import wiring
from identity.models import Event
from identity.services import feed, outbox
from tests.concurrency.racing import race
from tests.factories.identity import EventFactory

if TYPE_CHECKING:
    from identity.models import User

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = 40


def write(pause: float) -> None:
    """Record events; with a pause, each commits after younger ones of others."""
    for _ in range(EVENTS):
        with transaction.atomic():
            EventFactory(kind="order.done", subject_uuid=uuid4())
            sleep(pause)


def write_all(written: Signal) -> None:
    race(partial(write, 0.01), partial(write, 0.0), partial(write, 0.01))
    written.set()


def dispatch(written: Signal) -> None:
    """Put in order until everything is."""
    is_last = False
    while outbox.put_in_order(wiring.handler_names(), now=timezone.now()) or not is_last:
        is_last = written.is_set()


def read(user: User, start: int) -> list[int]:
    """Read on until as many events came as were written."""
    found: list[int] = []
    position, until = start, monotonic() + 60
    while len(found) < 3 * EVENTS and monotonic() < until:
        part = feed.read(str(position), user=user, limit=7, now=timezone.now())
        found += [event["sequence"] for event in part.events]
        position = part.position
    return found


def test_a_reader_misses_nothing_and_reads_nothing_twice(dave: User) -> None:
    written, start = Signal(), feed.latest()

    *_, first, second = race(
        partial(write_all, written),
        partial(dispatch, written),
        partial(dispatch, written),
        partial(read, dave, start),
        partial(read, dave, start),
    )

    rows = Event.objects.filter(sequence__gt=start).order_by("sequence")
    everything = list(rows.values_list("sequence", flat=True))
    assert len(everything) == 3 * EVENTS
    assert first == second == everything
