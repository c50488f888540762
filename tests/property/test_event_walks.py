"""Whatever commits when, crashes or fails: everybody hears everything, in order, and nothing else.

A walk opens transactions that commit in another order than they began, or not at all; dispatchers
and publishers die before or after they have told somebody; handlers and the broker fail. Two
listen: a handler of the dispatcher, and an agent's queue at the far end of the message bus.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocations.bus.publisher import NotPublished
from allocations.models import MessageQueue, QueueMessage
from allocations.services import announcements, publishing
from identity import events
from identity.models import Event, EventDelivery
from identity.services import outbox
from marketplace.event_kinds import RESOURCE_FLAGS_SET
from tests.factories.agents import AgentIdentityFactory, EventConsumerFactory, MessageQueueFactory
from tests.factories.marketplace import ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from allocations.bus.publisher import OutgoingMessage
    from marketplace.models import Resource

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

KIND = RESOURCE_FLAGS_SET
LISTENERS = {KIND.name: ("listener", "bus")}
OPEN_AT_ONCE = 3
ABOUT = 2

some = st.integers(0, 2)
which = st.integers(0, ABOUT - 1)
faults = ["fine", "fails", "dies first", "dies after"]
HAPPEN = st.tuples(st.just("happen"), some, which)
NUMBER = st.tuples(st.just("number"), some, some)
TELL = st.tuples(st.just("tell"), some, st.sampled_from(faults))
PUBLISH = st.tuples(st.just("publish"), some, st.sampled_from(faults))
STEPS = st.one_of(
    HAPPEN,
    HAPPEN,
    st.tuples(st.just("begin"), some, which),
    st.tuples(st.just("end"), some, st.sampled_from(["commit", "commit", "rollback"])),
    NUMBER,
    NUMBER,
    TELL,
    TELL,
    PUBLISH,
    st.tuples(st.just("wait"), some, some),
)


class Dies(BaseException):
    """The process is killed: nothing after it runs, not even what handles errors."""


class Transaction(Thread):
    """A transaction on a connection of its own, which ends when it is told to."""

    def __init__(self, resource: Resource, now: datetime) -> None:
        super().__init__(daemon=True)
        self.resource, self.now = resource, now
        self.recorded: Queue[UUID] = Queue()
        self.verdict: Queue[str] = Queue()
        self.start()
        self.event = self.recorded.get(timeout=30)

    def run(self) -> None:
        try:
            with transaction.atomic():
                event = events.record(KIND, self.resource, actor=None, now=self.now)
                self.recorded.put(event.uuid)
                transaction.set_rollback(self.verdict.get(timeout=30) == "rollback")
        finally:
            connection.close()

    def end(self, how: str) -> UUID | None:
        self.verdict.put(how)
        self.join(30)
        return self.event if how == "commit" else None


class Walk:
    """The resources that things happen to, the two who listen, and what they have heard."""

    def __init__(self, resources: list[Resource]) -> None:
        for model in (QueueMessage, EventDelivery, Event):
            model._default_manager.all().delete()
        MessageQueue.objects.update(claimed_until=None, failures=0, next_attempt_at=timezone.now())
        self.resources, self.now = resources, timezone.now()
        self.open: dict[int, Transaction] = {}
        self.committed: set[UUID] = set()
        self.heard: list[UUID] = []
        self.arrived: list[UUID] = []

    def take(self, step: tuple[str, int, Any]) -> None:
        self.now += timedelta(milliseconds=10)
        what, number, how = step
        with suppress(Dies):
            getattr(self, f"_{what}")(number, how)

    def finish(self) -> None:
        """Let everything come to rest: commit, and let workers run without a fault."""
        for number in list(self.open):
            self._end(number, "commit")
        untold = EventDelivery.objects.filter(delivered_at__isnull=True)
        while self._number(0, 0) or untold.exists():
            self.now += timedelta(hours=2)
            self._tell(0, "fine")
        while QueueMessage.objects.filter(published_at__isnull=True).exists():
            self.now += timedelta(hours=2)
            self._publish(0, "fine")

    # --- steps ------------------------------------------------------------------------------------

    def _happen(self, _number: int, about: int) -> None:
        event = Transaction(self.resources[about], self.now).end("commit")
        assert event is not None
        self.committed.add(event)

    def _begin(self, number: int, about: int) -> None:
        if number not in self.open:
            self.open[number] = Transaction(self.resources[about], self.now)

    def _end(self, number: int, how: str) -> None:
        if (found := self.open.pop(number, None)) and (event := found.end(how)):
            self.committed.add(event)

    def _number(self, _number: int, _how: int) -> list[str]:
        return outbox.put_in_order(LISTENERS, now=self.now)

    def _wait(self, _number: int, _how: int) -> None:
        self.now += timedelta(minutes=2)

    def _tell(self, _number: int, how: str) -> None:
        claimed = outbox.claim(now=self.now)
        if claimed is None:
            return
        if how == "dies first":
            raise Dies
        if how == "fails":
            outbox.fail(claimed, "no", now=self.now)
            return
        if claimed.handler == "bus":
            announcements.announce(Event.objects.get(uuid=claimed.event_uuid), now=self.now)
        else:
            self.heard.append(claimed.event_uuid)
        if how == "dies after":
            raise Dies
        outbox.settle(claimed, now=self.now)

    def _publish(self, most: int, how: str) -> None:
        claimed = publishing.claim(now=self.now)
        if claimed is None:
            return
        if how == "dies first":
            raise Dies
        events_of = {message.uuid.hex: message.event.uuid for message in claimed.messages}
        taken = 0

        def send(message: OutgoingMessage) -> None:
            nonlocal taken
            if how == "fails" and taken == most:
                raise NotPublished("away")
            self.arrived.append(events_of[message.message_id])
            taken += 1
            if how == "dies after" and taken > most:
                raise Dies

        with suppress(NotPublished):
            publishing.publish(claimed, send, clock=lambda: self.now)

    # --- what must hold ---------------------------------------------------------------------------

    def check(self) -> None:
        known = {event.uuid: event for event in Event.objects.all()}
        assert set(known) == self.committed, "nothing of a transaction that was rolled back"
        for seen in (self.heard, self.arrived):
            assert set(seen) == self.committed, "each at least once"
            for resource in self.resources:
                first = [
                    known[uuid].sequence or 0
                    for uuid in dict.fromkeys(seen)
                    if known[uuid].subject_uuid == resource.uuid
                ]
                assert first == sorted(first), "in order for each object"


@pytest.fixture
def resources(offering, project, carol):
    agent = AgentIdentityFactory(offering=offering)
    MessageQueueFactory(consumer=EventConsumerFactory(identity=agent, user=carol))
    return ResourceFactory.create_batch(ABOUT, offering=offering, project=project)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=10, max_size=60))
def test_everybody_hears_everything_in_order_and_nothing_else(
    steps: list[tuple[str, int, Any]], resources: list[Resource]
) -> None:
    walk = Walk(resources)
    for step in steps:
        walk.take(step)
    walk.finish()
    walk.check()
