"""What waits, as Prometheus reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from allocations.lifecycle import ProvisionState
from config import metrics
from identity.models import EventDelivery
from marketplace.lifecycle import OrderState
from tests.factories.access_plane import (
    AccessComparisonFactory,
    EntitledPersonFactory,
    EntitlementFactory,
)
from tests.factories.agents import (
    AgentServiceFactory,
    MessageQueueFactory,
    QueueMessageFactory,
)
from tests.factories.allocations import ProvisionFactory
from tests.factories.identity import EventFactory, ProjectFactory
from tests.factories.marketplace import OrderFactory
from tests.factories.notifications import HookDeliveryFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client
    from rest_framework.test import APIClient

    from identity.models import User

pytestmark = pytest.mark.django_db
TOKEN = "the-token-of-the-scraper-long-enough"


def scraped(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return the samples by name and values of labels."""
    return {
        (sample.name.removeprefix("efp_"), tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def read(now: datetime) -> dict[tuple[str, tuple[str, ...]], float]:
    return scraped(metrics.as_text(now).decode())


EMPTY: dict[tuple[str, tuple[str, ...]], float] = {
    ("build_info", (settings.VERSION,)): 1,
    ("events_undispatched", ()): 0,
    ("events_undispatched_oldest_seconds", ()): 0,
    **{
        (name, (state,)): 0
        for name in ("orders", "orders_oldest_seconds")
        for state in (
            "erred",
            "executing",
            "pending-consumer",
            "pending-project",
            "pending-provider",
            "pending-start-date",
        )
    },
    **{("provisions", (state,)): 0 for state in ("due", "running", "waiting", "dead")},
    ("agents_silent", ()): 0,
    **{
        (name, (state,)): 0
        for name in ("entitlements_waiting", "entitlements_oldest_seconds")
        for state in ("to be put", "to be taken")
    },
    ("entitled_people_failing", ()): 0,
    ("entitled_people_unknown", ()): 0,
    ("access_differences", ("missing",)): 0,
    ("access_differences", ("unexpected",)): 0,
    ("access_compared_seconds", ()): 0,
    ("queues_failing", ()): 0,
    **{
        (f"hook_deliveries_{what}", (kind,)): 0
        for what in ("waiting", "oldest_seconds", "dead")
        for kind in ("webhook", "email")
    },
}


def test_where_nothing_waits_the_numbers_are_there_and_nought(now: datetime) -> None:
    assert read(now) == EMPTY


def test_what_waits_is_counted_with_the_age_of_the_oldest(now: datetime) -> None:
    def ago(**before: int) -> datetime:
        return now - timedelta(**before)

    project = ProjectFactory()
    event = EventFactory(project=project, created=ago(minutes=5))
    EventFactory(project=project, created=ago(minutes=1))
    old = EventFactory(project=project, created=ago(hours=2), dispatched_at=now, sequence=1)
    for about, handler, how in (
        (event, "hears", {}),
        (old, "hears", {"delivered_at": now}),
        (old, "gave_up", {"dead": True}),
    ):
        EventDelivery.objects.create(event=about, handler=handler, next_attempt_at=now, **how)
    EventDelivery.objects.create(event=old, handler="late", next_attempt_at=now)
    for state, age in (("executing", 3), ("executing", 9), ("erred", 2), ("done", 50)):
        OrderFactory(state=OrderState(state).value, created=ago(days=age))
    OrderFactory(created=ago(days=1))
    erred = OrderFactory(state=OrderState.ERRED.value, created=ago(days=1))
    ProvisionFactory(order=erred, state=ProvisionState.DEAD.value)
    mended = OrderFactory(state=OrderState.DONE.value)
    ProvisionFactory(order=mended, state=ProvisionState.DEAD.value)
    ProvisionFactory(order=OrderFactory(state=OrderState.EXECUTING.value, created=now))
    AgentServiceFactory(last_seen=ago(days=2))
    AgentServiceFactory(last_seen=now)
    queue = MessageQueueFactory(failures=3)
    idle = MessageQueueFactory()
    for moment, left in ((ago(minutes=7), None), (ago(minutes=2), None), (ago(hours=9), now)):
        told = EventFactory(project=project, created=moment, dispatched_at=now)
        QueueMessageFactory(queue=queue, event=told, created=moment, published_at=left)

    person = EntitledPersonFactory(attempts=2, is_unknown=True)
    EntitledPersonFactory(attempts=1, delivered_at=now)
    EntitlementFactory(person=person, since=ago(minutes=4))
    EntitlementFactory(person=person, since=ago(minutes=1))
    EntitlementFactory(person=person, state="put")
    AccessComparisonFactory(finished=ago(hours=1), missing=2, unexpected=3)
    AccessComparisonFactory(finished=ago(hours=7), missing=9)
    for sent in ({}, {"dead": True}, {"delivered_at": now}):
        HookDeliveryFactory(event=old, planned_at=ago(minutes=30), **sent)

    day = 86_400
    assert read(now) == EMPTY | {
        ("events_undispatched", ()): 2,
        ("events_undispatched_oldest_seconds", ()): 300,
        ("event_deliveries_waiting", ("hears",)): 1,
        ("event_deliveries_oldest_seconds", ("hears",)): 300,
        ("event_deliveries_waiting", ("late",)): 1,
        ("event_deliveries_oldest_seconds", ("late",)): 7200,
        ("event_deliveries_dead", ("gave_up",)): 1,
        ("orders", ("executing",)): 3,
        ("orders_oldest_seconds", ("executing",)): 9 * day,
        ("orders", ("erred",)): 2,
        ("orders_oldest_seconds", ("erred",)): 2 * day,
        ("orders", ("pending-provider",)): 1,
        ("orders_oldest_seconds", ("pending-provider",)): day,
        ("provisions", ("waiting",)): 1,
        ("provisions", ("dead",)): 1,
        ("agents_silent", ()): 1,
        ("queue_messages_waiting", (queue.name,)): 2,
        ("queue_messages_oldest_seconds", (queue.name,)): 420,
        ("queue_messages_waiting", (idle.name,)): 0,
        ("queue_messages_oldest_seconds", (idle.name,)): 0,
        ("queues_failing", ()): 1,
        ("entitlements_waiting", ("to be put",)): 2,
        ("entitlements_oldest_seconds", ("to be put",)): 240,
        ("entitled_people_failing", ()): 1,
        ("entitled_people_unknown", ()): 1,
        ("access_differences", ("missing",)): 2,
        ("access_differences", ("unexpected",)): 3,
        ("access_compared_seconds", ()): 3600,
        ("hook_deliveries_waiting", ("webhook",)): 1,
        ("hook_deliveries_oldest_seconds", ("webhook",)): 1800,
        ("hook_deliveries_dead", ("webhook",)): 1,
    }


def test_it_takes_as_many_queries_for_many_as_for_few(now: datetime) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            read(now)
        return len(captured)

    def fill() -> None:
        event = EventFactory(project=ProjectFactory())
        for handler in ("a", "b"):
            name = f"{handler}{event.pk}"
            EventDelivery.objects.create(event=event, handler=name, next_attempt_at=now)
        ProvisionFactory()
        AgentServiceFactory()
        QueueMessageFactory()
        HookDeliveryFactory()
        EntitlementFactory()

    fill()
    few = queries()
    for _ in range(5):
        fill()
    assert queries() == few


# --- who may --------------------------------------------------------------------------------------


@pytest.fixture
def token(settings: Any) -> str:
    settings.METRICS_TOKEN = TOKEN
    return TOKEN


@pytest.mark.parametrize(
    ("role", "status"),
    [("dave", 200), ("sam", 403), ("alice", 403), ("carol", 403), ("pi", 403), ("mallory", 403)],
)
def test_of_those_who_are_logged_in_only_the_staff_read_it(
    token: str,
    as_user: Callable[[User], APIClient],
    client: Client,
    request: pytest.FixtureRequest,
    role: str,
    status: int,
) -> None:
    user = request.getfixturevalue(role)
    client.force_login(user)

    assert as_user(user).get("/metrics").status_code == status
    assert client.get("/metrics").status_code == status


def test_the_scraper_reads_it_whatever_format_it_prefers(token: str, client: Client) -> None:
    for accept in ("text/plain;version=0.0.4", "application/openmetrics-text", "*/*"):
        response = client.get(
            "/metrics", headers={"authorization": f"Bearer {token}", "accept": accept}
        )

        assert response.status_code == 200
        assert response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert ("build_info", (settings.VERSION,)) in scraped(response.content.decode())


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Bearer",
        "Bearer another token",
        "Bearer another-token",
        f"Bearer {TOKEN}x",
        "Bearer x",
        f"Token {TOKEN}",
    ],
)
def test_without_the_token_nobody_reads_it(
    token: str, client: Client, authorization: str | None
) -> None:
    headers = {"authorization": authorization} if authorization else {}

    response = client.get("/metrics", headers=headers)

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_without_a_token_set_an_empty_one_opens_nothing(settings: Any, client: Client) -> None:
    settings.METRICS_TOKEN = ""

    for authorization in ("Bearer ", "Bearer"):
        headers = {"authorization": authorization}
        assert client.get("/metrics", headers=headers).status_code == 401


def test_the_scraper_s_token_opens_nothing_else(token: str, client: Client) -> None:
    headers = {"authorization": f"Bearer {token}"}

    assert client.get("/api/marketplace-orders/", headers=headers).status_code == 401
    assert client.post("/metrics", headers=headers).status_code == 405
