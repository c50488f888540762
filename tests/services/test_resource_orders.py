"""Orders about an allocation that there is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from common.machine import IllegalTransition
from identity.models import Event
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.limits import InvalidLimits
from marketplace.models import Order, Resource
from marketplace.options import InvalidOptions
from marketplace.services import availability, orders, resource_orders
from tests.factories.marketplace import (
    OfferingComponentFactory,
    OrderFactory,
    PlanFactory,
    ResourceFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

PENDING = ["Pending order for resource already exists."]


@pytest.fixture
def resource(project: Project, offering: Offering) -> Any:
    return ResourceFactory(project=project, offering=offering, cost=Decimal(105))


# --- limits ---------------------------------------------------------------------------------------


def test_other_limits_are_ordered_as_the_full_set(
    resource: Resource, alice: User, now: datetime
) -> None:
    order = resource_orders.update_limits(
        resource, {"cpu_k_hours": 40}, actor=alice, now=now, request_comment="more"
    )
    order.refresh_from_db()
    assert (order.type, order.state) == (OrderType.UPDATE, OrderState.PENDING_PROVIDER)
    assert order.limits == {"cpu_k_hours": 40, "gb_k_hours": 5}
    assert order.attributes == {"old_limits": {"cpu_k_hours": 10, "gb_k_hours": 5}}
    assert (order.old_cost, order.cost) == (Decimal(105), Decimal(405))
    assert (order.plan, order.old_plan) == (resource.plan, None)
    assert (order.consumer_reviewed_by, order.request_comment) == (alice, "more")
    resource.refresh_from_db()
    assert (resource.state, resource.limits["cpu_k_hours"]) == (ResourceState.OK, 10)
    assert list(Event.objects.values_list("kind", flat=True)) == ["order.pending-provider"]


def test_limits_can_be_replaced_as_a_whole(resource: Resource, alice: User, now: datetime) -> None:
    order = resource_orders.update_limits(
        resource, {"cpu_k_hours": 40}, replace=True, actor=alice, now=now
    )
    assert order.limits == {"cpu_k_hours": 40}


def test_who_cannot_approve_needs_an_agreement(resource: Resource, pi: User, now: datetime) -> None:
    order = resource_orders.update_limits(resource, {"cpu_k_hours": 40}, actor=pi, now=now)
    assert (order.state, order.consumer_reviewed_by) == (OrderState.PENDING_CONSUMER, None)


@pytest.mark.parametrize(
    ("limits", "detail"),
    [
        (
            {"cpu_k_hours": 10, "gb_k_hours": 5},
            ["Impossible to create update orders with limits set to exactly the same."],
        ),
        (
            {"cpu_k_hours": 10},
            ["Impossible to create update orders with limits set to exactly the same."],
        ),
        ({"zz": 1}, {"limits": "Invalid types: zz"}),
        ({"cpu_k_hours": 99999}, ["The limit 99999 value cannot be more than 1000."]),
        (
            {"cpu_k_hours": -1},
            {"limits": {"cpu_k_hours": ["Ensure this value is greater than or equal to 0."]}},
        ),
    ],
)
def test_limits_that_cannot_be_had_are_refused(
    resource: Resource, alice: User, now: datetime, limits: Any, detail: Any
) -> None:
    with pytest.raises(InvalidLimits) as refusal:
        resource_orders.update_limits(resource, limits, actor=alice, now=now)
    assert refusal.value.detail == detail
    assert not Order.objects.exists()


def test_an_allocation_gets_no_more_than_is_left_beside_its_own(
    resource: Resource, offering: Offering, alice: User, now: datetime
) -> None:
    OfferingComponentFactory(offering=offering, type="tape", max_available_limit=Decimal(100))
    Resource.objects.filter(pk=resource.pk).update(limits={"tape": 30})
    ResourceFactory(offering=offering, limits={"tape": 60})
    with pytest.raises(InvalidLimits):
        resource_orders.update_limits(resource, {"tape": 41}, actor=alice, now=now)
    order = resource_orders.update_limits(resource, {"tape": 40}, actor=alice, now=now)
    assert order.limits == {"tape": 40}


# --- plans ----------------------------------------------------------------------------------------


def test_another_plan_is_ordered_for_the_same_limits(
    resource: Resource, offering: Offering, alice: User, now: datetime
) -> None:
    premium = PlanFactory(offering=offering, name="Premium")
    order = resource_orders.switch_plan(resource, premium, actor=alice, now=now)
    order.refresh_from_db()
    assert (order.type, order.plan, order.old_plan) == (OrderType.UPDATE, premium, resource.plan)
    assert order.limits == resource.limits
    assert (order.old_cost, order.cost) == (Decimal(105), Decimal(0))
    assert order.attributes == {}


def test_a_plan_that_cannot_be_had_or_is_had_is_refused(
    resource: Resource, offering: Offering, alice: User, now: datetime
) -> None:
    with pytest.raises(availability.ForeignPlan) as refusal:
        resource_orders.switch_plan(resource, PlanFactory(), actor=alice, now=now)
    assert refusal.value.detail == {"plan": ["Plan is not available for this offering."]}
    assert resource.plan is not None
    with pytest.raises(resource_orders.SamePlan) as again:
        resource_orders.switch_plan(resource, resource.plan, actor=alice, now=now)
    assert again.value.detail == {"plan": ["The resource is under this plan already."]}
    full = PlanFactory(offering=offering, max_amount=0)
    with pytest.raises(availability.PlanFull):
        resource_orders.switch_plan(resource, full, actor=alice, now=now)
    assert not Order.objects.exists()


# --- options --------------------------------------------------------------------------------------


def test_options_are_changed_at_once(resource: Resource, alice: User, now: datetime) -> None:
    options = {"is_training": True}
    assert resource_orders.update_options(resource, options, actor=alice, now=now) is None
    resource_orders.update_options(resource, options, actor=alice, now=now)
    resource.refresh_from_db()
    assert resource.options == options
    assert list(Event.objects.values_list("kind", flat=True)) == ["resource.options_set"]
    resource_orders.update_options(resource, None, actor=alice, now=now)
    resource.refresh_from_db()
    assert resource.options is None


def test_options_are_ordered_where_the_offering_wants_that(
    resource: Resource, offering: Offering, alice: User, carol: User, now: datetime
) -> None:
    offering.plugin_options = {"create_orders_on_resource_option_change": True}
    offering.save()
    options = {"is_training": True}
    order = resource_orders.update_options(resource, options, actor=alice, now=now)
    assert order is not None
    assert order.attributes == {"old_options": None, "new_options": options}
    orders.approve_by_provider(order, actor=carol, now=now)
    orders.complete(order, actor=carol, now=now)
    resource.refresh_from_db()
    assert resource.options == options


def test_options_are_held_to_what_the_offering_declares(
    resource: Resource, offering: Offering, alice: User, now: datetime
) -> None:
    offering.resource_options = {"options": {"quota": {"type": "integer"}}, "order": []}
    offering.save()
    with pytest.raises(InvalidOptions):
        resource_orders.update_options(resource, {"quota": "much"}, actor=alice, now=now)
    with pytest.raises(resource_orders.UnknownOptions) as refusal:
        resource_orders.update_options(resource, {"size": 1}, actor=alice, now=now)
    assert refusal.value.detail == {"options": ["Invalid options: size"]}


# --- the end and the return -----------------------------------------------------------------------


@pytest.mark.parametrize("state", [ResourceState.OK, ResourceState.ERRED])
def test_an_end_is_ordered(resource: Resource, alice: User, now: datetime, state: Any) -> None:
    Resource.objects.update(state=state)
    order = resource_orders.terminate(resource, attributes={"reason": "done"}, actor=alice, now=now)
    order.refresh_from_db()
    assert (order.type, order.state) == (OrderType.TERMINATE, OrderState.PENDING_PROVIDER)
    assert (order.plan, order.limits, order.cost) == (None, {}, None)
    assert (order.old_cost, order.attributes) == (Decimal(105), {"reason": "done"})
    resource.refresh_from_db()
    assert resource.state == state


def test_a_provider_ends_without_the_consumers_agreement(
    resource: Resource, carol: User, pi: User, now: datetime
) -> None:
    order = resource_orders.terminate(resource, actor=carol, now=now)
    assert (order.state, order.consumer_reviewed_by) == (OrderState.PENDING_PROVIDER, carol)
    orders.reject_by_provider(order, actor=carol, now=now)
    order = resource_orders.terminate(resource, actor=pi, now=now)
    assert (order.state, order.consumer_reviewed_by) == (OrderState.PENDING_CONSUMER, None)


def test_a_terminated_allocation_returns_where_the_offering_allows_it(
    resource: Resource, offering: Offering, project: Project, alice: User, now: datetime
) -> None:
    Resource.objects.update(state=ResourceState.TERMINATED)
    with pytest.raises(resource_orders.NotRestorable):
        resource_orders.restore(resource, actor=alice, now=now)
    offering.plugin_options = {"can_restore_resource": True}
    offering.save()
    order = resource_orders.restore(resource, actor=alice, now=now)
    assert (order.type, order.limits) == (OrderType.RESTORE, resource.limits)
    with pytest.raises(resource_orders.OrderPending):
        resource_orders.restore(resource, actor=alice, now=now)
    orders.cancel(order, actor=alice, now=now)
    project.end_date = now.date() - timedelta(days=1)
    project.save()
    with pytest.raises(availability.ProjectExpired):
        resource_orders.restore(resource, actor=alice, now=now)


# --- the wrong moment -----------------------------------------------------------------------------


@pytest.fixture
def placings(resource: Any, offering: Offering, alice: User, now: datetime) -> Any:
    premium = PlanFactory(offering=offering, name="Premium")
    offering.plugin_options = {
        "can_restore_resource": True,
        "create_orders_on_resource_option_change": True,
    }
    offering.save()
    by: dict[str, Any] = {"actor": alice, "now": now}
    return {
        "update_limits": lambda: resource_orders.update_limits(resource, {"cpu_k_hours": 2}, **by),
        "switch_plan": lambda: resource_orders.switch_plan(resource, premium, **by),
        "update_options": lambda: resource_orders.update_options(resource, {"a": 1}, **by),
        "terminate": lambda: resource_orders.terminate(resource, **by),
        "restore": lambda: resource_orders.restore(resource, **by),
    }


@pytest.mark.parametrize(
    ("kind", "states", "words"),
    [
        ("update_limits", {"OK"}, "OK"),
        ("switch_plan", {"OK"}, "OK"),
        ("update_options", {"OK"}, "OK"),
        ("terminate", {"OK", "Erred"}, "OK, Erred"),
        ("restore", {"Terminated"}, "Terminated"),
    ],
)
def test_a_resource_in_another_state_takes_no_such_order(
    placings: Any, kind: Any, states: Any, words: Any
) -> None:
    for state in set(ResourceState) - states:
        Resource.objects.update(state=state)
        with pytest.raises(IllegalTransition) as refusal:
            placings[kind]()
        assert refusal.value.detail == f"Valid states for operation: {words}."
    assert not Order.objects.exists()


@pytest.mark.parametrize("state", ["pending-consumer", "pending-provider", "executing"])
def test_a_resource_takes_one_order_at_a_time(
    placings: Any, resource: Resource, state: Any
) -> None:
    OrderFactory(resource=resource, type=OrderType.UPDATE, state=state)
    for kind, place in placings.items():
        if kind == "restore":
            Resource.objects.update(state=ResourceState.TERMINATED)
        with pytest.raises(resource_orders.OrderPending) as refusal:
            place()
        assert refusal.value.detail == PENDING
    assert Order.objects.count() == 1
