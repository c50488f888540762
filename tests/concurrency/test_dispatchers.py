"""Several dispatchers at once, and workers that die."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal
from threading import Lock
from time import monotonic
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from config import wiring
from identity.event_catalogue import Group, Kind, Readers
from identity.event_handlers import Handler
from identity.models import Event, EventDelivery
from identity.services import outbox
from tests.concurrency.racing import at_once
from tests.factories.identity import EventFactory

pytestmark = pytest.mark.django_db(transaction=True)

DISPATCHERS = 4

THING_HAPPENED = Kind(
    "thing.happened", "Something happened.", group=Group.BUS, readers=Readers.NOBODY
)


class Told:
    """Handlers that remember what they were told, in order."""

    def __init__(self):
        self.lock, self.of = Lock(), {}

    def handler(self, name):
        def hear(event_uuid):
            with self.lock:
                self.of.setdefault(name, []).append(event_uuid)

        return Handler(name, hear)


@pytest.fixture
def told(monkeypatch):
    """Wire two handlers to `thing.happened`, in place of those of the service."""
    heard = Told()
    both = tuple(map(heard.handler, ("first", "second")))
    monkeypatch.setattr(wiring, "HANDLERS", {THING_HAPPENED: both})
    return heard


def happen(times, *, subjects=1):
    uuids = [uuid4() for _ in range(subjects)]
    return [
        EventFactory(kind="thing.happened", subject_uuid=uuids[n % subjects]) for n in range(times)
    ]


def test_four_dispatchers_tell_nobody_anything_twice(told):
    events = happen(60, subjects=20)

    at_once(lambda _: wiring.dispatch_events(), DISPATCHERS)

    wanted = Counter(event.uuid for event in events)
    assert {name: Counter(uuids) for name, uuids in told.of.items()} == {
        "first": wanted,
        "second": wanted,
    }
    assert EventDelivery.objects.filter(attempts=1, delivered_at__isnull=False).count() == 120


def test_four_dispatchers_keep_the_order_of_each_subject(told):
    happen(40, subjects=2)

    at_once(lambda _: wiring.dispatch_events(), DISPATCHERS)

    order = dict(Event.objects.values_list("uuid", "sequence"))
    subject = dict(Event.objects.values_list("uuid", "subject_uuid"))
    for uuids in told.of.values():
        for one in set(subject.values()):
            heard = [order[uuid] or 0 for uuid in uuids if subject[uuid] == one]
            assert heard == sorted(heard)
            assert len(heard) == 20


def test_numbers_are_given_once_and_without_a_gap(told):
    happen(50, subjects=50)

    at_once(lambda _: outbox.put_in_order({}, now=timezone.now()), DISPATCHERS)

    numbers = Event.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(numbers) == list(range(1, 51))


def test_an_event_that_commits_late_is_numbered_late(told):
    written, release = Signal(), Signal()

    def slow():
        try:
            with transaction.atomic():
                late = happen(1)[0]
                written.set()
                release.wait(10)
            return late
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(slow)
        written.wait(10)
        quick = happen(1)[0]
        wiring.dispatch_events()
        release.set()
        late = running.result()
    wiring.dispatch_events()

    assert late.pk < quick.pk
    sequence = dict(Event.objects.values_list("pk", "sequence"))
    assert (sequence[quick.pk], sequence[late.pk]) == (1, 2)
    assert told.of["first"] == [quick.uuid, late.uuid]


def test_what_a_killed_worker_had_is_told_again(told):
    event = happen(1)[0]
    outbox.put_in_order(wiring.handler_names(), now=timezone.now())
    outbox.claim(now=timezone.now())
    outbox.claim(now=timezone.now())
    wiring.dispatch_events()  # somebody else is at it, as far as anybody knows
    assert told.of == {}
    EventDelivery.objects.update(claimed_until=timezone.now())  # it was killed: the lease ends

    wiring.dispatch_events()

    assert told.of == {"first": [event.uuid], "second": [event.uuid]}
    assert list(EventDelivery.objects.values_list("attempts", flat=True)) == [2, 2]


def test_a_worker_killed_between_the_action_and_its_receipt_does_it_again(told, monkeypatch):
    event = happen(1)[0]

    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as crash:
        crash.setattr(outbox, "settle", die)
        with pytest.raises(Killed):
            wiring.dispatch_events()
    EventDelivery.objects.update(claimed_until=timezone.now())

    wiring.dispatch_events()

    assert sorted(len(uuids) for uuids in told.of.values()) == [1, 2]
    assert {uuid for uuids in told.of.values() for uuid in uuids} == {event.uuid}
    assert not EventDelivery.objects.filter(delivered_at__isnull=True).exists()


def test_events_that_handlers_record_are_told_in_the_same_run(told, monkeypatch):
    follow_ups: list[Event] = []

    def hear(event_uuid):
        if not follow_ups:
            follow_ups.append(EventFactory(kind="thing.happened", subject_uuid=uuid4()))

    both = (told.handler("first"), Handler("second", hear))
    monkeypatch.setattr(wiring, "HANDLERS", {THING_HAPPENED: both})
    happen(1)

    wiring.dispatch_events()

    assert len(told.of["first"]) == 2


def test_a_dispatcher_does_not_work_for_ever(told):
    happen(3, subjects=3)
    outbox.put_in_order(wiring.handler_names(), now=timezone.now())

    assert wiring.work_off(monotonic()) == 0
