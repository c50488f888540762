"""An event of a kind that is not declared any more is read wherever events are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from config import wiring
from identity.models import Event, EventDelivery
from notifications.models import HookDelivery
from notifications.services import hook_planning
from tests.admin.pages import address
from tests.factories.identity import EventFactory
from tests.factories.notifications import WebHookFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client
    from rest_framework.test import APIClient

    from identity.models import Project, User

pytestmark = pytest.mark.django_db

PAST = "voucher.redeemed"


@pytest.fixture
def event(project: Project) -> Event:
    """Something that happened to bob's project when the code knew vouchers."""
    return EventFactory(project=project, kind=PAST)


def told(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["event_type"], row["kind"]) for row in rows if row["kind"] == PAST]


def test_the_log_and_the_feed_tell_it_by_its_name(
    as_user: Callable[[User], APIClient], pi: User, event: Event
) -> None:
    client = as_user(pi)
    wiring.dispatch_events()

    assert told(client.get("/api/events/").json()) == [(PAST, PAST)]
    assert told(client.get("/api/events/?feature=voucher").json()) == [(PAST, PAST)]
    assert told([client.get(f"/api/events/{event.uuid.hex}/").json()]) == [(PAST, PAST)]
    assert told(client.get("/api/event-feed/").json()["events"]) == [(PAST, PAST)]


def test_nothing_acts_on_it(event: Event) -> None:
    wiring.dispatch_events()

    event.refresh_from_db()
    assert event.sequence is not None
    assert not EventDelivery.objects.exists()


def test_a_hook_that_asks_for_everything_is_told_of_it(
    pi: User, project: Project, now: datetime
) -> None:
    WebHookFactory(author=pi, active_since=now)
    hook_planning.plan(now=now)
    EventFactory(project=project, kind=PAST)
    wiring.dispatch_events()
    while hook_planning.plan(now=now):
        pass
    assert [row.event.kind for row in HookDelivery.objects.all()] == [PAST]


def test_the_staff_see_it_without_a_link(client: Client, dave: User, event: Event) -> None:
    client.force_login(dave)
    for page in (address(Event, "changelist"), address(Event, "change", event.pk)):
        response = client.get(page)
        assert response.status_code == 200
        assert PAST in response.content.decode()
