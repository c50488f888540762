"""The steps of an order, what each does to its resource, and the wrong moment for each."""

from datetime import timedelta
from decimal import Decimal

import pytest

from config.common.errors import Missing
from config.common.machine import IllegalTransition
from identity.models import Event
from marketplace.components import OfferingType
from marketplace.lifecycle import ORDER, WAITING, OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource
from marketplace.services import orders, resource_orders, resources
from tests.factories.identity import ProjectFactory
from tests.factories.marketplace import OrderFactory, PlanFactory, ResourceFactory

pytestmark = pytest.mark.django_db

CREATE, UPDATE, TERMINATE, RESTORE = OrderType


@pytest.fixture
def ordered(offering, project):
    """Return a maker of orders in any state, with their resource in the state that goes with it."""

    def make(kind=CREATE, state=OrderState.PENDING_PROVIDER, resource_state=None, **more):
        resource = ResourceFactory(
            project=project, offering=offering, state=resource_state or usual(kind, state)
        )
        return OrderFactory(resource=resource, type=kind, state=state, **more)

    return make


def usual(kind, state):
    """Return the state of a resource whose order stands so."""
    begun = {
        CREATE: ResourceState.CREATING,
        UPDATE: ResourceState.UPDATING,
        TERMINATE: ResourceState.TERMINATING,
        RESTORE: ResourceState.CREATING,
    }
    before = {
        CREATE: ResourceState.CREATING,
        UPDATE: ResourceState.OK,
        TERMINATE: ResourceState.OK,
        RESTORE: ResourceState.TERMINATED,
    }
    if state == OrderState.ERRED:
        return ResourceState.ERRED
    return (begun if state == OrderState.EXECUTING else before)[kind]


def states(order):
    order = Order.objects.get(pk=order.pk)
    return order.state, Resource.objects.get(pk=order.resource_id).state


def kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


# --- approval and refusal -------------------------------------------------------------------------


def test_the_consumer_agrees_and_the_provider_is_asked(ordered, alice, now):
    order = ordered(state=OrderState.PENDING_CONSUMER)
    orders.approve_by_consumer(order, actor=alice, now=now)
    order.refresh_from_db()
    assert order.state == OrderState.PENDING_PROVIDER
    assert (order.consumer_reviewed_by, order.consumer_reviewed_at) == (alice, now)
    assert order.modified == now
    assert kinds() == ["order.pending-provider"]


def test_an_approved_order_waits_for_its_project(ordered, project, alice, now):
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
def test_the_provider_agrees_and_the_work_begins(ordered, carol, now, kind, resource_state):
    order = ordered(kind)
    orders.approve_by_provider(order, actor=carol, now=now)
    order.refresh_from_db()
    assert states(order) == ("executing", resource_state)
    assert (order.provider_reviewed_by, order.provider_reviewed_at) == (carol, now)


def test_an_order_for_a_later_day_waits_for_it(ordered, carol, now):
    order = ordered(start_date=now.date() + timedelta(days=2))
    orders.approve_by_provider(order, actor=carol, now=now)
    assert states(order) == ("pending-start-date", "Creating")


def test_the_provider_may_add_attributes_of_his_own(ordered, carol, now):
    order = ordered(attributes={"name": "x", "purpose": "test"})
    added = {"purpose": "production", "partition": "ju"}
    orders.approve_by_provider(order, actor=carol, now=now, attributes=added)
    order.refresh_from_db()
    assert order.attributes == {"name": "x", "purpose": "production", "partition": "ju"}
    assert Resource.objects.get().attributes == order.attributes


def test_a_refused_order_leaves_no_orphan(ordered, project, alice, carol, now):
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
def test_a_refused_change_leaves_the_allocation_as_it_was(ordered, carol, now, kind):
    order = ordered(kind)
    orders.reject_by_provider(order, actor=carol, now=now)
    assert states(order) == ("rejected", "OK")


# --- delivery -------------------------------------------------------------------------------------


def test_a_delivered_allocation_is_ok_and_its_plan_period_begins(ordered, carol, now):
    order = ordered(state=OrderState.EXECUTING)
    orders.complete(order, actor=carol, now=now)
    order.refresh_from_db()
    assert states(order) == ("done", "OK")
    assert order.completed_at == now
    (period,) = order.resource.plan_periods.all()
    assert (period.plan, period.start, period.end) == (order.plan, now, None)
    assert kinds() == ["order.done", "resource.created"]


def test_delivered_limits_hold(ordered, carol, now):
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
        "plan_uuid": resource.plan.uuid.hex,
        "offering_uuid": resource.offering.uuid.hex,
    }


def test_limits_change_also_in_the_month_of_a_plan_switch(offering, project, alice, carol, now):
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


def test_a_switched_plan_ends_one_period_and_begins_another(ordered, offering, carol, now):
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


