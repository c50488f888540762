"""What staff do to orders in the admin: the services are called with the actor and the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from allocations.lifecycle import ProvisionState
from common.admin.staff_action_pages import MOST_ROWS
from identity.models import Event
from marketplace.components import OfferingType
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order
from marketplace.services import orders
from tests.admin.pages import action_address, address, buttons, do, page_of, said, text
from tests.factories.allocations import ProvisionFactory
from tests.factories.marketplace import HpcOfferingFactory, OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

    from identity.models import User

pytestmark = pytest.mark.django_db

NOT_NOW = "This is not possible while it is done."
WHY = "Agreed with the Hosting Entity by phone."


def order(state: OrderState, kind: OrderType = OrderType.CREATE, **more: object) -> Order:
    """Return an order with its resource as it is then."""
    resource_state = {
        OrderType.CREATE: ResourceState.CREATING,
        OrderType.UPDATE: ResourceState.UPDATING,
        OrderType.TERMINATE: ResourceState.TERMINATING,
    }.get(kind, ResourceState.OK)
    if state is OrderState.ERRED:
        resource_state = ResourceState.ERRED
    offering = HpcOfferingFactory(type=OfferingType.BASIC.value)
    resource = ResourceFactory(state=resource_state.value, offering=offering)
    made: Order = OrderFactory(resource=resource, state=state.value, type=kind.value, **more)
    return made


def events_of(row: Order) -> list[tuple[str, str, str, User | None, object]]:
    """Return what is recorded of an order: kind, states, who, why."""
    return [
        (event.kind, event.source, event.target, event.actor, event.payload.get("reason"))
        for event in Event.objects.filter(subject_uuid=row.uuid).order_by("pk")
    ]


DECISIONS = [
    ("approve_by_consumer", OrderState.PENDING_CONSUMER, OrderState.PENDING_PROVIDER),
    ("approve_by_provider", OrderState.PENDING_PROVIDER, OrderState.EXECUTING),
    ("reject_by_consumer", OrderState.PENDING_CONSUMER, OrderState.REJECTED),
    ("reject_by_provider", OrderState.PENDING_PROVIDER, OrderState.REJECTED),
    ("complete", OrderState.EXECUTING, OrderState.DONE),
    ("fail", OrderState.EXECUTING, OrderState.ERRED),
    ("retry", OrderState.ERRED, OrderState.EXECUTING),
    ("cancel", OrderState.PENDING_PROVIDER, OrderState.CANCELED),
    ("cancel", OrderState.EXECUTING, OrderState.CANCELED),
]


@pytest.mark.parametrize(("action", "source", "target"), DECISIONS)
def test_an_action_moves_the_order_and_records_who_and_why(
    staff: Client, dave: User, action: str, source: OrderState, target: OrderState
) -> None:
    row = order(source)

    response = do(staff, action, row, reason=WHY)

    assert (response.status_code, response["Location"]) == (302, page_of(row))
    row.refresh_from_db()
    assert row.state == target
    assert events_of(row) == [(f"order.{target}", source, target, dave, WHY)]
    assert f"Create {row.resource.name} for {row.project.name}." in said(response)[0]


def test_the_reason_is_also_in_the_events_of_the_resource(staff: Client, dave: User) -> None:
    row = order(OrderState.EXECUTING)
    do(staff, "complete", row, reason=WHY)
    event = Event.objects.get(subject_uuid=row.resource.uuid)
    assert (event.kind, event.actor, event.payload["reason"]) == ("resource.created", dave, WHY)


def test_a_rejection_is_told_to_those_who_ordered(staff: Client, dave: User) -> None:
    row = order(OrderState.PENDING_PROVIDER)
    do(staff, "reject_by_provider", row, reason=WHY)
    row.refresh_from_db()
    assert (row.provider_rejection_comment, row.provider_reviewed_by) == (WHY, dave)


def test_a_failure_keeps_what_the_machine_said(staff: Client) -> None:
    row = order(OrderState.EXECUTING)
    do(staff, "fail", row, reason="No account", error_traceback="Traceback: none")
    row.refresh_from_db()
    assert (row.error_message, row.error_traceback) == ("No account", "Traceback: none")


def test_what_needs_a_reason_is_not_done_without_one(staff: Client) -> None:
    row = order(OrderState.PENDING_PROVIDER)
    response = do(staff, "reject_by_provider", row, reason="  ")
    assert "This field is required." in text(response)
    row.refresh_from_db()
    assert row.state == OrderState.PENDING_PROVIDER


def test_an_approval_needs_none(staff: Client, dave: User) -> None:
    row = order(OrderState.PENDING_PROVIDER)
    do(staff, "approve_by_provider", row)
    source, target = OrderState.PENDING_PROVIDER, OrderState.EXECUTING
    assert events_of(row) == [("order.executing", source, target, dave, None)]


def test_looking_at_the_form_does_nothing(staff: Client) -> None:
    row = order(OrderState.PENDING_PROVIDER)
    staff.get(action_address("approve_by_provider", row))
    row.refresh_from_db()
    assert row.state == OrderState.PENDING_PROVIDER


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (
            OrderState.PENDING_CONSUMER,
            ["Approve for the project", "Reject for the project", "Cancel", "Set the backend ID"],
        ),
        (
            OrderState.PENDING_PROVIDER,
            ["Approve for the provider", "Reject for the provider", "Cancel", "Set the backend ID"],
        ),
        (
            OrderState.EXECUTING,
            ["Mark as done", "Mark as failed", "Cancel", "Set the backend ID"],
        ),
        (OrderState.ERRED, ["Retry", "Set the backend ID"]),
        (OrderState.DONE, ["Set the backend ID"]),
    ],
)
def test_the_page_offers_what_the_state_allows(
    staff: Client, state: OrderState, offered: list[str]
) -> None:
    assert buttons(staff, order(state)) == offered


def test_a_site_s_work_is_not_called_back(staff: Client) -> None:
    row = order(OrderState.EXECUTING)
    row.offering.type = OfferingType.SLURM.value
    row.offering.save()
    assert "Cancel" not in buttons(staff, row)
    assert "This is not possible" in text(do(staff, "cancel", row, reason=WHY))


def test_somebody_else_was_quicker(staff: Client, alice: User, now: datetime) -> None:
    row = order(OrderState.PENDING_PROVIDER)
    orders.cancel(row, actor=alice, now=now)

    response = do(staff, "approve_by_provider", row, reason=WHY)

    assert response.status_code == 200
    assert "This is not possible while it is canceled." in text(response)
    assert WHY in response.content.decode()  # what was typed is not lost
    row.refresh_from_db()
    assert row.state == OrderState.CANCELED


def test_what_the_service_objects_to_is_said(staff: Client) -> None:
    row = order(OrderState.ERRED)
    OrderFactory(resource=row.resource, state=OrderState.DONE.value)
    response = do(staff, "retry", row, reason=WHY)
    assert response.status_code == 200
    assert "A later order was placed for this resource." in text(response)


def test_many_orders_are_decided_one_by_one_and_each_is_accounted_for(
    staff: Client, dave: User
) -> None:
    good, bad, fine = (
        order(OrderState.PENDING_PROVIDER),
        order(OrderState.DONE),
        order(OrderState.PENDING_PROVIDER),
    )

    page = staff.get(action_address("approve_by_provider", good, bad, fine))
    assert "Will be done to 2 orders" in text(page)
    assert "Not possible for 1" in text(page)

    response = do(staff, "approve_by_provider", good, bad, fine, reason=WHY)

    assert response["Location"] == address(Order, "changelist")
    titles = [f"Create {row.resource.name} for {row.project.name}" for row in (good, bad, fine)]
    assert said(response) == [
        f"Approved for the provider (2): {titles[0]}, {titles[2]}.",
        f"Approve for the provider: not done to {titles[1]}. {NOT_NOW}",
    ]
    states = Order.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [OrderState.EXECUTING, OrderState.DONE, OrderState.EXECUTING]
    assert Event.objects.filter(kind="order.executing", actor=dave).count() == 2


def test_the_list_leads_to_the_form_and_back_with_its_filters(staff: Client) -> None:
    first, second = order(OrderState.PENDING_PROVIDER), order(OrderState.PENDING_PROVIDER)
    url = address(Order, "changelist") + "?state__exact=pending-provider"
    chosen = {"action": "approve_by_provider", "_selected_action": [first.pk, second.pk]}

    form = staff.post(url, chosen)
    assert form["Location"].startswith(action_address("approve_by_provider", first).split("?")[0])
    back = staff.post(form["Location"], {"reason": WHY})

    assert back["Location"] == url


def test_the_list_offers_what_the_state_it_is_narrowed_to_allows(staff: Client) -> None:
    order(OrderState.ERRED)
    url = address(Order, "changelist")

    def offered(query: str) -> set[str]:
        form = staff.get(url + query).context["action_form"]
        return {name for name, _ in form.fields["action"].choices if name}

    everything = offered("")
    assert {"approve_by_provider", "retry", "cancel"} <= everything
    assert "set_backend_id" not in everything  # that is for one at a time
    assert offered("?state__exact=erred") == {"retry"}


def test_too_many_rows_at_once_are_not_taken_on(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.admin.staff_action_pages.MOST_ROWS", 1)
    rows = [order(OrderState.PENDING_PROVIDER) for _ in range(2)]
    chosen = {"action": "cancel", "_selected_action": [row.pk for row in rows]}
    response = staff.post(address(Order, "changelist"), chosen)
    assert said(response) == ["Choose at most 1 rows at once."]
    assert MOST_ROWS > 1


def test_the_backend_id_is_set_by_the_service(staff: Client, dave: User) -> None:
    row = order(OrderState.EXECUTING)
    do(staff, "set_backend_id", row, backend_id="job-17")
    row.refresh_from_db()
    assert row.backend_id == "job-17"
    assert Event.objects.get(subject_uuid=row.uuid).actor == dave


def test_an_order_s_page_shows_its_deliveries_and_its_history(staff: Client) -> None:
    row = order(OrderState.PENDING_PROVIDER)
    ProvisionFactory(order=row, state=ProvisionState.REFUSED.value, last_error="no such partition")
    do(staff, "approve_by_provider", row, reason=WHY)
    shown = text(staff.get(page_of(row)))
    assert "no such partition" in shown
    assert "order.executing pending-provider → executing Dave Tester Create order" in shown
    assert WHY in shown


def test_the_history_leads_to_the_events(staff: Client) -> None:
    row = order(OrderState.DONE)
    response = staff.get(address(Order, "history", row.pk), follow=True)
    assert response.status_code == 200
    assert response.request["PATH_INFO"] == "/admin/identity/event/"


def test_a_delivery_s_page_shows_every_attempt(staff: Client) -> None:
    began = {"attempt": 1, "began": "2026-11-22T12:15:26.047894+00:00", "took_ms": 12}
    log = [{**began, "outcome": "failed", "detail": "<timed out>"}]
    delivery = ProvisionFactory(order=order(OrderState.EXECUTING), attempts_log=log)
    assert "1 2026-11-22 12:15:26 12 failed <timed out>" in text(staff.get(page_of(delivery)))


def test_a_delivery_that_was_refused_is_tried_again_with_its_order(
    staff: Client, dave: User
) -> None:
    row = order(OrderState.ERRED)
    delivery = ProvisionFactory(order=row, state=ProvisionState.REFUSED.value, attempts=3)
    assert buttons(staff, delivery) == ["Try again"]

    do(staff, "try_again", delivery, reason="The partition is up again.")

    delivery.refresh_from_db()
    row.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (ProvisionState.DUE, 0)
    assert row.state == OrderState.EXECUTING
    told = Event.objects.filter(actor=dave).values_list("payload__reason", flat=True)
    assert set(told) == {"The partition is up again."}
