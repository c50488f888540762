"""The staff's start page: what needs a person, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from allocations.lifecycle import AccountState, ProvisionState
from config.pages.dashboard import panels
from config.pages.dashboard.panel import SHOWN
from identity.models import EventDelivery
from marketplace.lifecycle import OrderState, ResourceState
from tests.admin.pages import text
from tests.factories.agents import (
    EventSubscriptionQueueFactory,
    MessageQueueFactory,
    QueueMessageFactory,
)
from tests.factories.allocations import OfferingUserFactory, ProvisionFactory
from tests.factories.identity import EventFactory, ProjectFactory
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

pytestmark = pytest.mark.django_db


def test_with_nothing_to_do_it_says_so(staff: Client) -> None:
    shown = text(staff.get("/admin/"))
    for well in (
        "Every order is finished.",
        "No order is open.",
        "No resource is erred.",
        "Everything is delivered.",
        "Every subscriber has been told everything.",
    ):
        assert well in shown


def test_orders_are_counted_by_state_and_the_oldest_named(staff: Client, now: datetime) -> None:
    old = OrderFactory(created=now - timedelta(days=9))
    OrderFactory(created=now - timedelta(days=2))
    OrderFactory(state=OrderState.DONE.value, created=now - timedelta(days=30))
    shown = text(staff.get("/admin/"))
    assert "pending-provider 2 1 week" in shown
    name = f"Create {old.resource.name} pending-provider {old.offering.name} 1 week"
    assert name in shown
    assert shown.index(old.resource.name) < shown.index("2 days")


def test_erred_resources_say_what_is_wrong(staff: Client) -> None:
    row = ResourceFactory(state=ResourceState.ERRED.value, error_message="slurmctld is down")
    shown = text(staff.get("/admin/"))
    assert f"{row.name} {row.offering.name} slurmctld is down" in shown


def test_work_that_is_stuck_is_counted(staff: Client, now: datetime) -> None:
    before = now - timedelta(hours=3)
    event = EventFactory(project=ProjectFactory(), created=before)
    EventDelivery.objects.create(event=event, handler="a", next_attempt_at=before, dead=True)
    EventDelivery.objects.create(event=event, handler="b", next_attempt_at=before)
    order = OrderFactory(state=OrderState.ERRED.value)
    ProvisionFactory(order=order, state=ProvisionState.DEAD.value)
    OfferingUserFactory(state=AccountState.ERROR_CREATING.value)
    shown = text(staff.get("/admin/"))
    for what in (
        "Events not dispatched 1 3 hours",
        "Events not delivered in time 1 3 hours",
        "Events given up 1 3 hours",
        "Deliveries of orders given up or refused 1",
        "Accounts that could not be made or deleted 1",
    ):
        assert what in shown


def test_queues_that_are_behind_are_named_with_what_keeps_them(
    staff: Client, now: datetime
) -> None:
    refused = MessageQueueFactory(failures=4, last_error="connection refused")
    slow, quick = MessageQueueFactory(), MessageQueueFactory()
    for queue, age in ((refused, 3), (refused, 1), (slow, 2)):
        QueueMessageFactory(queue=queue, created=now - timedelta(hours=age))
    QueueMessageFactory(queue=quick, created=timezone.now())
    QueueMessageFactory(queue=quick, created=now - timedelta(days=2), published_at=now)

    shown = text(staff.get("/admin/"))

    offering, person = refused.offering.name, refused.consumer.user
    assert f"{refused.name} {offering} {person} 2 3 hours 4 connection refused" in shown
    assert f"{slow.name} {slow.offering.name} {slow.consumer.user} 1 2 hours 0" in shown
    assert quick.name not in shown
    assert shown.index(refused.name) < shown.index(slow.name)
    assert "Messages that have not left for the broker 3 3 hours" in shown


def test_what_is_fresh_is_not_stuck(staff: Client, now: datetime) -> None:
    EventFactory(project=ProjectFactory(), created=timezone.now())
    assert "Everything is delivered." in text(staff.get("/admin/"))


def test_allocations_that_end_soon_are_listed_soonest_first(staff: Client, now: datetime) -> None:
    today = now.date()
    later = ResourceFactory(end_date=today + timedelta(days=20))
    soon = ResourceFactory(end_date=today + timedelta(days=3))
    by_project = ResourceFactory(project=ProjectFactory(end_date=today + timedelta(days=10)))
    far = ResourceFactory(end_date=today + timedelta(days=60))
    gone = ResourceFactory(end_date=today, state=ResourceState.TERMINATED.value)
    shown = text(staff.get("/admin/"))
    assert shown.index(soon.name) < shown.index(later.name)
    assert f"{soon.end_date}, in 3 days" in shown
    assert f"{by_project.project.end_date}, in 1 week (with its project)" in shown
    assert far.name not in shown
    assert gone.name not in shown


def test_it_takes_as_many_queries_for_many_as_for_none(staff: Client, now: datetime) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert staff.get("/admin/").status_code == 200
        return len(captured)

    queries()
    none = queries()
    for _ in range(12):
        OrderFactory()
        ResourceFactory(state=ResourceState.ERRED.value, end_date=now.date())
        QueueMessageFactory(created=now - timedelta(hours=3), event__dispatched_at=now)
        QueueMessageFactory(
            queue=MessageQueueFactory(
                consumer=None, subscription_queue=EventSubscriptionQueueFactory()
            ),
            created=now - timedelta(hours=3),
        )
    assert queries() == none
    assert "Show all" in text(staff.get("/admin/"))


def test_every_link_of_it_leads_somewhere(staff: Client, now: datetime) -> None:
    before = now - timedelta(hours=3)
    for _ in range(SHOWN + 1):
        OrderFactory()
        ResourceFactory(state=ResourceState.ERRED.value, end_date=now.date())
        QueueMessageFactory(created=before)
    event = EventFactory(project=ProjectFactory(), created=before)
    EventDelivery.objects.create(event=event, handler="a", next_attempt_at=before, dead=True)
    EventDelivery.objects.create(event=event, handler="b", next_attempt_at=before)
    ProvisionFactory(
        order=OrderFactory(state=OrderState.ERRED.value), state=ProvisionState.DEAD.value
    )
    OfferingUserFactory(state=AccountState.ERROR_CREATING.value)
    shown = panels.read(timezone.now())
    links = {cell.url for panel in shown for row in panel.rows for cell in row if cell.url}
    links |= {panel.more.url for panel in shown if panel.more}
    for link in links:
        response = staff.get(link)
        assert response.status_code == 200, link
        if "cl" in (response.context or {}):
            assert response.context["cl"].result_count >= 1, link