def test_a_delivered_end_closes_the_period_and_is_counted(ordered, project, carol, now):
    first = ordered(state=OrderState.EXECUTING)
    orders.complete(first, actor=carol, now=now)
    order = OrderFactory(resource=first.resource, type=TERMINATE, state=OrderState.EXECUTING)
    Resource.objects.update(state=ResourceState.TERMINATING)
    orders.complete(order, actor=carol, now=now + timedelta(days=1))
    assert states(order) == ("done", "Terminated")
    assert first.resource.plan_periods.get().end == now + timedelta(days=1)
    project.refresh_from_db()
    assert (project.resources_count, project.marketplace_resource_count) == (0, {})


def test_a_restored_allocation_is_as_it_was_and_counted_again(ordered, project, carol, now):
    order = ordered(RESTORE, state=OrderState.PENDING_PROVIDER)
    orders.approve_by_provider(order, actor=carol, now=now)
    project.refresh_from_db()
    assert project.resources_count == 1
    orders.complete(order, actor=carol, now=now)
    assert states(order) == ("done", "OK")
    assert order.resource.plan_periods.get().end is None


@pytest.mark.parametrize("kind", OrderType)
def test_a_failed_order_says_why_and_its_resource_is_erred(ordered, carol, now, kind):
    order = ordered(kind, state=OrderState.EXECUTING)
    why = {"error_message": "quota exceeded", "error_traceback": "Traceback: ..."}
    orders.fail(order, actor=carol, now=now, **why)
    order.refresh_from_db()
    assert states(order) == ("erred", "Erred")
    assert (order.error_message, order.error_updated_at) == ("quota exceeded", now)
    resource = Resource.objects.get()
    assert (resource.error_message, resource.error_traceback) == tuple(why.values())
    assert kinds() == ["order.erred", "resource.broke"]


def test_a_failed_order_is_taken_up_again_and_delivered(ordered, carol, now):
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
def test_a_failed_change_taken_up_again_is_under_way(ordered, carol, now, kind, resource_state):
    order = ordered(kind, state=OrderState.ERRED)
    orders.set_state_executing(order, actor=carol, now=now)
    assert states(order) == ("executing", resource_state)


def test_only_the_latest_order_is_taken_up_again(ordered, carol, now):
    order = ordered(state=OrderState.ERRED)
    OrderFactory(resource=order.resource, type=TERMINATE, state=OrderState.PENDING_PROVIDER)
    for again in (orders.retry, orders.set_state_executing):
        with pytest.raises(orders.NotTheLatest):
            again(order, actor=carol, now=now)


@pytest.mark.parametrize("state", ["pending-consumer", "pending-provider"])
def test_a_provider_may_begin_at_once(ordered, carol, now, state):
    order = ordered(TERMINATE, state=state)
    orders.set_state_executing(order, actor=carol, now=now)
    assert states(order) == ("executing", "Terminating")


def test_what_the_provider_said_before_does_not_stand_in_the_way(ordered, carol, now):
    order = ordered(state=OrderState.ERRED)
    orders.retry(order, actor=carol, now=now)
    resources.set_as_ok(order.resource, actor=carol, now=now)
    orders.complete(order, actor=carol, now=now)
    assert states(order) == ("done", "OK")
    assert order.resource.plan_periods.count() == 1


def test_the_providers_name_for_an_order_is_noted_once(ordered, carol, now):
    order = ordered(state=OrderState.EXECUTING)
    assert orders.set_backend_id(order, "job-1", actor=carol, now=now)
    assert not orders.set_backend_id(order, "job-1", actor=carol, now=now)
    order.refresh_from_db()
    assert (order.backend_id, order.state) == ("job-1", "executing")
    assert kinds() == ["order.backend_id_set"]


# --- days -----------------------------------------------------------------------------------------


def test_an_order_goes_on_when_its_project_begins(ordered, project, now):
    project.start_date = now.date() + timedelta(days=1)
    project.save()
    order = ordered(state=OrderState.PENDING_PROJECT)
    assert not Order.objects.due(now.date()).exists()
    with pytest.raises(orders.NotDue):
        orders.start(order, now=now)
    later = now + timedelta(days=1)
    assert list(Order.objects.due(later.date())) == [order]
    orders.start(order, now=later)
    assert states(order) == ("pending-provider", "Creating")
    assert Event.objects.get().actor is None
    with pytest.raises(IllegalTransition):
        orders.start(order, now=later)


def test_an_order_goes_on_when_its_day_has_come(ordered, now):
    order = ordered(state=OrderState.PENDING_START_DATE, start_date=now.date() + timedelta(days=1))
    with pytest.raises(orders.NotDue):
        orders.start(order, now=now)
    assert not Order.objects.due(now.date()).exists()
    orders.start(order, now=now + timedelta(days=1))
    assert states(order) == ("executing", "Creating")


# --- taking back ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", sorted(WAITING))
def test_a_waiting_order_can_be_called_off_and_leaves_no_orphan(
    ordered, project, alice, now, state
):
    order = ordered(state=state)
    orders.cancel(order, actor=alice, now=now)
    assert states(order) == ("canceled", "Terminated")
    project.refresh_from_db()
    assert project.resources_count == 0


