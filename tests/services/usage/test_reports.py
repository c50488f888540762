"""What sites report is stored as it is, and what a resource shows is derived from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounting.amounts import AmountUnusable, Repeated
from accounting.ledger import month_of, preceding
from accounting.models import ComponentUsage
from accounting.models.usage import MissingUsagePolicy
from accounting.services import usage
from accounting.services.usage import Reported, set_usage
from identity.models import Event
from marketplace.components import LimitPeriod
from marketplace.lifecycle import REPORTABLE, ResourceState
from tests.factories.accounting import ComponentUsageFactory
from tests.factories.marketplace import OrderFactory, ResourceFactory, ResourcePlanPeriodFactory
from tests.services.usage.reporting import BEGUN, NOV, of, report, shown

pytestmark = pytest.mark.django_db


def test_a_report_becomes_one_row_per_component_and_an_event(resource, carol):
    report(resource, carol, cpu_k_hours="3.25", gpu_k_hours="1")

    rows = ComponentUsage.objects.order_by("component__type")
    assert list(
        rows.values_list("component__type", "usage", "billing_period", "date", "modified_by")
    ) == [
        ("cpu_k_hours", Decimal("3.25"), date(2026, 11, 1), NOV, carol.pk),
        ("gpu_k_hours", Decimal("1.00"), date(2026, 11, 1), NOV, carol.pk),
    ]
    event = Event.objects.get()
    assert (event.kind, event.subject_uuid, event.actor) == (
        "usage.recorded",
        resource.uuid,
        carol,
    )
    assert (event.project, event.provider) == (resource.project, resource.offering.customer)
    assert event.payload == {
        "billing_period": "2026-11-01",
        "usages": {"cpu_k_hours": "3.25", "gpu_k_hours": "1"},
    }


def test_a_later_report_replaces_and_does_not_add(resource, carol):
    report(resource, carol, cpu_k_hours="3.25")
    first = ComponentUsage.objects.get()

    set_usage(
        resource,
        [
            Reported(
                "cpu_k_hours",
                Decimal(2),
                description="corrected",
                recurring=True,
                missing_usage_policy=MissingUsagePolicy.REUSE,
            )
        ],
        actor=carol,
        now=NOV + timedelta(hours=1),
    )

    row = ComponentUsage.objects.get()
    assert (row.uuid, row.created) == (first.uuid, first.created)
    assert (row.usage, row.date) == (Decimal(2), NOV + timedelta(hours=1))
    assert (row.description, row.recurring, row.missing_usage_policy) == (
        "corrected",
        True,
        "reuse",
    )


def test_the_same_report_again_is_no_event(resource, carol):
    report(resource, carol, cpu_k_hours="3.25")
    report(resource, carol, cpu_k_hours="3.25", now=NOV + timedelta(minutes=30))

    assert Event.objects.filter(kind="usage.recorded").count() == 1
    assert ComponentUsage.objects.get().date == NOV + timedelta(minutes=30)


def test_an_event_names_what_changed_only(resource, carol):
    report(resource, carol, cpu_k_hours="3", gpu_k_hours="1")
    report(resource, carol, cpu_k_hours="3", gpu_k_hours="2")

    assert Event.objects.latest("pk").payload["usages"] == {"gpu_k_hours": "2"}


def test_a_partial_report_leaves_the_other_components_as_they_are(resource, carol):
    report(resource, carol, cpu_k_hours="3.25", gb_k_hours="2.5")
    report(resource, carol, cpu_k_hours="4")

    assert shown(resource) == (
        {"cpu_k_hours": "4.00", "gb_k_hours": "2.50"},
        {"cpu_k_hours": 4, "gb_k_hours": 2.5},
    )


def test_an_empty_report_changes_nothing(resource, carol):
    report(resource, carol)

    assert not ComponentUsage.objects.exists()
    assert not Event.objects.exists()


def test_usage_above_the_limit_is_stored(resource, carol):
    resource.offering.components.filter(type="gpu_k_hours").update(limit_amount=500)

    report(resource, carol, cpu_k_hours="5000", gpu_k_hours="501")

    assert shown(resource)[0] == {"cpu_k_hours": "5000.00", "gpu_k_hours": "501.00"}


@pytest.mark.parametrize("state", sorted(ResourceState))
def test_usage_is_reported_for_resources_in_use_only(resource, carol, state):
    type(resource).objects.filter(pk=resource.pk).update(state=state)

    if state in REPORTABLE:
        report(resource, carol, cpu_k_hours="1")
        assert ComponentUsage.objects.count() == 1
        return
    with pytest.raises(usage.WrongState) as refusal:
        report(resource, carol, cpu_k_hours="1")
    assert refusal.value.detail == {"resource": ["Resource is not in valid state."]}


ENDED = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize("state", [ResourceState.TERMINATED, ResourceState.CREATING])
def test_of_what_has_ended_the_last_period_is_reported_until_its_month_is_closed(
    resource, carol, dave, sam, state
):
    """Also while it waits to be restored; one without a plan ended with its order."""
    without_plan = ResourceFactory(
        project=resource.project, offering=resource.offering, plan=None, created=BEGUN
    )
    resources = type(resource).objects.filter(pk__in=(resource.pk, without_plan.pk))
    resources.update(state=state)
    ResourcePlanPeriodFactory(resource=resource, start=ENDED - timedelta(days=99), end=ENDED)
    OrderFactory(resource=without_plan, type="Terminate", state="done", completed_at=ENDED)
    october, december = datetime(2026, 10, 9, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)
    for held in resources:
        report(held, carol, gb_k_hours="1")
        report(held, carol, gb_k_hours="3", at=NOV, now=december - timedelta(hours=1))
        for at, now, refusal in (
            (october, NOV, usage.MonthClosed),
            (NOV, december, usage.MonthClosed),
            (december, december, usage.WrongState),
        ):
            with pytest.raises(refusal):
                report(held, carol, gb_k_hours="9", at=at, now=now)
        assert held.component_usages.get().usage == 3
        report(held, dave, gb_k_hours="4", at=NOV, now=december)
        assert held.component_usages.get().usage == 4


def test_the_state_under_the_lock_counts(resource, carol):
    stale = type(resource).objects.get(pk=resource.pk)
    type(resource).objects.filter(pk=resource.pk).update(state=ResourceState.TERMINATED)

    with pytest.raises(usage.WrongState):
        report(stale, carol, cpu_k_hours="1")


def test_unknown_and_fixed_components_are_refused_sorted(resource, carol):
    with pytest.raises(usage.UnknownUsageComponents) as refusal:
        report(resource, carol, zz="1", node_fee="1", cpu_k_hours="1", aa="1")

    assert refusal.value.detail == {
        "non_field_errors": ["These components are invalid: aa, node_fee, zz."]
    }
    assert not ComponentUsage.objects.exists()


def test_a_component_named_twice_is_refused(resource, carol):
    twice = [*of(gpu_k_hours="1"), *of(gpu_k_hours="2")]

    with pytest.raises(Repeated) as refusal:
        set_usage(resource, twice, actor=carol, now=NOV)

    assert refusal.value.detail == {
        "non_field_errors": ["These components are repeated: gpu_k_hours."]
    }


@pytest.mark.parametrize(
    "amount", ["-0.01", "NaN", "Infinity", "-Infinity", "1.234", "1234567890123456789"]
)
def test_what_is_no_amount_is_refused(resource, carol, amount):
    with pytest.raises(AmountUnusable):
        report(resource, carol, cpu_k_hours=amount)

    assert not ComponentUsage.objects.exists()


def test_nothing_and_the_largest_amount_are_taken(resource, carol):
    report(resource, carol, cpu_k_hours="0", gpu_k_hours="999999999999999999.99")

    assert shown(resource)[0] == {
        "cpu_k_hours": "0.00",
        "gpu_k_hours": "999999999999999999.99",
    }


# --- limits and their periods ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "used"),
    [
        (None, 1),
        (LimitPeriod.MONTH, 1),
        (LimitPeriod.QUARTERLY, 11),
        (LimitPeriod.ANNUAL, 111),
        (LimitPeriod.TOTAL, 1111),
    ],
)
def test_what_counts_against_a_limit_depends_on_its_period(resource, carol, period, used):
    resource.offering.components.filter(type="cpu_k_hours").update(limit_period=period)
    for month, amount in (((2025, 12), 1000), ((2026, 9), 100), ((2026, 10), 10)):
        report(resource, carol, cpu_k_hours=amount, at=datetime(*month, 3, tzinfo=UTC))

    report(resource, carol, cpu_k_hours=1)

    current, against_limits = shown(resource)
    assert current == {"cpu_k_hours": "1.00"}
    assert against_limits == {"cpu_k_hours": used, "gb_k_hours": 0}


def test_a_new_month_begins_with_nothing(resource, carol):
    report(resource, carol, cpu_k_hours="9", gb_k_hours="4")

    report(resource, carol, gb_k_hours="1", now=datetime(2026, 12, 2, tzinfo=UTC))

    assert shown(resource) == ({"gb_k_hours": "1.00"}, {"cpu_k_hours": 0, "gb_k_hours": 5})


def test_another_resource_s_usage_is_its_own(resource, carol):
    other = ComponentUsageFactory(date=NOV, usage=Decimal(99))

    report(resource, carol, cpu_k_hours="1")

    other.refresh_from_db()
    assert other.usage == Decimal(99)
    assert shown(resource)[0] == {"cpu_k_hours": "1.00"}
    assert other.billing_period == month_of(NOV) != preceding(month_of(NOV))
