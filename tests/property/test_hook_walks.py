"""Whatever fails in whatever order, each hook is told everything, in order, and nothing untrue."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity.models import Event
from identity.services import outbox
from notifications.bus.posting import Answer
from notifications.models import HookDelivery
from notifications.models.hook import HookType
from notifications.services import hook_planning, hook_sending
from tests.factories.identity import EventFactory
from tests.factories.notifications import EmailHookFactory, WebHookFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from identity.models import Project, User
    from notifications.models import Hook
    from notifications.services.hook_sending import Claim

pytestmark = pytest.mark.django_db

SUBJECTS = 2
DONE = Answer(200)
FAILURES = (Answer(500, error="HTTP 500"), Answer(None, error="away"), Answer(503, retry_after=60))

COMMIT = st.tuples(st.just("commit"), st.integers(0, SUBJECTS - 1))
DISPATCH = st.tuples(st.just("dispatch"), st.none())
SEND = st.tuples(st.just("send"), st.just(DONE))
SEND_IN_VAIN = st.tuples(st.just("send"), st.sampled_from(FAILURES))
WAIT = st.tuples(st.just("wait"), st.sampled_from((1, 10, 61, 300, 3600)))
ACCIDENT = st.one_of(
    st.tuples(st.just("roll_back"), st.integers(0, SUBJECTS - 1)),
    st.tuples(st.just("number"), st.booleans()),
    st.tuples(st.just("plan"), st.booleans()),
    st.tuples(st.just("die_before_sending"), st.none()),
    st.tuples(st.just("die_before_settling"), st.none()),
    st.tuples(st.just("settle_late"), st.sampled_from((DONE, *FAILURES))),
)
ACTIONS = st.one_of(
    COMMIT, COMMIT, DISPATCH, DISPATCH, SEND, SEND_IN_VAIN, ACCIDENT, ACCIDENT, WAIT
)
# Of fewer actions than 35, not even the unluckiest give a delivery up, as no example expects.
WALKS = st.lists(ACTIONS, min_size=8, max_size=34)


class Crash(Exception):
    """The process was killed: what was not committed is gone."""


@contextmanager
def undone() -> Iterator[None]:
    """Undo what one example did before the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def crashing(action: Callable[[], object], *, crashes: bool) -> None:
    """Do something in a transaction that is lost at its end if the process crashes there."""
    with suppress(Crash), transaction.atomic():
        action()
        if crashes:
            raise Crash


class Walk:
    """A log, its planner, its senders, and what receivers got of it."""

    def __init__(self, project: Project, hooks: list[Hook], now: datetime) -> None:
        self.project, self.hooks, self.now = project, hooks, now
        self.subjects = [uuid4() for _ in range(SUBJECTS)]
        self.committed: set[str] = set()
        self.received: dict[int, list[str]] = {hook.pk: [] for hook in hooks}
        self.mails: list[list[str]] = []
        self.late: deque[Claim] = deque()

    def do(self, action: str, how: Any) -> None:
        getattr(self, action)(how)

    def happen(self, subject: int) -> str:
        event = EventFactory(
            project=self.project,
            customer=self.project.customer,
            subject_uuid=self.subjects[subject],
            created=self.now,
        )
        return str(event.uuid.hex)

    def commit(self, subject: int) -> None:
        self.committed.add(self.happen(subject))

    def roll_back(self, subject: int) -> None:
        crashing(lambda: self.happen(subject), crashes=True)

    def number(self, crashes: bool) -> None:
        crashing(lambda: outbox.put_in_order({}, now=self.now), crashes=crashes)

    def dispatch(self, _: None) -> None:
        self.number(crashes=False)
        self.plan(crashes=False)

    def plan(self, crashes: bool) -> None:
        crashing(lambda: hook_planning.plan(now=self.now), crashes=crashes)

    def send(self, answer: Answer) -> bool:
        claimed = hook_sending.claim(now=self.now)
        if claimed is None:
            return False
        if answer.is_success:
            self.receive(claimed)
        hook_sending.settle(claimed, answer, started=self.now, now=self.now)
        return True

    def die_before_sending(self, _: None) -> None:
        hook_sending.claim(now=self.now)

    def die_before_settling(self, _: None) -> None:
        claimed = hook_sending.claim(now=self.now)
        if claimed is not None:
            self.receive(claimed)
            self.late.append(claimed)

    def settle_late(self, answer: Answer) -> None:
        """Let a sender who was thought dead come back, after whatever happened meanwhile."""
        if self.late:
            claimed = self.late.popleft()
            hook_sending.settle(claimed, answer, started=self.now, now=self.now)

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def receive(self, claimed: Claim) -> None:
        uuids = [part.payload["uuid"] for part in claimed.parts]
        self.received[claimed.hook_id] += uuids
        if claimed.hook_type is HookType.EMAIL:
            self.mails.append(uuids)

    def end(self) -> None:
        """Let everything work again, and look whether all that happened was told."""
        self.dispatch(None)
        waiting = HookDelivery.objects.filter(delivered_at=None)
        hours = 0
        while waiting.exists():
            while self.send(DONE):
                pass
            self.wait(3600)
            hours += 1
            assert hours < 100
        self.check()
        for hook in self.hooks:
            assert set(self.received[hook.pk]) == self.committed

    def check(self) -> None:
        """See that receivers got only what happened, and of each object in order."""
        order = {event.uuid.hex: event for event in Event.objects.all()}
        for hook in self.hooks:
            uuids = self.received[hook.pk]
            assert set(uuids) <= self.committed
            if hook.hook_type == HookType.EMAIL:
                uuids = list(dict.fromkeys(uuids))  # a mail that is sent again repeats others
            for subject in self.subjects:
                told = [order[u].sequence for u in uuids if order[u].subject_uuid == subject]
                assert told == sorted(told)
        for mail in self.mails:
            assert mail == sorted(mail, key=lambda uuid: order[uuid].sequence)


@pytest.mark.slow
@given(walk=WALKS)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_hook_is_told_at_least_once_in_order_of_each_object_and_nothing_rolled_back(
    walk: list[tuple[str, Any]], project: Project, alice: User, now: datetime
) -> None:
    with undone():
        hooks: list[Any] = [
            make(author=alice, created=now) for make in (WebHookFactory, EmailHookFactory)
        ]
        taken = Walk(project, hooks, now)
        for action, how in walk:
            taken.do(action, how)
            taken.check()
        taken.end()
