"""What the tests of hooks begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.services import outbox
from notifications.bus.posting import Answer
from notifications.models import HookDelivery
from notifications.services import hook_planning, hook_sending
from tests.factories.identity import EventFactory
from tests.receiver import Receiver, receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from identity.models import Event, Project
    from notifications.models import Hook
    from notifications.services.hook_sending import Claim

DONE = Answer(200, "ok", milliseconds=5)
REFUSED = Answer(500, "no", "HTTP 500", 5)
AWAY = Answer(None, error="ConnectionRefusedError", milliseconds=1)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """Return a receiver of webhooks on this machine, which the operator allows."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as one:
        yield one


@pytest.fixture
def happen(project: Project, now: datetime) -> Callable[..., list[Event]]:
    """Return a maker of events in the project, numbered and planned."""

    def make(times: int = 1, *, at: datetime | None = None, **more: Any) -> list[Event]:
        sides = {"project": project, "customer": project.customer}
        made: list[Any] = [EventFactory(created=at or now, **(sides | more)) for _ in range(times)]
        outbox.put_in_order({}, now=at or now)
        hook_planning.plan(now=at or now)
        for event in made:
            event.refresh_from_db()
        return made

    return make


def planned(hook: Hook) -> list[Event]:
    """Return the events that a hook is to be told of, in order."""
    rows = HookDelivery.objects.filter(hook_id=hook.pk).order_by("sequence")
    return [row.event for row in rows.select_related("event")]


def claimed(now: datetime) -> Claim:
    """Take what is due; something is."""
    claim = hook_sending.claim(now=now)
    assert claim is not None
    return claim


def answered(claim: Claim, answer: Answer, now: datetime) -> None:
    """Record an answer that came at once."""
    hook_sending.settle(claim, answer, started=now, now=now)
