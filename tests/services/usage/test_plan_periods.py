"""The plan period that usage belongs to, and the part of a month that falls into it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounting.amounts import AmountUnusable
from accounting.models import ComponentUsage
from accounting.services import usage
from tests.factories.marketplace import PlanFactory, ResourcePlanPeriodFactory
from tests.services.usage.reporting import MONTH, NOV, parts, report, shown

pytestmark = pytest.mark.django_db


def test_a_report_belongs_to_the_open_plan_period(resource, carol):
    ResourcePlanPeriodFactory(
        resource=resource, start=NOV - timedelta(days=90), end=NOV - timedelta(days=2)
    )
    current = ResourcePlanPeriodFactory(resource=resource, start=NOV - timedelta(days=2))

    report(resource, carol, cpu_k_hours="1")

    assert parts() == [(MONTH, current, 1)]


def test_a_past_month_belongs_to_the_period_of_that_time(resource, carol):
    old = ResourcePlanPeriodFactory(
        resource=resource,
        start=datetime(2026, 1, 5, tzinfo=UTC),
        end=datetime(2026, 10, 5, tzinfo=UTC),
    )
    ResourcePlanPeriodFactory(resource=resource, start=datetime(2026, 10, 5, tzinfo=UTC))

    report(resource, carol, cpu_k_hours="1", at=datetime(2026, 9, 30, 23, tzinfo=UTC))

    assert parts() == [(date(2026, 9, 1), old, 1)]


def periods_of(resource, *starts):
    """Plan periods that begin at the moments, each of which ends when the next begins."""
    return [
        ResourcePlanPeriodFactory(
            resource=resource, plan=PlanFactory(offering=resource.offering), start=start, end=end
        )
        for start, end in zip(starts, [*starts[1:], None], strict=True)
    ]


def test_a_month_has_one_row_whatever_plans_it_saw_and_parts_for_their_prices(resource, carol):
    first = ResourcePlanPeriodFactory(resource=resource, start=NOV - timedelta(days=40))
    report(resource, carol, cpu_k_hours="5000")
    assert parts() == [(MONTH, first, 5000)]
    type(first).objects.filter(pk=first.pk).update(end=NOV)
    (second,) = periods_of(resource, NOV)

    for amount, before, since in (
        ("5009.5", 5000, Decimal("9.5")),
        ("5020", 5000, 20),
        ("4000", 4000, 0),  # it was less, after all
        ("4001", 4000, 1),
    ):
        report(resource, carol, cpu_k_hours=amount, now=NOV + timedelta(hours=1))

        assert [row.usage for row in ComponentUsage.objects.all()] == [Decimal(amount)]
        assert parts() == [(MONTH, first, before), (MONTH, second, since)]
        current, against_limits = shown(resource)
        assert Decimal(current["cpu_k_hours"]) == Decimal(amount)
        assert Decimal(str(against_limits["cpu_k_hours"])) == Decimal(amount)


def test_what_is_told_of_a_plan_period_is_its_part_of_the_month(resource, carol):
    report(resource, carol, cpu_k_hours="2", now=NOV - timedelta(hours=1))  # before any plan
    first, second = periods_of(resource, NOV, NOV + timedelta(hours=1))
    later = NOV + timedelta(hours=2)

    report(resource, carol, cpu_k_hours="10", plan_period=first, now=later)
    report(resource, carol, cpu_k_hours="5", plan_period=second, now=later)
    report(resource, carol, cpu_k_hours="7", plan_period=first, now=later)

    assert ComponentUsage.objects.get().usage == 14
    assert parts() == [(MONTH, first, 7), (MONTH, second, 5)]
    report(resource, carol, cpu_k_hours="20", now=later)  # the month, as the site sees it
    assert parts() == [(MONTH, first, 7), (MONTH, second, 11)]
    with pytest.raises(AmountUnusable):
        report(resource, carol, cpu_k_hours="9" * 18, plan_period=first, now=later)


def test_a_plan_period_that_begins_after_the_month_is_refused(resource, carol):
    (period,) = periods_of(resource, NOV)

    with pytest.raises(usage.PlanPeriodAhead):
        report(
            resource,
            carol,
            cpu_k_hours="1",
            plan_period=period,
            at=datetime(2026, 10, 3, tzinfo=UTC),
        )


def test_a_plan_period_that_ended_before_the_month_is_refused(resource, carol):
    period = ResourcePlanPeriodFactory(
        resource=resource, start=NOV - timedelta(days=90), end=NOV - timedelta(days=30)
    )

    with pytest.raises(usage.PlanPeriodClosed) as refusal:
        report(resource, carol, cpu_k_hours="1", plan_period=period)

    assert refusal.value.detail == {"plan_period": ["The plan period ended before this month."]}


def test_a_resource_without_a_plan_has_usage_too(resource, carol):
    report(resource, carol, cpu_k_hours="1")
    report(resource, carol, cpu_k_hours="2")

    assert ComponentUsage.objects.get().usage == 2
    assert parts() == []
