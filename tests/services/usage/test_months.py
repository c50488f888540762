"""The month that a report is of: whose calendar counts, and which months are open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from accounting.models import ComponentUsage
from accounting.services import usage
from tests.factories.marketplace import ResourcePlanPeriodFactory
from tests.services.usage.reporting import BEGUN, NOV, report, shown

pytestmark = pytest.mark.django_db


def test_the_date_selects_the_month(resource, carol):
    october = datetime(2026, 10, 1, tzinfo=UTC)

    report(resource, carol, cpu_k_hours="7", at=october)

    row = ComponentUsage.objects.get()
    assert (row.billing_period, row.date) == (date(2026, 10, 1), october)
    assert shown(resource)[0] == {}


def test_the_month_is_that_of_the_sender_s_calendar(resource, carol):
    midnight_in_finland = datetime(2026, 11, 1, tzinfo=timezone(timedelta(hours=2)))

    report(resource, carol, cpu_k_hours="7", at=midnight_in_finland)

    assert ComponentUsage.objects.get().billing_period == date(2026, 11, 1)


def test_a_closed_month_of_a_usage_based_component_is_for_staff_only(resource, carol, dave):
    october = datetime(2026, 10, 31, tzinfo=UTC)

    with pytest.raises(usage.MonthClosed) as refusal:
        report(resource, carol, gpu_k_hours="7", at=october)
    assert "backfilling past billing periods" in str(refusal.value.detail)

    report(resource, dave, gpu_k_hours="7", at=october)
    assert ComponentUsage.objects.get().billing_period == date(2026, 10, 1)


def test_a_past_month_of_a_limit_based_component_stays_open(resource, carol):
    report(resource, carol, cpu_k_hours="7", at=datetime(2025, 2, 1, tzinfo=UTC))

    assert ComponentUsage.objects.get().billing_period == date(2025, 2, 1)


def test_a_month_is_closed_only_when_it_is_over_everywhere(resource, carol):
    last_of_october = datetime(2026, 10, 31, 20, tzinfo=timezone(timedelta(hours=-8)))

    report(
        resource,
        carol,
        gpu_k_hours="7",
        at=last_of_october,
        now=datetime(2026, 11, 1, 4, tzinfo=UTC),
    )

    assert ComponentUsage.objects.get().billing_period == date(2026, 10, 1)


def test_a_month_that_has_not_begun_is_refused(resource, dave):
    with pytest.raises(usage.MonthAhead) as refusal:
        report(resource, dave, cpu_k_hours="1", at=datetime(2026, 12, 1, tzinfo=UTC))

    assert refusal.value.detail == {"date": ["Usage cannot be reported ahead of its month."]}


def test_a_month_that_has_begun_in_the_east_is_taken(resource, carol):
    report(
        resource,
        carol,
        cpu_k_hours="1",
        at=datetime(2026, 12, 1, tzinfo=timezone(timedelta(hours=12))),
        now=datetime(2026, 11, 30, 13, tzinfo=UTC),
    )

    assert ComponentUsage.objects.get().billing_period == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("at", "person", "error"),
    [
        (datetime(2024, 2, 1, tzinfo=UTC), "carol", None),
        (datetime(2024, 1, 31, 23, tzinfo=UTC), "carol", usage.BeforeAllocation),
        (datetime(2024, 1, 31, 23, tzinfo=UTC), "dave", None),
        (datetime(2000, 1, 1, tzinfo=UTC), "dave", None),
        (datetime(1999, 12, 31, tzinfo=UTC), "dave", usage.BeforeAllocation),
        (NOV + timedelta(days=1), "carol", None),
        (NOV + timedelta(days=1, seconds=1), "carol", usage.MonthAhead),
        (NOV + timedelta(days=1, seconds=1), "dave", usage.MonthAhead),
    ],
)
def test_a_report_is_of_a_month_of_the_allocation(resource, request, at, person, error):
    actor = request.getfixturevalue(person)
    if error is None:
        report(resource, actor, cpu_k_hours="1", at=at)
        assert ComponentUsage.objects.get().date == at
        return
    with pytest.raises(error) as refusal:
        report(resource, actor, cpu_k_hours="1", at=at)
    assert list(refusal.value.detail) == ["date"]
    assert not ComponentUsage.objects.exists()


def test_an_allocation_began_with_its_first_plan_when_that_is_earlier(resource, carol):
    start = datetime(2023, 5, 9, tzinfo=UTC)
    ResourcePlanPeriodFactory(resource=resource, start=start, end=BEGUN)
    report(resource, carol, cpu_k_hours="1", at=start)
    with pytest.raises(usage.BeforeAllocation):
        report(resource, carol, cpu_k_hours="1", at=start - timedelta(days=30))


def test_a_moment_is_stored_in_utc_and_its_month_is_the_senders(resource, carol):
    at = datetime(2026, 11, 1, 0, 30, tzinfo=timezone(timedelta(hours=23, minutes=59)))
    report(resource, carol, gpu_k_hours="1", at=at)
    row = ComponentUsage.objects.get()
    assert (row.billing_period, row.date) == (date(2026, 11, 1), at)
