"""The steps of an order, what each does to its resource, and the wrong moment for each."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from identity.models import Event
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource
from marketplace.services import orders, resource_orders, resources
from tests.factories.marketplace import OrderFactory, PlanFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

CREATE, UPDATE, TERMINATE, RESTORE = OrderType


def states(order: Any) -> Any:
    order = Order.objects.get(pk=order.pk)
    return order.state, Resource.objects.get(pk=order.resource_id).state


def kinds() -> Any:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


# --- approval and refusal -------------------------------------------------------------------------


def test_the_consumer_agrees_and_the_provider_is_asked(
    ordered: Any, alice: User, now: datetime
) -> None:
    order = ordered(state=OrderState.PENDING_CONSUMER)
    orders.approve_by_consumer(order, actor=alice, now=now)
    order.refresh_from_db()
    assert order.state == OrderState.PENDING_PROVIDER
    assert (order.consumer_reviewed_by, order.consumer_reviewed_at) == (alice, now)
    assert order.modified == now
    assert kinds() == ["order.pending-provider"]


def test_an_approved_order_waits_for_its_project(
    ordered: Any, project: Project, alice: User, now: datetime
) -> None:
    project.start_date = now.date() + timedelta(days=1)
    project.save()
    order = ordered(state=OrderState.PENDING_CONSUMER)
    orders.approve_by_consumer(order, actor=alice, now=now)
    assert states(order) == ("pending-project", "Creating")
    change = ordered(UPDATE, state=OrderState.PENDING_CONSUMER)
    orders.approve_by_consumer(change, actor=alice, now=now)
    assert states(change) == ("pending-provider", "OK")


@pytest.mark.parametrize(
    ("kind", "resource_state"),
    [(CREATE, "Creating"), (UPDATE, "Updating"), (TERMINATE, "Terminating"), (RESTORE, "Creating")],
)
def test_the_provider_agrees_and_the_work_begins(
    ordered: Any, carol: User, now: datetime, kind: Any, resource_state: Any
) -> None:
    order = ordered(kind)
    orders.approve_by_provider(order, actor=carol, now=now)
    order.refresh_from_db()
    assert states(order) == ("executing", resource_state)
    assert (order.provider_reviewed_by, order.provider_reviewed_at) == (carol, now)


def test_an_order_for_a_later_day_waits_for_it(ordered: Any, carol: User, now: datetime) -> None:
    order = ordered(start_date=now.date() + timedelta(days=2))
    orders.approve_by_provider(order, actor=carol, now=now)
    assert states(order) == ("pending-start-date", "Creating")


def test_the_provider_may_add_attributes_of_its_own(
    ordered: Any, carol: User, now: datetime
) -> None:
    order = ordered(attributes={"name": "x", "purpose": "test"})
    added = {"purpose": "production", "partition": "ju"}
    orders.approve_by_provider(order, actor=carol, now=now, attributes=added)
    order.refresh_from_db()
    assert order.attributes == {"name": "x", "purpose": "production", "partition": "ju"}
    assert Resource.objects.get().attributes == order.attributes


def test_a_refused_order_leaves_no_orphan(
    ordered: Any, project: Project, alice: User, carol: User, now: datetime
) -> None:
    first, second = ordered(state=OrderState.PENDING_CONSUMER), ordered()
    orders.reject_by_consumer(first, actor=alice, now=now, comment="too much")
    orders.reject_by_provider(second, actor=carol, now=now, comment="no room")
    first.refresh_from_db()
    second.refresh_from_db()
    assert states(first) == states(second) == ("rejected", "Terminated")
    assert (first.consumer_rejection_comment, first.consumer_reviewed_by) == ("too much", alice)
    assert (second.provider_rejection_comment, second.provider_reviewed_by) == ("no room", carol)
    project.refresh_from_db()
    assert project.resources_count == 0
    assert kinds() == ["order.rejected", "resource.abandoned"] * 2


@pytest.mark.parametrize("kind", [UPDATE, TERMINATE])
def test_a_refused_change_leaves_the_allocation_as_it_was(
    ordered: Any, carol: User, now: datetime, kind: Any
) -> None:
    order = ordered(kind)
    orders.reject_by_provider(order, actor=carol, now=now)
    assert states(order) == ("rejected", "OK")


# --- delivery -------------------------------------------------------------------------------------


def test_a_delivered_allocation_is_ok_and_its_plan_period_begins(
    ordered: Any, carol: User, now: datetime
) -> None:
    order = ordered(state=OrderState.EXECUTING)
    orders.complete(order, actor=carol, now=now)
    order.refresh_from_db()
    assert states(order) == ("done", "OK")
    assert order.completed_at == now
    (period,) = order.resource.plan_periods.all()
    assert (period.plan, period.start, period.end) == (order.plan, now, None)
    assert kinds() == ["order.done", "resource.created"]


def test_delivered_limits_hold(ordered: Any, carol: User, now: datetime) -> None:
    limits = {"cpu_k_hours": 40, "gb_k_hours": 5}
    order = ordered(UPDATE, state=OrderState.EXECUTING, limits=limits, cost=Decimal(405))
    orders.complete(order, actor=carol, now=now)
    assert states(order) == ("done", "OK")
    resource = Resource.objects.get()
    assert (resource.limits, resource.cost) == (limits, Decimal(405))
    assert kinds() == ["order.done", "resource.updated", "resource.changed"]
    event = Event.objects.get(kind="resource.changed")
    assert event.payload == {
        "changed": ["cost", "limits"],
        "limits": limits,
        "old_limits": {"cpu_k_hours": 10, "gb_k_hours": 5},
        "plan_uuid": order.plan.uuid.hex,
        "offering_uuid": resource.offering.uuid.hex,
    }


def test_limits_change_also_in_the_month_of_a_plan_switch(
    offering: Offering, project: Project, alice: User, carol: User, now: datetime
) -> None:
    resource = ResourceFactory(project=project, offering=offering)
    premium = PlanFactory(offering=offering, name="Premium")
    switch = resource_orders.switch_plan(resource, premium, actor=alice, now=now)
    orders.set_state_executing(switch, actor=carol, now=now)
    orders.complete(switch, actor=carol, now=now)
    change = resource_orders.update_limits(resource, {"cpu_k_hours": 9}, actor=alice, now=now)
    orders.set_state_executing(change, actor=carol, now=now)
    orders.complete(change, actor=carol, now=now)
    assert states(change) == ("done", "OK")
    resource.refresh_from_db()
    assert (resource.plan, resource.limits["cpu_k_hours"]) == (premium, 9)


def test_a_switched_plan_ends_one_period_and_begins_another(
    ordered: Any, offering: Offering, carol: User, now: datetime
) -> None:
    premium = PlanFactory(offering=offering, name="Premium")
    order = ordered(state=OrderState.EXECUTING)
    orders.complete(order, actor=carol, now=now)
    later = now + timedelta(days=1)
    switch = OrderFactory(
        resource=order.resource, type=UPDATE, state=OrderState.EXECUTING, plan=premium
    )
    Resource.objects.update(state=ResourceState.UPDATING)
    orders.complete(switch, actor=carol, now=later)
    periods = order.resource.plan_periods.order_by("pk").values_list("plan__name", "start", "end")
    assert list(periods) == [("Standard", now, later), ("Premium", later, None)]


def test_a_delivered_end_closes_the_period_and_is_counted(
    ordered: Any, project: Project, carol: User, now: datetime
) -> None:
    first = ordered(state=OrderState.EXECUTING)
    orders.complete(first, actor=carol, now=now)
    order = OrderFactory(resource=first.resource, type=TERMINATE, state=OrderState.EXECUTING)
    Resource.objects.update(state=ResourceState.TERMINATING)
    orders.complete(order, actor=carol, now=now + timedelta(days=1))
    assert states(order) == ("done", "Terminated")
    assert first.resource.plan_periods.get().end == now + timedelta(days=1)
    project.refresh_from_db()
    assert (project.resources_count, project.marketplace_resource_count) == (0, {})


def test_a_restored_allocation_is_as_it_was_and_counted_again(
    ordered: Any, project: Project, carol: User, now: datetime
) -> None:
    order = ordered(RESTORE, state=OrderState.PENDING_PROVIDER)
    orders.approve_by_provider(order, actor=carol, now=now)
    project.refresh_from_db()
    assert project.resources_count == 1
    orders.complete(order, actor=carol, now=now)
    assert states(order) == ("done", "OK")
    assert order.resource.plan_periods.get().end is None


@pytest.mark.parametrize("kind", OrderType)
def test_a_failed_order_says_why_and_its_resource_is_erred(
    ordered: Any, carol: User, now: datetime, kind: Any
) -> None:
    order = ordered(kind, state=OrderState.EXECUTING)
    why = {"error_message": "quota exceeded", "error_traceback": "Traceback: ..."}
    orders.fail(order, actor=carol, now=now, **why)
    order.refresh_from_db()
    assert states(order) == ("erred", "Erred")
    assert (order.error_message, order.error_updated_at) == ("quota exceeded", now)
    resource = Resource.objects.get()
    assert (resource.error_message, resource.error_traceback) == tuple(why.values())
    assert kinds() == ["order.erred", "resource.broke"]


def test_a_failed_order_is_taken_up_again_and_delivered(
    ordered: Any, carol: User, now: datetime
) -> None:
    order = ordered(state=OrderState.EXECUTING)
    orders.fail(order, actor=carol, now=now, error_message="quota exceeded")
    orders.retry(order, actor=carol, now=now)
    assert states(order) == ("executing", "Erred")
    assert Order.objects.get().error_message == ""
    orders.complete(order, actor=carol, now=now)
    assert states(order) == ("done", "OK")
    assert Resource.objects.get().error_message == ""


@pytest.mark.parametrize(
    ("kind", "resource_state"), [(UPDATE, "Updating"), (TERMINATE, "Terminating")]
)
def test_a_failed_change_taken_up_again_is_under_way(
    ordered: Any, carol: User, now: datetime, kind: Any, resource_state: Any
) -> None:
    order = ordered(kind, state=OrderState.ERRED)
    orders.set_state_executing(order, actor=carol, now=now)
    assert states(order) == ("executing", resource_state)


def test_only_the_latest_order_is_taken_up_again(ordered: Any, carol: User, now: datetime) -> None:
    order = ordered(state=OrderState.ERRED)
    OrderFactory(resource=order.resource, type=TERMINATE, state=OrderState.PENDING_PROVIDER)
    for again in (orders.retry, orders.set_state_executing):
        with pytest.raises(orders.NotTheLatest):
            again(order, actor=carol, now=now)


@pytest.mark.parametrize("state", ["pending-consumer", "pending-provider"])
def test_a_provider_may_begin_at_once(ordered: Any, carol: User, now: datetime, state: Any) -> None:
    order = ordered(TERMINATE, state=state)
    orders.set_state_executing(order, actor=carol, now=now)
    assert states(order) == ("executing", "Terminating")


def test_what_the_provider_said_before_does_not_stand_in_the_way(
    ordered: Any, carol: User, now: datetime
) -> None:
    order = ordered(state=OrderState.ERRED)
    orders.retry(order, actor=carol, now=now)
    resources.set_as_ok(order.resource, actor=carol, now=now)
    orders.complete(order, actor=carol, now=now)
    assert states(order) == ("done", "OK")
    assert order.resource.plan_periods.count() == 1


def test_the_providers_name_for_an_order_is_noted_once(
    ordered: Any, carol: User, now: datetime
) -> None:
    order = ordered(state=OrderState.EXECUTING)
    assert orders.set_backend_id(order, "job-1", actor=carol, now=now)
    assert not orders.set_backend_id(order, "job-1", actor=carol, now=now)
    order.refresh_from_db()
    assert (order.backend_id, order.state) == ("job-1", "executing")
    assert kinds() == ["order.backend_id_set"]