@pytest.mark.parametrize(
    ("kind", "resource_state"), [(CREATE, "Terminated"), (UPDATE, "OK"), (RESTORE, "Terminated")]
)
def test_what_people_work_on_can_be_called_off(ordered, offering, alice, now, kind, resource_state):
    offering.type = OfferingType.BASIC
    offering.save()
    order = ordered(kind, state=OrderState.EXECUTING)
    orders.cancel(order, actor=alice, now=now)
    assert states(order) == ("canceled", resource_state)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [(OfferingType.SLURM, CREATE), (OfferingType.SLURM, UPDATE), (OfferingType.BASIC, TERMINATE)],
)
def test_what_a_site_works_on_or_an_end_that_has_begun_cannot_be_called_off(
    ordered, offering, alice, now, type_, kind
):
    offering.type = type_
    offering.save()
    order = ordered(kind, state=OrderState.EXECUTING)
    with pytest.raises(orders.AlreadyBegun) as refusal:
        orders.cancel(order, actor=alice, now=now)
    assert refusal.value.detail == (
        "Valid states for operation: "
        "pending-consumer, pending-project, pending-provider, pending-start-date."
    )
    assert states(order) == ("executing", usual(kind, "executing"))


def test_an_update_called_off_leaves_a_broken_resource_broken(ordered, offering, alice, now):
    offering.type = OfferingType.BASIC
    offering.save()
    order = ordered(UPDATE, state=OrderState.EXECUTING, resource_state=ResourceState.ERRED)
    orders.cancel(order, actor=alice, now=now)
    assert states(order) == ("canceled", "Erred")


@pytest.mark.parametrize("state", sorted(WAITING))
def test_a_deleted_order_leaves_no_orphan(ordered, project, alice, now, state):
    order = ordered(state=state)
    orders.delete(order, actor=alice, now=now)
    assert not Order.objects.exists()
    assert Resource.objects.get().state == ResourceState.TERMINATED
    project.refresh_from_db()
    assert project.resources_count == 0
    assert kinds() == ["order.deleted", "resource.abandoned"]
    with pytest.raises(Missing):
        orders.delete(order, actor=alice, now=now)


@pytest.mark.parametrize("state", sorted(set(OrderState) - WAITING))
def test_what_is_under_way_or_over_is_not_deleted(ordered, alice, now, state):
    order = ordered(state=state)
    with pytest.raises(IllegalTransition):
        orders.delete(order, actor=alice, now=now)


@pytest.mark.parametrize(
    ("kind", "state", "resource_state"),
    [
        (CREATE, "pending-provider", "Terminated"),
        (CREATE, "executing", "Terminated"),
        (CREATE, "erred", "Erred"),
        (CREATE, "done", "Creating"),
        (UPDATE, "pending-provider", "OK"),
        (UPDATE, "executing", "OK"),
        (TERMINATE, "pending-provider", "OK"),
        (TERMINATE, "executing", "Erred"),
        (RESTORE, "executing", "Terminated"),
    ],
)
def test_an_unlinked_order_lets_its_resource_go(ordered, dave, now, kind, state, resource_state):
    order = ordered(kind, state=state)
    orders.unlink(order, actor=dave, now=now)
    assert not Order.objects.exists()
    assert Resource.objects.get().state == resource_state


# --- the wrong moment -----------------------------------------------------------------------------

STEPS = {
    "approve_by_consumer": orders.approve_by_consumer,
    "approve_by_provider": orders.approve_by_provider,
    "reject_by_consumer": orders.reject_by_consumer,
    "reject_by_provider": orders.reject_by_provider,
    "set_state_executing": orders.set_state_executing,
    "complete": orders.complete,
    "fail": orders.fail,
    "retry": orders.retry,
    "cancel": orders.cancel,
}


@pytest.mark.parametrize("action", STEPS)
def test_a_step_is_refused_from_every_state_that_the_table_does_not_name(
    ordered, dave, now, action
):
    valid = ", ".join(sorted(ORDER.sources(action)))
    for state in set(OrderState) - ORDER.sources(action):
        order = ordered(state=state)
        with pytest.raises(IllegalTransition) as refusal:
            STEPS[action](order, actor=dave, now=now)
        assert refusal.value.detail == f"Valid states for operation: {valid}."
        assert states(order)[0] == state
    assert not Event.objects.exists()


def test_a_step_decides_on_what_is_stored_not_on_what_was_read(ordered, carol, now):
    order = ordered()
    stale = Order.objects.get(pk=order.pk)
    orders.approve_by_provider(order, actor=carol, now=now)
    with pytest.raises(IllegalTransition):
        orders.approve_by_provider(stale, actor=carol, now=now)
    assert kinds() == ["order.executing"]


def test_a_project_elsewhere_is_not_counted(ordered, carol, now):
    other = ProjectFactory(resources_count=7)
    order = ordered()
    orders.reject_by_provider(order, actor=carol, now=now)
    other.refresh_from_db()
    assert other.resources_count == 7
