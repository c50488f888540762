"""Orders that wait for a day, that are taken back, and that come at the wrong moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from common.errors import Missing
from common.machine import IllegalTransition
from identity.models import Event
from marketplace.cancellation import is_stoppable
from marketplace.components import OfferingType
from marketplace.lifecycle import ORDER, WAITING, OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource
from marketplace.services import order_states, orders, resources
from marketplace.tasks import start_due_orders
from tests.factories.identity import ProjectFactory
from tests.services.conftest import usual

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


# --- days -----------------------------------------------------------------------------------------


def test_an_order_goes_on_when_its_project_begins(
    ordered: Any, project: Project, now: datetime
) -> None:
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


def test_an_order_goes_on_when_its_day_has_come(ordered: Any, now: datetime) -> None:
    order = ordered(state=OrderState.PENDING_START_DATE, start_date=now.date() + timedelta(days=1))
    with pytest.raises(orders.NotDue):
        orders.start(order, now=now)
    assert not Order.objects.due(now.date()).exists()
    orders.start(order, now=now + timedelta(days=1))
    assert states(order) == ("executing", "Creating")


# --- taking back ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", sorted(WAITING))
def test_a_waiting_order_can_be_called_off_and_leaves_no_orphan(
    ordered: Any, project: Project, alice: User, now: datetime, state: Any
) -> None:
    order = ordered(state=state)
    orders.cancel(order, actor=alice, now=now)
    assert states(order) == ("canceled", "Terminated")
    project.refresh_from_db()
    assert project.resources_count == 0


@pytest.mark.parametrize(
    ("kind", "resource_state"), [(CREATE, "Terminated"), (UPDATE, "OK"), (RESTORE, "Terminated")]
)
def test_what_people_work_on_can_be_called_off(
    ordered: Any, offering: Offering, alice: User, now: datetime, kind: Any, resource_state: Any
) -> None:
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
    ordered: Any, offering: Offering, alice: User, now: datetime, type_: Any, kind: Any
) -> None:
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


@pytest.mark.parametrize("type_", list(OfferingType))
@pytest.mark.parametrize("kind", [CREATE, UPDATE, TERMINATE])
def test_lists_and_services_agree_on_what_can_be_called_off(
    ordered: Any, offering: Offering, alice: User, type_: Any, kind: Any
) -> None:
    offering.type = type_
    offering.save()
    order = ordered(kind, state=OrderState.EXECUTING)
    shown = Order.objects.for_api(alice).get(pk=order.pk).can_terminate
    assert shown == is_stoppable(order) == (type_ == OfferingType.BASIC and kind != TERMINATE)


def test_an_update_called_off_leaves_a_broken_resource_broken(
    ordered: Any, offering: Offering, alice: User, now: datetime
) -> None:
    offering.type = OfferingType.BASIC
    offering.save()
    order = ordered(UPDATE, state=OrderState.EXECUTING, resource_state=ResourceState.ERRED)
    orders.cancel(order, actor=alice, now=now)
    assert states(order) == ("canceled", "Erred")


@pytest.mark.parametrize("state", sorted(WAITING))
def test_a_deleted_order_leaves_no_orphan(
    ordered: Any, project: Project, alice: User, now: datetime, state: Any
) -> None:
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
def test_what_is_under_way_or_over_is_not_deleted(
    ordered: Any, alice: User, now: datetime, state: Any
) -> None:
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
def test_an_unlinked_order_lets_its_resource_go(
    ordered: Any, dave: User, now: datetime, kind: Any, state: Any, resource_state: Any
) -> None:
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
    ordered: Any, dave: User, now: datetime, action: Any
) -> None:
    valid = ", ".join(sorted(ORDER.sources(action)))
    for state in set(OrderState) - ORDER.sources(action):
        order = ordered(state=state)
        with pytest.raises(IllegalTransition) as refusal:
            STEPS[action](order, actor=dave, now=now)
        assert refusal.value.detail == f"Valid states for operation: {valid}."
        assert states(order)[0] == state
    assert not Event.objects.exists()


def test_a_step_decides_on_what_is_stored_not_on_what_was_read(
    ordered: Any, carol: User, now: datetime
) -> None:
    order = ordered()
    stale = Order.objects.get(pk=order.pk)
    orders.approve_by_provider(order, actor=carol, now=now)
    with pytest.raises(IllegalTransition):
        orders.approve_by_provider(stale, actor=carol, now=now)
    assert kinds() == ["order.executing"]


def test_a_project_elsewhere_is_not_counted(ordered: Any, carol: User, now: datetime) -> None:
    other = ProjectFactory(resources_count=7)
    order = ordered()
    orders.reject_by_provider(order, actor=carol, now=now)
    other.refresh_from_db()
    assert other.resources_count == 7


def test_a_race_that_no_lock_prevented_is_lost_loudly(
    ordered: Any, carol: User, now: datetime
) -> None:
    order = ordered()
    Order.objects.filter(pk=order.pk).update(state=OrderState.CANCELED)
    with pytest.raises(IllegalTransition) as refusal:
        order_states.advance(
            order, "approve_by_provider", OrderState.EXECUTING, actor=carol, now=now
        )
    assert refusal.value.detail == "Valid states for operation: pending-provider."
    Resource.objects.update(state=ResourceState.TERMINATED)
    with pytest.raises(IllegalTransition):
        resources.advance(order.resource, "created", actor=carol, now=now)
    assert not Event.objects.exists()


def test_a_dated_order_whose_project_begins_earlier_waits_for_its_own_day(
    ordered: Any, offering: Offering, now: datetime
) -> None:
    offering.plugin_options = {"auto_approve_remote_orders": True}
    offering.save()
    order = ordered(state=OrderState.PENDING_PROJECT, start_date=now.date() + timedelta(days=2))
    start_due_orders()
    assert states(order) == ("pending-project", "Creating")
    orders.start(order, now=now + timedelta(days=2))
    assert states(order) == ("executing", "Creating")
