"""Why something was done stands in every event that it led to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity import event_kinds as kinds
from identity import events
from identity.models import Event

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Project


def test_every_event_that_is_recorded_meanwhile_carries_the_reason(
    project: Project, now: datetime
) -> None:
    with events.because("asked for by phone"):
        events.record(
            kinds.PROJECT_UPDATED, project, actor=None, now=now, payload={"fields": ["x"]}
        )
        events.record(kinds.PROJECT_REMOVED, project, actor=None, now=now)
    events.record(kinds.PROJECT_CREATED, project, actor=None, now=now)

    assert list(Event.objects.order_by("pk").values_list("kind", "payload")) == [
        ("project.updated", {"reason": "asked for by phone", "fields": ["x"]}),
        ("project.removed", {"reason": "asked for by phone"}),
        ("project.created", {}),
    ]


def test_a_reason_that_an_event_has_of_its_own_stays(project: Project, now: datetime) -> None:
    with events.because("asked for by phone"):
        event = events.record(
            kinds.PROJECT_UPDATED, project, actor=None, now=now, payload={"reason": "expired"}
        )
    assert event.payload == {"reason": "expired"}


def test_the_reason_ends_with_an_error(project: Project, now: datetime) -> None:
    with pytest.raises(LookupError), events.because("asked for by phone"):
        raise LookupError
    assert events.record(kinds.PROJECT_UPDATED, project, actor=None, now=now).payload == {}
