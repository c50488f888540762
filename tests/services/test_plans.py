"""Plans: what they cost, from when on, and when they may still be changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from identity.models import Event
from marketplace.models import Plan
from marketplace.services import plans
from marketplace.tasks import bring_prices_into_force
from tests.factories.marketplace import (
    HpcOfferingFactory,
    OfferingComponentFactory,
    OrderFactory,
    PlanFactory,
    ResourceFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    plan: Plan = HpcOfferingFactory().plans.get()
    return plan


def prices(plan: Plan) -> dict[str, tuple[Decimal, Decimal | None]]:
    rows = plan.components.select_related("component")
    return {row.component.type: (row.price, row.future_price) for row in rows}


def test_a_new_plan_has_a_price_of_nothing_for_each_component(
    plan: Plan, carol: User, now: datetime
) -> None:
    new = plans.create(plan.offering, actor=carol, now=now, name="Premium", unit="day")
    assert (new.name, new.unit, new.created) == ("Premium", "day", now)
    assert set(prices(new)) == {"cpu_k_hours", "gpu_k_hours", "gb_k_hours", "node_fee"}
    assert set(prices(new).values()) == {(Decimal(0), None)}
    event = Event.objects.get()
    assert (event.kind, event.provider) == ("plan.created", plan.offering.customer)


def test_prices_hold_at_once_while_nobody_is_under_the_plan(
    plan: Plan, carol: User, now: datetime
) -> None:
    ResourceFactory(offering=plan.offering, state="Terminated")
    plans.set_prices(plan, {"cpu_k_hours": Decimal("12.5")}, actor=carol, now=now)
    assert prices(plan)["cpu_k_hours"] == (Decimal("12.5"), None)
    assert prices(plan)["gb_k_hours"] == (Decimal(1), None)
    event = Event.objects.get()
    assert (event.kind, event.payload["prices"], event.payload["later"]) == (
        "plan.prices_set",
        {"cpu_k_hours": "12.5"},
        False,
    )


def test_prices_wait_for_the_next_month_while_allocations_are_under_the_plan(
    plan: Plan, carol: User, now: datetime
) -> None:
    ResourceFactory(offering=plan.offering)
    plans.set_prices(plan, {"cpu_k_hours": Decimal(12)}, actor=carol, now=now)
    assert prices(plan)["cpu_k_hours"] == (Decimal(10), Decimal(12))

    assert plans.bring_prices_into_force(now=now) == 0
    next_month = now.replace(day=1) + timedelta(days=32)
    assert plans.bring_prices_into_force(now=next_month) == 1
    assert prices(plan)["cpu_k_hours"] == (Decimal(12), None)
    assert plans.bring_prices_into_force(now=next_month) == 0
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == [
        "plan.prices_set",
        "plan.prices_in_force",
    ]


def test_a_price_that_holds_at_once_ends_one_that_was_to_come(
    plan: Plan, carol: User, now: datetime
) -> None:
    resource = ResourceFactory(offering=plan.offering)
    plans.set_prices(plan, {"cpu_k_hours": Decimal(12)}, actor=carol, now=now)
    type(resource).objects.update(state="Terminated")
    plans.set_prices(plan, {"cpu_k_hours": Decimal(9)}, actor=carol, now=now)
    assert prices(plan)["cpu_k_hours"] == (Decimal(9), None)


def test_prices_and_quotas_of_unknown_components_are_refused(
    plan: Plan, carol: User, now: datetime
) -> None:
    with pytest.raises(plans.UnknownPlanComponents) as refused:
        plans.set_prices(plan, {"nope": Decimal(1), "also": Decimal(1)}, actor=carol, now=now)
    assert refused.value.detail == ["Invalid components also, nope."]
    with pytest.raises(plans.UnknownPlanComponents) as refused:
        plans.set_quotas(plan, {"nope": 20}, actor=carol, now=now)
    assert refused.value.detail == ["Invalid components nope."]
    assert not Event.objects.exists()


def test_a_component_that_the_plan_had_no_row_for_gets_one(
    plan: Plan, carol: User, now: datetime
) -> None:
    OfferingComponentFactory(offering=plan.offering, type="late")
    plans.set_prices(plan, {"late": Decimal(4)}, actor=carol, now=now)
    assert prices(plan)["late"] == (Decimal(4), None)


def test_quotas_are_set_by_component(plan: Plan, carol: User, now: datetime) -> None:
    plans.set_quotas(plan, {"node_fee": 2}, actor=carol, now=now)
    amounts = dict(plan.components.values_list("component__type", "amount"))
    assert amounts == {"cpu_k_hours": 0, "gpu_k_hours": 0, "gb_k_hours": 0, "node_fee": 2}
    assert Event.objects.get().payload["quotas"] == {"node_fee": 2}


def test_a_plan_is_changed_and_the_change_recorded(plan: Plan, carol: User, now: datetime) -> None:
    plans.change(plan, actor=carol, now=now, name="Basic", unit="day")
    plan.refresh_from_db()
    assert (plan.name, plan.unit, plan.modified) == ("Basic", "day", now)
    assert Event.objects.get().payload["changed"] == ["name", "unit"]


@pytest.mark.parametrize(("name", "value"), [("unit", "day"), ("billing_mode", "usage")])
def test_what_prices_mean_stays_while_allocations_are_under_the_plan(
    name: str, value: str, plan: Plan, carol: User, now: datetime
) -> None:
    ResourceFactory(offering=plan.offering)
    with pytest.raises(plans.PlanInUse) as refused:
        plans.change(plan, actor=carol, now=now, **{name: value})
    assert refused.value.detail == f"Plan has resources, so its {name} cannot be changed."
    plans.change(plan, actor=carol, now=now, name="New", **{name: getattr(plan, name)})
    assert Plan.objects.get().name == "New"


def test_a_plan_is_archived_once(plan: Plan, carol: User, now: datetime) -> None:
    plans.archive(plan, actor=carol, now=now)
    assert Plan.objects.get().archived
    with pytest.raises(plans.AlreadyArchived):
        plans.archive(plan, actor=carol, now=now)
    assert Event.objects.get().kind == "plan.archived"


def test_a_plan_under_which_something_was_ordered_is_not_removed(
    carol: User, now: datetime
) -> None:
    plan = PlanFactory()
    OrderFactory(offering=plan.offering, resource__offering=plan.offering, plan=plan)
    with pytest.raises(plans.PlanInUse) as refused:
        plans.remove(plan, actor=carol, now=now)
    assert refused.value.detail == "Plan was not deleted since it has resources."


def test_an_unused_plan_is_removed(plan: Plan, carol: User, now: datetime) -> None:
    plans.remove(plan, actor=carol, now=now)
    assert not Plan.objects.exists()
    assert Event.objects.get().kind == "plan.removed"


def test_beat_brings_the_prices_of_the_month_into_force(plan: Plan) -> None:
    plan.components.update(future_price=Decimal(7))
    bring_prices_into_force()
    assert set(prices(plan).values()) == {(Decimal(7), None)}
