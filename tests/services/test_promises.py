"""What is scarce is promised once: open orders count, at placing and at approval alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from marketplace.lifecycle import OfferingState, OrderState, OrderType, ResourceState
from marketplace.limits import InvalidLimits, UnknownLimitTypes
from marketplace.models import Resource
from marketplace.services import components, orders, placing, resource_orders
from marketplace.services.availability import ForeignPlan, NotOnOffer, PlanFull, TooManyResources
from tests.factories.marketplace import OfferingComponentFactory, PlanFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from common.errors import Invalid
    from identity.models import Project, User
    from marketplace.models import Offering, Order, Plan

pytestmark = pytest.mark.django_db

CPU, GB = "cpu_k_hours", "gb_k_hours"


@dataclass
class Market:
    """An offering of which there is only so much, and whoever orders and agrees."""

    offering: Offering
    project: Project
    by: dict[str, Any]

    def scarce(self, pool: int | None) -> None:
        self.offering.components.filter(type=CPU).update(max_available_limit=pool)

    def options(self, **options: Any) -> None:
        self.offering.plugin_options = {"can_restore_resource": True, **options}
        self.offering.save()

    def has(self, much: int, state: ResourceState = ResourceState.OK, **more: Any) -> Resource:
        found: Resource = ResourceFactory(
            project=self.project,
            offering=self.offering,
            limits={CPU: much, GB: 1},
            state=state,
            **more,
        )
        return found

    def ended(self, much: int, **more: Any) -> Resource:
        return self.has(much, ResourceState.TERMINATED, **more)

    def create(self, much: int, plan: Plan | None = None, **attributes: Any) -> Order:
        plan = plan or self.offering.plans.earliest("pk")
        requested = placing.OrderRequest(
            self.offering,
            self.project,
            plan,
            {CPU: much, GB: 1},
            {"name": "More", **attributes},
            accepting_terms=True,
        )
        return placing.place(requested, **self.by)

    def update(self, held: Resource, much: int) -> Order:
        return resource_orders.update_limits(held, {CPU: much}, **self.by)

    def switch(self, held: Resource, plan: Plan) -> Order:
        return resource_orders.switch_plan(held, plan, **self.by)

    def restore(self, held: Resource) -> Order:
        return resource_orders.restore(held, **self.by)

    def approve(self, order: Order) -> None:
        orders.approve_by_provider(order, **self.by)
        order.refresh_from_db()

    def deliver(self, order: Order) -> None:
        if order.state != OrderState.EXECUTING:
            self.approve(order)
        orders.complete(order, **self.by)


@pytest.fixture
def market(offering: Offering, project: Project, dave: User, now: datetime) -> Market:
    made = Market(offering, project, {"actor": dave, "now": now})
    made.options()
    return made


# --- open orders count ----------------------------------------------------------------------------


def test_what_an_open_order_asks_for_is_promised_until_it_is_over(market: Market) -> None:
    market.scarce(100)
    ours, theirs = market.has(40), market.has(40)

    def fail(order: Order) -> None:
        market.approve(order)
        orders.fail(order, **market.by)

    for end in (
        lambda order: orders.cancel(order, **market.by),
        lambda order: orders.reject_by_provider(order, **market.by),
        lambda order: orders.delete(order, **market.by),
        fail,
    ):
        Resource.objects.filter(pk=ours.pk).update(state=ResourceState.OK)
        order = market.update(ours, 60)
        with pytest.raises(InvalidLimits) as refusal:
            market.update(theirs, 60)
        assert refusal.value.detail == ["The limit 60 value cannot be more than 40."]
        with pytest.raises(InvalidLimits):
            market.create(1)
        end(order)
        later = market.update(theirs, 60)
        orders.cancel(later, **market.by)


def test_what_is_given_back_is_free_only_when_that_is_done(market: Market) -> None:
    market.scarce(100)
    ours, theirs = market.has(60), market.has(40)
    order = market.update(ours, 10)
    for refused in (lambda: market.update(theirs, 41), lambda: market.create(1)):
        with pytest.raises(InvalidLimits):
            refused()
    market.deliver(order)
    market.update(theirs, 90)


def test_an_allocation_keeps_what_it_holds_where_the_pool_was_made_smaller(market: Market) -> None:
    ours = market.has(60)
    market.has(60)
    market.scarce(50)
    market.deliver(market.update(ours, 55))
    ours.refresh_from_db()
    with pytest.raises(InvalidLimits):
        market.update(ours, 56)


def test_a_place_under_a_plan_is_promised_once(market: Market) -> None:
    first, second, third = market.has(1), market.has(1), market.ended(1)
    small = PlanFactory(offering=market.offering, name="Small", max_amount=1)
    order = market.switch(first, small)
    type(third).objects.filter(pk=third.pk).update(plan=small)
    third.refresh_from_db()
    for refused in (
        lambda: market.switch(second, small),
        lambda: market.create(1, small),
        lambda: market.restore(third),
    ):
        with pytest.raises(PlanFull):
            refused()
    orders.cancel(order, **market.by)
    back = market.restore(third)
    with pytest.raises(PlanFull):
        market.switch(second, small)
    orders.cancel(back, **market.by)
    market.offering.plans.exclude(pk=small.pk).update(archived=True)
    small.refresh_from_db()
    market.create(1, small)
    with pytest.raises(PlanFull):  # also where the only plan need not be named
        placing.place(
            placing.OrderRequest(market.offering, market.project, None, {CPU: 1, GB: 1}, {}),
            **market.by,
        )


def test_what_is_ordered_back_counts_in_the_pool_and_in_the_project(market: Market) -> None:
    market.scarce(100)
    market.options(maximal_resource_count_per_project=2, unique_resource_per_attribute="slot")
    ended = market.ended(60, attributes={"slot": "a"})
    other = market.ended(30, attributes={"slot": "a"})
    market.has(30)
    order = market.restore(ended)
    for refusal, refused in (
        (TooManyResources, lambda: market.create(10)),
        (TooManyResources, lambda: market.restore(other)),
    ):
        with pytest.raises(refusal):
            refused()
    market.options(unique_resource_per_attribute="slot")
    with pytest.raises(InvalidLimits):
        market.create(11)
    with pytest.raises(TooManyResources):
        market.restore(other)  # there is to be one with this slot
    market.deliver(order)
    assert Resource.objects.get(pk=ended.pk).state == ResourceState.OK


def test_a_component_s_type_may_be_a_number(market: Market) -> None:
    OfferingComponentFactory(
        offering=market.offering, type="1", billing_type="limit", max_available_limit=10
    )
    held = market.has(1)
    resource_orders.update_limits(held, {"1": 8}, **market.by)
    with pytest.raises(InvalidLimits):
        resource_orders.update_limits(market.has(1), {"1": 3}, **market.by)


def test_limits_that_are_no_numbers_stop_nobody_s_order(market: Market) -> None:
    market.scarce(100)
    for poison in ("x", None, [1], {"a": 1}, 10**400):
        spoilt = market.has(1)
        Resource.objects.filter(pk=spoilt.pk).update(limits={CPU: poison})
        if isinstance(poison, int):
            with pytest.raises(InvalidLimits):
                market.create(1)
        else:
            orders.cancel(market.create(100), **market.by)


# --- the same question at placing and at approval -------------------------------------------------


def spoilt_by_pool(market: Market) -> None:
    market.has(95)
    market.scarce(100)


def spoilt_by_count(market: Market) -> None:
    market.has(1, attributes={"slot": "a"})
    market.options(maximal_resource_count_per_project=1)


def spoilt_by_attribute(market: Market) -> None:
    market.has(1, attributes={"slot": "a"})
    market.options(unique_resource_per_attribute="slot")


def spoilt_by_plan(market: Market) -> None:
    market.has(1, plan=market.offering.plans.latest("pk"))
    market.offering.plans.update(max_amount=1)


def spoilt_by_archived_plan(market: Market) -> None:
    market.offering.plans.update(archived=True)


def spoilt_by_archive(market: Market) -> None:
    market.offering.state = OfferingState.ARCHIVED
    market.offering.save()


def spoilt_by_component(market: Market) -> None:
    live = Resource.objects.exclude(state=ResourceState.TERMINATED)
    live.update(limits={GB: 1})
    if not live.filter(limits__has_key=CPU).exists():
        components.remove(market.offering.components.get(type=CPU), **market.by)


SPOILT: dict[Any, tuple[type[Invalid], frozenset[str]]] = {
    spoilt_by_pool: (InvalidLimits, frozenset({"create", "update", "restore"})),
    spoilt_by_count: (TooManyResources, frozenset({"create", "restore"})),
    spoilt_by_attribute: (TooManyResources, frozenset({"create", "restore"})),
    spoilt_by_plan: (PlanFull, frozenset({"create", "switch", "restore"})),
    spoilt_by_archived_plan: (ForeignPlan, frozenset({"create", "switch", "restore"})),
    spoilt_by_archive: (NotOnOffer, frozenset({"create", "update", "switch", "restore"})),
    spoilt_by_component: (UnknownLimitTypes, frozenset({"create", "update", "restore"})),
}


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_what_cannot_be_had_any_more_is_neither_placed_nor_agreed_to(
    market: Market, spoil: Any
) -> None:
    refusal, kinds = SPOILT[spoil]
    live, switching = market.has(5), market.has(5)
    ended = market.ended(10, attributes={"slot": "a"})
    standard, plan = live.plan, PlanFactory(offering=market.offering, name="Premium")
    actions = {
        "create": lambda: market.create(10, standard, slot="a"),
        "update": lambda: market.update(live, 10),
        "switch": lambda: market.switch(switching, plan),
        "restore": lambda: market.restore(ended),
    }
    placed = {kind: actions[kind]() for kind in sorted(kinds)}
    for order in placed.values():
        type(order).objects.filter(pk=order.pk).update(state=OrderState.ERRED)
    spoil(market)
    for kind in sorted(kinds):
        with pytest.raises(refusal):
            actions[kind]()
        order = placed[kind]
        for state, agree in (
            (OrderState.PENDING_CONSUMER, orders.approve_by_consumer),
            (OrderState.PENDING_PROVIDER, orders.approve_by_provider),
            (OrderState.PENDING_PROVIDER, orders.set_state_executing),
            (OrderState.PENDING_START_DATE, orders.start),
            (OrderState.ERRED, orders.retry),
        ):
            if agree is orders.retry and order.type == OrderType.CREATE:
                continue  # what failed to be made is there until it is ended, and keeps its place
            type(order).objects.filter(pk=order.pk).update(state=state)
            order.refresh_from_db()
            with pytest.raises(refusal):
                agree(order, **market.by)
            type(order).objects.filter(pk=order.pk).update(state=OrderState.ERRED)


def test_of_orders_that_cannot_all_be_had_the_first_that_is_agreed_to_is(market: Market) -> None:
    ours, theirs = market.has(40), market.has(40)
    first, second = market.update(ours, 60), market.update(theirs, 60)
    new, newer = market.create(1), market.create(1)
    market.scarce(100)
    market.approve(second)
    with pytest.raises(InvalidLimits):
        market.approve(first)
    market.scarce(None)
    market.options(maximal_resource_count_per_project=3)
    market.approve(newer)
    with pytest.raises(TooManyResources):
        market.approve(new)
    market.offering.state = OfferingState.PAUSED
    market.offering.save()
    market.approve(first)  # what was placed while it was open may go on
    assert first.state == OrderState.EXECUTING
