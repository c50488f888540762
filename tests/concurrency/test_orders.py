"""Two clients at one order: exactly one wins, the other is told so, and one event is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from common.errors import Conflict, Missing
from common.machine import IllegalTransition
from identity.models import Event, Project
from identity.services import projects
from identity.services.projects import HasResources
from identity.services.robot import robot
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource, ResourcePlanPeriod
from marketplace.services import end_dates, orders, placing, resource_orders
from marketplace.services.availability import ProjectExpired, TooManyResources
from tests.concurrency.racing import RACERS, race
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db(transaction=True)

WON = None


def make(project: Project, offering: Offering, kind: OrderType, state: OrderState) -> Order:
    resource_state = {
        OrderType.CREATE: ResourceState.CREATING,
        OrderType.UPDATE: ResourceState.UPDATING,
        OrderType.TERMINATE: ResourceState.TERMINATING,
    }[kind]
    resource = ResourceFactory(project=project, offering=offering, state=resource_state)
    order: Order = OrderFactory(resource=resource, type=kind, state=state)
    return order


STEPS: dict[str, tuple[OrderState, str, Any]] = {
    "approve_by_consumer": (
        OrderState.PENDING_CONSUMER,
        "order.pending-provider",
        orders.approve_by_consumer,
    ),
    "approve_by_provider": (
        OrderState.PENDING_PROVIDER,
        "order.executing",
        orders.approve_by_provider,
    ),
    "reject_by_provider": (
        OrderState.PENDING_PROVIDER,
        "order.rejected",
        orders.reject_by_provider,
    ),
    "cancel": (OrderState.PENDING_PROVIDER, "order.canceled", orders.cancel),
    "complete": (OrderState.EXECUTING, "order.done", orders.complete),
    "fail": (OrderState.EXECUTING, "order.erred", orders.fail),
    "retry": (OrderState.ERRED, "order.executing", orders.retry),
}


@pytest.mark.parametrize("step", STEPS)
def test_of_many_who_take_one_step_exactly_one_does(
    step: str, project: Project, offering: Offering, dave: User, now: datetime
) -> None:
    state, kind, action = STEPS[step]
    order = make(project, offering, OrderType.CREATE, state)

    got = race(*[lambda: action(order, actor=dave, now=now)] * RACERS)

    assert got.count(WON) == 1
    assert [type(one) for one in got if one is not WON] == [IllegalTransition] * (RACERS - 1)
    assert Event.objects.filter(subject_uuid=order.uuid).count() == 1
    assert Event.objects.get(subject_uuid=order.uuid).kind == kind


@pytest.mark.parametrize("kind", [OrderType.CREATE, OrderType.UPDATE, OrderType.TERMINATE])
def test_an_order_is_finished_or_fails_but_not_both(
    kind: OrderType, project: Project, offering: Offering, dave: User, now: datetime
) -> None:
    order = make(project, offering, kind, OrderState.EXECUTING)
    finish: list[Callable[[], Any]] = [lambda: orders.complete(order, actor=dave, now=now)] * 3
    fail: list[Callable[[], Any]] = [lambda: orders.fail(order, actor=dave, now=now)] * 3

    got = race(*finish, *fail)

    assert got.count(WON) == 1
    assert sum(isinstance(one, IllegalTransition) for one in got) == RACERS - 1
    order.refresh_from_db()
    resource = Resource.objects.get()
    ended = ResourceState.TERMINATED if kind is OrderType.TERMINATE else ResourceState.OK
    done = order.state == OrderState.DONE
    assert resource.state == (ended if done else ResourceState.ERRED)
    assert Event.objects.filter(subject_uuid=order.uuid).count() == 1


def test_an_order_is_approved_or_cancelled_but_leaves_no_orphan(
    project: Project, offering: Offering, alice: User, carol: User, now: datetime
) -> None:
    order = make(project, offering, OrderType.CREATE, OrderState.PENDING_PROVIDER)

    got = race(
        lambda: orders.approve_by_provider(order, actor=carol, now=now),
        lambda: orders.cancel(order, actor=alice, now=now),
        lambda: orders.delete(order, actor=alice, now=now),
        lambda: orders.reject_by_provider(order, actor=carol, now=now),
    )

    assert got.count(WON) == 1
    assert all(isinstance(one, Conflict | Missing) for one in got if one is not WON)
    resource = Resource.objects.get()
    executing = Order.objects.filter(state=OrderState.EXECUTING).exists()
    assert resource.state == (ResourceState.CREATING if executing else ResourceState.TERMINATED)


def test_a_resource_takes_one_order_of_many(
    project: Project, offering: Offering, alice: User, pi: User, now: datetime
) -> None:
    resource = ResourceFactory(project=project, offering=offering)

    got = race(
        *[lambda: resource_orders.update_limits(resource, {"cpu_k_hours": 7}, actor=pi, now=now)]
        * 3,
        *[lambda: resource_orders.terminate(resource, actor=alice, now=now)] * 3,
        lambda: end_dates.terminate_ended(resource, robot=robot(), now=now),
    )

    assert sum(isinstance(one, Order) for one in got) == 1
    assert sum(isinstance(one, resource_orders.OrderPending) for one in got) == 5
    assert Order.objects.count() == 1


def test_allocations_placed_at_once_are_all_counted_under_names_of_their_own(
    project: Project, offering: Offering, alice: User, now: datetime
) -> None:
    requested = placing.OrderRequest(
        offering=offering,
        project=project,
        limits={"cpu_k_hours": 1},
        attributes={"name": "Climate"},
    )

    got = race(*[lambda: placing.place(requested, actor=alice, now=now)] * RACERS)

    assert {type(one) for one in got} == {Order}
    assert len({one.resource.slug for one in got}) == RACERS
    project.refresh_from_db()
    assert project.resources_count == RACERS


def test_a_project_gets_no_more_allocations_than_it_may_however_many_ask_at_once(
    project: Project, offering: Offering, alice: User, now: datetime
) -> None:
    offering.plugin_options = {"maximal_resource_count_per_project": 2}
    offering.save()
    requested = placing.OrderRequest(offering=offering, project=project, limits={"cpu_k_hours": 1})

    got = race(*[lambda: placing.place(requested, actor=alice, now=now)] * RACERS)

    assert sum(isinstance(one, Order) for one in got) == 2
    assert sum(isinstance(one, TooManyResources) for one in got) == RACERS - 2


def test_a_project_is_not_removed_under_an_order(
    project: Project, offering: Offering, alice: User, now: datetime
) -> None:
    requested = placing.OrderRequest(offering=offering, project=project, limits={"cpu_k_hours": 1})

    placed, removed = race(
        lambda: placing.place(requested, actor=alice, now=now),
        lambda: projects.remove(project, actor=alice, now=now),
    )

    project.refresh_from_db()
    if project.is_removed:
        assert removed is WON
        assert isinstance(placed, placing.ProjectRemoved | ProjectExpired)
        assert not Resource.objects.exists()
    else:
        assert isinstance(placed, Order)
        assert isinstance(removed, HasResources)


def test_a_delivered_allocation_has_one_plan_period(
    project: Project, offering: Offering, carol: User, now: datetime
) -> None:
    order = make(project, offering, OrderType.CREATE, OrderState.EXECUTING)
    race(*[lambda: orders.complete(order, actor=carol, now=now)] * RACERS)
    assert ResourcePlanPeriod.objects.count() == 1


def test_crossing_orders_of_one_project_do_not_wait_for_each_other_for_ever(
    project: Project, offering: Offering, dave: User, now: datetime
) -> None:
    """Orders of one project take its lock, then their resource's: never the other way round."""
    several = [
        make(project, offering, OrderType.CREATE, OrderState.PENDING_PROVIDER) for _ in range(3)
    ]
    approve = [
        lambda order=order: orders.approve_by_provider(order, actor=dave, now=now)
        for order in several
    ]
    finish = [
        lambda order=order: orders.set_backend_id(order, "x", actor=dave, now=now)
        for order in several
    ]
    requested = placing.OrderRequest(offering=offering, project=project, limits={"cpu_k_hours": 1})

    got = race(*approve, *finish, lambda: placing.place(requested, actor=dave, now=now))

    assert not [one for one in got if isinstance(one, Exception)]


def test_clients_that_insist_on_a_version_and_others_do_not_block_each_other(
    project: Project,
    offering: Offering,
    dave: User,
    as_user: Callable[[User], APIClient],
) -> None:
    order = make(project, offering, OrderType.CREATE, OrderState.PENDING_PROVIDER)
    path = f"/api/marketplace-orders/{order.uuid.hex}/approve_by_provider/"
    clients = [as_user(dave) for _ in range(RACERS)]
    tag = clients[0].get(f"/api/marketplace-orders/{order.uuid.hex}/")["ETag"]

    def approve(client: APIClient, **headers: Any) -> Callable[[], Any]:
        return lambda: client.post(path, **headers).status_code

    got = race(
        *[approve(client) for client in clients[:3]],
        *[approve(client, HTTP_IF_MATCH=tag) for client in clients[3:]],
    )

    assert got.count(200) == 1
    assert set(got) <= {200, 409, 412}
