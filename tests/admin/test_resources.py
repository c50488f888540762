"""What staff do to allocations in the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from identity.models import Event
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource
from tests.admin.pages import buttons, do, page_of, said, text
from tests.factories.accounting import ComponentUsageFactory
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

    from identity.models import User

pytestmark = pytest.mark.django_db

WHY = "The site asked for it."


def last_event(row: Resource) -> Event:
    latest: Event = Event.objects.filter(subject_uuid=row.uuid).latest("pk")
    return latest


def test_a_resource_is_paused_and_resumed(staff: Client, dave: User) -> None:
    row = ResourceFactory()
    assert buttons(staff, row)[0] == "Pause"
    do(staff, "pause", row, reason=WHY)
    row.refresh_from_db()
    event = last_event(row)
    assert (row.paused, event.actor, event.payload["reason"]) == (True, dave, WHY)

    assert buttons(staff, row)[0] == "Resume"
    do(staff, "resume", row, reason=WHY)
    row.refresh_from_db()
    assert row.paused is False


def test_a_resource_is_marked_as_erred_with_the_reason_and_as_ok_again(
    staff: Client, dave: User
) -> None:
    row = ResourceFactory()
    do(staff, "set_as_erred", row, reason="slurmctld is down", error_traceback="Errno 111")
    row.refresh_from_db()
    assert (row.state, row.error_message, row.error_traceback) == (
        ResourceState.ERRED,
        "slurmctld is down",
        "Errno 111",
    )

    do(staff, "set_as_ok", row, reason="It is up again")
    row.refresh_from_db()
    event = last_event(row)
    assert (row.state, row.error_message) == (ResourceState.OK, "")
    assert (event.kind, event.actor) == ("resource.resolved", dave)
    assert event.payload["reason"] == "It is up again"


def test_a_termination_is_ordered_and_nothing_more(staff: Client, dave: User) -> None:
    row = ResourceFactory()
    response = do(staff, "terminate", row, reason=WHY)
    assert said(response) == [f"Termination ordered: {row.name}."]
    order = Order.objects.get(resource=row)
    assert (order.type, order.state, order.created_by, order.termination_comment) == (
        OrderType.TERMINATE,
        OrderState.PENDING_PROVIDER,
        dave,
        WHY,
    )
    row.refresh_from_db()
    assert row.state == ResourceState.OK


def test_a_resource_that_an_order_holds_is_not_terminated(staff: Client) -> None:
    row = ResourceFactory()
    OrderFactory(resource=row, type=OrderType.UPDATE.value)
    response = do(staff, "terminate", row, reason=WHY)
    assert response.status_code == 200
    assert "Pending order for resource already exists." in text(response)


def test_a_terminated_resource_is_left_alone(staff: Client) -> None:
    row = ResourceFactory(state=ResourceState.TERMINATED.value)
    assert buttons(staff, row) == ["Set the backend ID", "Report usage"]
    for action in ("pause", "set_as_ok", "set_as_erred", "set_end_date", "terminate", "restore"):
        response = do(staff, action, row, reason=WHY)
        assert "This is not possible" in text(response)
    row.refresh_from_db()
    assert (row.state, row.paused) == (ResourceState.TERMINATED, False)


def test_a_resource_is_restored_where_its_offering_allows_that(staff: Client) -> None:
    row = ResourceFactory(state=ResourceState.TERMINATED.value)
    row.offering.plugin_options = {"can_restore_resource": True}
    row.offering.save()
    assert buttons(staff, row)[0] == "Restore"
    do(staff, "restore", row)
    assert Order.objects.get(resource=row).type == OrderType.RESTORE


def test_an_end_date_is_set_and_one_in_the_past_refused(staff: Client, now: datetime) -> None:
    row = ResourceFactory()
    soon = (now + timedelta(days=10)).date()
    do(staff, "set_end_date", row, end_date=soon.isoformat(), reason=WHY)
    row.refresh_from_db()
    assert row.end_date == soon
    assert last_event(row).payload["reason"] == WHY

    response = do(staff, "set_end_date", row, end_date="2020-01-01", reason=WHY)
    assert "Cannot be earlier than the current date." in text(response)


def test_the_name_is_changed_by_the_service(staff: Client, dave: User) -> None:
    row = ResourceFactory()
    staff.post(page_of(row), {"name": "lumi-c-climate", "description": ""})
    row.refresh_from_db()
    assert row.name == "lumi-c-climate"
    event = last_event(row)
    assert (event.kind, event.actor) == ("resource.described", dave)
    assert event.payload["changed"] == ["name"]


def test_a_state_that_is_sent_anyway_is_not_written(staff: Client) -> None:
    row = ResourceFactory()
    staff.post(page_of(row), {"name": row.name, "state": "Terminated", "limits": "{}"})
    row.refresh_from_db()
    assert (row.state, row.limits) == (ResourceState.OK, {"cpu_k_hours": 10, "gb_k_hours": 5})


def test_a_resource_s_page_shows_what_was_used_and_ordered(staff: Client) -> None:
    row = ResourceFactory()
    usage = ComponentUsageFactory(resource=row)
    OrderFactory(resource=row, state=OrderState.DONE.value)
    shown = text(staff.get(page_of(row)))
    assert f"{usage.billing_period:%Y-%m} CPU 2.50 kh" in shown
    assert f"Create {row.name} done" in shown
