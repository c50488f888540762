"""Orders as they are read and moved on over the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.roles import RoleName
from marketplace.components import OfferingType
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Offering, Order, Resource
from tests.cases import each
from tests.factories.identity import GrantFactory
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Project, User

pytestmark = pytest.mark.django_db

APPROVED = {"detail": "Order has been approved."}


@pytest.fixture
def ordered(project: Project, offering: Offering) -> Callable[..., Order]:
    """Return a maker of orders for a new allocation, in any state."""

    def make(state: OrderState = OrderState.PENDING_PROVIDER, **more: Any) -> Order:
        resource = ResourceFactory(
            project=project, offering=offering, state=ResourceState.CREATING, name="climate"
        )
        order: Order = OrderFactory(resource=resource, state=state, **more)
        return order

    return make


def at(order: Order, action: str = "") -> str:
    return f"marketplace-orders/{order.uuid.hex}/{action}"


def state_of(order: Order) -> tuple[str, str]:
    fresh = Order.objects.get(pk=order.pk)
    return fresh.state, fresh.resource.state


# --- reading --------------------------------------------------------------------------------------


def test_both_sides_see_an_order_and_the_outsider_does_not(
    ask: Callable[..., Any],
    ordered: Callable[..., Order],
    bob: User,
    carol: User,
    mallory: User,
    sam: User,
) -> None:
    order = ordered()
    for person in (bob, carol, sam):
        assert ask(person, "get", at(order))[0] == 200
        assert [row["uuid"] for row in ask(person, "get", "marketplace-orders/")[1]] == [
            order.uuid.hex
        ]
    assert ask(mallory, "get", at(order)) == (
        404,
        {"detail": "No Order matches the given query."},
    )
    assert ask(mallory, "get", "marketplace-orders/") == (200, [])
    assert ask(bob, "get", at(order).replace(order.uuid.hex, str(order.uuid)))[0] == 200


def test_the_traceback_is_for_the_provider_and_for_support(
    ask: Callable[..., Any],
    ordered: Callable[..., Order],
    bob: User,
    carol: User,
    sam: User,
    dave: User,
    offering: Offering,
) -> None:
    order = ordered(OrderState.ERRED, error_message="no room", error_traceback="line 1")
    olga = GrantFactory(scope=offering, role=RoleName.OFFERING_MANAGER).user
    for person in (carol, olga, sam, dave):
        assert ask(person, "get", at(order))[1]["error_traceback"] == "line 1"
    body = ask(bob, "get", at(order))[1]
    assert "error_traceback" not in body
    assert body["error_message"] == "no room"
    (row,) = ask(bob, "get", "marketplace-orders/?field=error_traceback&field=state")[1]
    assert row == {"state": "erred"}


@each(
    ("query", "found"),
    [
        ("", ["first", "second"]),
        ("o=-created", ["second", "first"]),
        ("o=state,-created", ["second", "first"]),
        ("o=cost", ["first", "second"]),
        ("state=executing", ["second"]),
        ("state=executing&state=pending-consumer", ["first", "second"]),
        ("state=executing,pending-consumer", ["first", "second"]),
        ("type=Terminate", ["second"]),
        ("type=Create&type=Terminate", ["first", "second"]),
        ("offering_type=Marketplace.Slurm", ["first", "second"]),
        ("offering_type=Marketplace.Basic", []),
        ("offering_slug=lumi-c-1", ["first", "second"]),
        ("query=first", ["first"]),
        ("query=Climate model", ["first", "second"]),
        ("resource_name=seco", ["second"]),
        ("slug=order-of-first", ["first"]),
        ("was_auto_approved=true", ["second"]),
        ("was_auto_approved=false", ["first"]),
        ("created=2020-01-01T00:00:00Z", ["first", "second"]),
        ("created=2999-01-01", []),
        ("created_before=2999-01-01T00:00:00%2B00:00", ["first", "second"]),
        ("modified=2020-01-01", ["first", "second"]),
        ("modified_before=2020-01-01", []),
        ("can_approve_as_consumer=true", ["first"]),
        ("can_approve_as_consumer=false", ["second"]),
        ("can_approve_as_provider=true", []),
        ("parent_offering_uuid=00000000000000000000000000000000", []),
        ("project_uuid=00000000000000000000000000000000", []),
        ("nonsense=1", ["first", "second"]),
    ],
)
def test_orders_are_found(
    ask: Callable[..., Any],
    ordered: Callable[..., Order],
    alice: User,
    query: str,
    found: list[str],
) -> None:
    first = ordered(OrderState.PENDING_CONSUMER, slug="order-of-first")
    second = ordered(OrderState.EXECUTING, type=OrderType.TERMINATE, auto_approved=True)
    for order, name in ((first, "first"), (second, "second")):
        Resource.objects.filter(pk=order.resource_id).update(name=name)
    status, rows = ask(alice, "get", f"marketplace-orders/?field=resource_name&{query}")
    assert (status, [row["resource_name"] for row in rows]) == (200, found)


def test_orders_are_found_by_what_they_belong_to(
    ask: Callable[..., Any],
    ordered: Callable[..., Order],
    alice: User,
    carol: User,
    offering: Offering,
) -> None:
    order = ordered()
    OrderFactory()
    olga = GrantFactory(scope=offering, role=RoleName.OFFERING_MANAGER).user
    resource = order.resource
    wanted = {
        "category_uuid": offering.category.uuid.hex,
        "customer_uuid": order.project.customer.uuid,
        "offering": f"http://x/api/marketplace-public-offerings/{offering.uuid.hex}/",
        "offering_uuid": offering.uuid.hex,
        "project_uuid": order.project.uuid.hex,
        "provider_uuid": offering.customer.uuid.hex,
        "query": order.uuid.hex,
        "resource": f"http://x/api/marketplace-resources/{resource.uuid.hex}/",
        "resource_uuid": resource.uuid.hex,
        "service_manager_uuid": olga.uuid.hex,
    }
    for name, value in wanted.items():
        rows = ask(carol, "get", f"marketplace-orders/?{name}={value}")[1]
        assert [row["uuid"] for row in rows] == [order.uuid.hex], name
    (row,) = ask(carol, "get", "marketplace-orders/?can_approve_as_provider=true&field=uuid")[1]
    assert row == {"uuid": order.uuid.hex}
    assert ask(alice, "get", "marketplace-orders/?can_approve_as_provider=true") == (200, [])


@pytest.mark.parametrize(
    ("query", "body"),
    [
        (
            "state=DONE",
            {"state": "Select a valid choice. DONE is not one of the available choices."},
        ),
        ("type=1", {"type": "Select a valid choice. 1 is not one of the available choices."}),
        ("o=bogus", {"o": "Select a valid choice. bogus is not one of the available choices."}),
        ("project_uuid=zzz", {"project_uuid": "Enter a valid UUID."}),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(
    ask: Callable[..., Any], alice: User, query: str, body: dict[str, str]
) -> None:
    refusal = {name: [message] for name, message in body.items()}
    assert ask(alice, "get", f"marketplace-orders/?{query}") == (400, refusal)


def test_an_order_leads_to_its_allocation_and_to_what_was_ordered(
    ask: Callable[..., Any], ordered: Callable[..., Order], offering: Offering, bob: User
) -> None:
    order = ordered()
    resource = f"marketplace-resources/{order.resource.uuid.hex}/"
    assert ask(bob, "get", at(order, "resource/")) == ask(bob, "get", resource)
    catalogue = f"marketplace-public-offerings/{offering.uuid.hex}/"
    assert ask(bob, "get", at(order, "offering/")) == ask(bob, "get", catalogue)
    assert ask(bob, "get", at(order, "resource/?field=state"))[1] == {"state": "Creating"}


# --- from the request to the allocation -----------------------------------------------------------


def test_an_order_goes_from_the_member_to_the_machine(
    ask: Callable[..., Any], ordered: Callable[..., Order], alice: User, carol: User
) -> None:
    order = ordered(OrderState.PENDING_CONSUMER)
    assert ask(alice, "post", at(order, "approve_by_consumer/")) == (200, APPROVED)
    assert state_of(order) == ("pending-provider", "Creating")
    body = {"attributes": {"partition": "ju"}}
    assert ask(carol, "post", at(order, "approve_by_provider/"), body) == (200, APPROVED)
    assert state_of(order) == ("executing", "Creating")
    named = {"backend_id": "job-7"}
    assert ask(carol, "post", at(order, "set_backend_id/"), named) == (
        200,
        {"status": "Order backend_id has been changed."},
    )
    assert ask(carol, "post", at(order, "set_backend_id/"), named) == (
        200,
        {"status": "Order backend_id is not changed."},
    )
    assert ask(carol, "post", at(order, "set_state_done/")) == (200, None)
    assert state_of(order) == ("done", "OK")
    body = ask(alice, "get", at(order))[1]
    assert body["attributes"] == {"name": "climate", "partition": "ju"}
    assert (body["provider_reviewed_by"], body["backend_id"]) == ("carol", "job-7")
    assert body["completed_at"] is not None
    assert body["can_terminate"] is False


def test_an_order_fails_and_is_taken_up_again(
    ask: Callable[..., Any], ordered: Callable[..., Order], carol: User
) -> None:
    order = ordered(OrderState.EXECUTING)
    why = {"error_message": "quota exceeded", "error_traceback": "Traceback: ..."}
    assert ask(carol, "post", at(order, "set_state_erred/"), why) == (200, None)
    assert state_of(order) == ("erred", "Erred")
    assert ask(carol, "post", at(order, "retry/")) == (200, None)
    assert ask(carol, "post", at(order, "set_state_erred/"), {}) == (200, None)
    assert ask(carol, "post", at(order, "set_state_executing/")) == (200, None)
    assert ask(carol, "post", at(order, "set_state_done/")) == (200, None)
    assert state_of(order) == ("done", "OK")


def test_a_refused_order_says_why(
    ask: Callable[..., Any],
    ordered: Callable[..., Order],
    bob: User,
    alice: User,
    carol: User,
) -> None:
    first, second, own = (
        ordered(OrderState.PENDING_CONSUMER),
        ordered(),
        ordered(OrderState.PENDING_CONSUMER, created_by=bob),
    )
    why = {"consumer_rejection_comment": "too much"}
    assert ask(alice, "post", at(first, "reject_by_consumer/"), why) == (200, None)
    why = {"provider_rejection_comment": "no room"}
    assert ask(carol, "post", at(second, "reject_by_provider/"), why) == (200, None)
    assert ask(bob, "post", at(own, "reject_by_consumer/")) == (200, None)
    assert {state_of(order) for order in (first, second, own)} == {("rejected", "Terminated")}
    assert ask(alice, "get", at(first))[1]["consumer_rejection_comment"] == "too much"
    assert ask(alice, "get", at(second))[1]["provider_rejection_comment"] == "no room"


def test_an_order_is_called_off(
    ask: Callable[..., Any],
    ordered: Callable[..., Order],
    alice: User,
    offering: Offering,
) -> None:
    waiting, begun = ordered(), ordered(OrderState.EXECUTING)
    assert ask(alice, "post", at(waiting, "cancel/")) == (202, None)
    assert state_of(waiting) == ("canceled", "Terminated")
    status, _ = ask(alice, "post", at(begun, "cancel/"))
    assert (status, state_of(begun)) == (409, ("executing", "Creating"))
    offering.type = OfferingType.BASIC
    offering.save()
    assert ask(alice, "post", at(begun, "cancel/")) == (202, None)
    assert state_of(begun) == ("canceled", "Terminated")


def test_a_waiting_order_is_deleted_and_leaves_no_orphan(
    ask: Callable[..., Any], ordered: Callable[..., Order], alice: User, dave: User
) -> None:
    waiting, begun = ordered(), ordered(OrderState.EXECUTING)
    assert ask(alice, "delete", at(waiting)) == (204, None)
    assert ask(alice, "get", at(waiting))[0] == 404
    assert Resource.objects.get(pk=waiting.resource_id).state == ResourceState.TERMINATED
    assert ask(alice, "delete", at(begun))[0] == 409
    assert ask(dave, "post", at(begun, "unlink/")) == (204, None)
    assert ask(dave, "get", at(begun))[0] == 404


def test_a_waiting_order_is_changed(
    ask: Callable[..., Any], ordered: Callable[..., Order], bob: User, now: datetime
) -> None:
    order = ordered(OrderState.PENDING_CONSUMER)
    day = (now.date() + timedelta(days=5)).isoformat()
    limits = {"cpu_k_hours": 20, "gb_k_hours": 5}
    body = {"limits": limits, "attributes": {"name": "renamed"}, "start_date": day}
    assert ask(bob, "put", at(order), body) == (200, body)
    assert ask(bob, "patch", at(order), {"start_date": None}) == (200, {**body, "start_date": None})
    assert ask(bob, "patch", at(order), {"limits": {"cpu_k_hours": 0}}) == (
        400,
        {"non_field_errors": ["The limit 0 value cannot be less than 1."]},
    )
    assert ask(bob, "patch", at(order), {"start_date": "2020-01-01"}) == (
        400,
        {"start_date": ["Cannot be earlier than the current date."]},
    )
    assert ask(bob, "get", at(order))[1]["cost"] == "205.0000000000"


# --- the wrong moment, and the second time --------------------------------------------------------

VALID = {
    "approve_by_consumer/": "pending-consumer",
    "approve_by_provider/": "pending-provider",
    "reject_by_consumer/": "pending-consumer",
    "reject_by_provider/": "pending-provider",
    "set_state_executing/": "erred, pending-consumer, pending-provider",
    "set_state_done/": "executing",
    "set_state_erred/": "executing",
    "retry/": "erred",
    "cancel/": "executing, pending-consumer, pending-project, pending-provider, pending-start-date",
}


@pytest.mark.parametrize("action", VALID)
def test_the_wrong_moment_is_a_conflict_in_waldurs_words(
    ask: Callable[..., Any], ordered: Callable[..., Order], dave: User, action: str
) -> None:
    order = ordered(OrderState.DONE)
    refusal = {"detail": f"Valid states for operation: {VALID[action]}."}
    assert ask(dave, "post", at(order, action)) == (409, refusal)
    assert state_of(order)[0] == "done"


@pytest.mark.parametrize("action", ["approve_by_provider/", "cancel/", "reject_by_provider/"])
def test_the_second_time_is_a_conflict(
    ask: Callable[..., Any], ordered: Callable[..., Order], dave: User, action: str
) -> None:
    order = ordered()
    assert ask(dave, "post", at(order, action))[0] in {200, 202}
    assert ask(dave, "post", at(order, action))[0] == 409


def test_a_change_at_the_wrong_moment_is_a_conflict(
    ask: Callable[..., Any], ordered: Callable[..., Order], dave: User
) -> None:
    order = ordered(OrderState.EXECUTING)
    assert ask(dave, "patch", at(order), {"limits": {"cpu_k_hours": 2}}) == (
        409,
        {
            "detail": (
                "Valid states for operation: pending-consumer, pending-project, pending-provider."
            )
        },
    )


def test_a_stale_precondition_is_refused_before_the_action(
    as_user: Callable[[User], APIClient], ordered: Callable[..., Order], carol: User
) -> None:
    order = ordered()
    client, path = as_user(carol), f"/api/{at(order)}"
    tag = client.get(path)["ETag"]
    assert client.post(f"{path}approve_by_provider/", HTTP_IF_MATCH=tag).status_code == 200
    assert client.post(f"{path}set_state_done/", HTTP_IF_MATCH=tag).status_code == 412
    assert state_of(order) == ("executing", "Creating")
