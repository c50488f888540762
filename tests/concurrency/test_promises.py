"""Two who agree at once to what only one can have: one wins, and the other is told so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.limits import InvalidLimits
from marketplace.services import orders, resource_orders
from marketplace.services.availability import PlanFull, TooManyResources
from tests.concurrency.racing import race
from tests.factories.marketplace import OrderFactory, PlanFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Project, User
    from marketplace.models import Offering, Order, Resource

pytestmark = pytest.mark.django_db(transaction=True)

CPU = "cpu_k_hours"
WON = None


def has(project: Project, offering: Offering, much: int, **more: Any) -> Resource:
    found: Resource = ResourceFactory(
        project=project, offering=offering, limits={CPU: much}, **more
    )
    return found


def asks(held: Resource, kind: OrderType, much: int, **more: Any) -> Order:
    order: Order = OrderFactory(resource=held, type=kind, limits={CPU: much}, **more)
    return order


def test_of_two_agreements_to_what_one_can_have_one_wins(
    project: Project, offering: Offering, dave: User, now: datetime
) -> None:
    by: dict[str, Any] = {"actor": dave, "now": now}
    small = PlanFactory(offering=offering, name="Small", max_amount=1)
    offering.components.filter(type=CPU).update(max_available_limit=200)
    offering.plugin_options = {
        "can_restore_resource": True,
        "maximal_resource_count_per_project": 8,
    }
    offering.save()
    gone, new = ResourceState.TERMINATED, ResourceState.CREATING
    update, create, back = OrderType.UPDATE, OrderType.CREATE, OrderType.RESTORE
    of = (project, offering)
    pool = [asks(has(*of, 60), update, 100), asks(has(*of, 60), update, 100)]
    plan = [asks(has(*of, 1), update, 1, plan=small), asks(has(*of, 1), update, 1, plan=small)]
    has(*of, 1), has(*of, 1), has(*of, 1)
    count = [asks(has(*of, 1, state=new), create, 1), asks(has(*of, 1, state=gone), back, 1)]

    for pair, refusal in ((pool, InvalidLimits), (plan, PlanFull), (count, TooManyResources)):
        got = race(*(lambda order=order: orders.approve_by_provider(order, **by) for order in pair))

        assert got.count(WON) == 1, got
        assert sum(isinstance(one, refusal) for one in got) == 1, got
        states = sorted(type(order).objects.get(pk=order.pk).state for order in pair)
        assert states == [OrderState.EXECUTING, OrderState.PENDING_PROVIDER]


def test_of_two_who_order_what_one_can_have_one_wins(
    project: Project, offering: Offering, dave: User, now: datetime
) -> None:
    by: dict[str, Any] = {"actor": dave, "now": now}
    offering.components.filter(type=CPU).update(max_available_limit=100)
    offering.plugin_options = {"can_restore_resource": True}
    offering.save()
    small = PlanFactory(offering=offering, name="Small", max_amount=1)
    ours, theirs = has(project, offering, 40), has(project, offering, 20)
    ended = has(project, offering, 30, state=ResourceState.TERMINATED)

    got = race(
        lambda: resource_orders.update_limits(ours, {CPU: 70}, **by),
        lambda: resource_orders.restore(ended, **by),
    )
    assert sum(isinstance(one, InvalidLimits) for one in got) == 1, got
    theirs_too = has(project, offering, 1)
    got = race(
        *(
            lambda held=held: resource_orders.switch_plan(held, small, **by)
            for held in (theirs, theirs_too)
        )
    )
    assert sum(isinstance(one, PlanFull) for one in got) == 1, got
