"""A new month begins with what recurs; a month without a report is what the last report said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.utils.timezone import now as timezone_now

from accounting import tasks
from accounting.ledger import month_of, preceding
from accounting.models import ComponentUsage
from accounting.services import new_months
from accounting.services.usage import Reported, set_usage
from identity.models import Event
from marketplace.usage_snapshot import current_usages, limit_usage
from tests.factories.accounting import ComponentUsageFactory
from tests.factories.marketplace import (
    HpcOfferingFactory,
    ResourceFactory,
    ResourcePlanPeriodFactory,
)

pytestmark = pytest.mark.django_db

SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def resource(db):
    return ResourceFactory(current_usages={"cpu_k_hours": "7.00"}, limit_usage={"cpu_k_hours": 7})


def used(resource, month, **more):
    return ComponentUsageFactory(
        resource=resource,
        date=datetime(month.year, month.month, 15, tzinfo=UTC),
        usage=Decimal(7),
        **more,
    )


def amounts():
    rows = ComponentUsage.objects.order_by("billing_period", "pk")
    return list(rows.values_list("billing_period", "usage"))


def test_what_recurs_stands_in_the_new_month(resource):
    period = ResourcePlanPeriodFactory(resource=resource, start=NOW.replace(day=1))
    used(resource, OCTOBER, recurring=True, description="a reservation")

    assert new_months.carry_over(resource, now=NOW) == 1

    row = ComponentUsage.objects.get(billing_period=NOVEMBER)
    assert (row.usage, row.recurring, row.description, row.date) == (
        Decimal(7),
        True,
        "a reservation",
        NOW,
    )
    assert list(row.plan_parts.values_list("plan_period", "usage")) == [(period.pk, Decimal(7))]
    resource.refresh_from_db()
    assert resource.current_usages == {"cpu_k_hours": "7.00"}
    event = Event.objects.get()
    assert (event.kind, event.actor, event.payload) == (
        "usage.carried_over",
        None,
        {"usages": [["2026-11-01", "cpu_k_hours"]]},
    )


@pytest.mark.parametrize(("policy", "amount"), [("reuse", 7), ("zero", 0), ("none", None)])
def test_a_month_without_a_report_is_what_the_last_report_asked_for(resource, policy, amount):
    used(resource, SEPTEMBER, missing_usage_policy=policy)

    new_months.carry_over(resource, now=NOW)

    assert amounts() == [(SEPTEMBER, 7)] + ([(OCTOBER, amount)] if amount is not None else [])


def test_a_month_is_not_filled_before_it_is_over_everywhere(resource):
    used(resource, SEPTEMBER, missing_usage_policy="reuse")

    new_months.carry_over(resource, now=datetime(2026, 11, 1, 11, tzinfo=UTC))

    assert amounts() == [(SEPTEMBER, 7)]


def test_a_report_is_not_replaced_and_the_second_time_nothing_happens(resource):
    used(resource, SEPTEMBER, missing_usage_policy="reuse")
    october = used(resource, OCTOBER, recurring=True, missing_usage_policy="reuse")
    type(october).objects.filter(pk=october.pk).update(usage=3)

    assert new_months.carry_over(resource, now=NOW) == 1
    assert new_months.carry_over(resource, now=NOW) == 0

    assert amounts() == [(SEPTEMBER, 7), (OCTOBER, 3), (NOVEMBER, 3)]
    assert Event.objects.count() == 1


def test_a_resource_shows_the_present_month(resource):
    used(resource, OCTOBER)

    assert list(new_months.unsettled(now=NOW)) == [resource]
    assert new_months.carry_over(resource, now=NOW) == 0

    resource.refresh_from_db()
    assert resource.current_usages == {}
    assert resource.limit_usage == {"cpu_k_hours": 0, "gb_k_hours": 0}
    assert list(new_months.unsettled(now=NOW)) == []
    assert not Event.objects.exists()


def test_a_terminated_resource_keeps_what_it_showed(resource):
    used(resource, OCTOBER, recurring=True)
    type(resource).objects.update(state="Terminated")

    assert list(new_months.unsettled(now=NOW)) == []
    assert new_months.carry_over(resource, now=NOW) == 0
    assert amounts() == [(OCTOBER, 7)]


def test_the_task_sees_to_every_resource(resource):
    tasks.begin_month()

    resource.refresh_from_db()
    assert resource.current_usages == {}
    tasks.begin_month()


def test_each_month_is_shown_from_its_first_second_on(carol, provider, project):
    """Whether a site in the east reports early, reports nothing, or beat has not come by yet."""
    offering = HpcOfferingFactory(customer=provider)
    begun = datetime(2026, 9, 1, tzinfo=UTC)
    early, silent = (
        ResourceFactory(project=project, offering=offering, created=begun) for _ in range(2)
    )
    for name, period in (("cpu_k_hours", "annual"), ("gb_k_hours", "month")):
        offering.components.filter(type=name).update(limit_period=period)
    late = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
    east = timezone(timedelta(hours=2))
    for resource in (early, silent):
        reported = [Reported("cpu_k_hours", Decimal(7)), Reported("gb_k_hours", Decimal(5))]
        set_usage(resource, reported, actor=carol, now=late)
    nothing = [Reported("cpu_k_hours", Decimal(0)), Reported("gb_k_hours", Decimal(2))]
    at = datetime(2026, 11, 1, 0, 30, tzinfo=east)
    set_usage(early, nothing, at=at, actor=carol, now=late)

    used = {"cpu_k_hours": "7.00", "gb_k_hours": "5.00"}
    ahead = {"cpu_k_hours": "0.00", "gb_k_hours": "2.00"}
    for resource, today, usages, against in (
        (early, date(2026, 10, 31), used, (7, 5)),
        (silent, date(2026, 10, 31), used, (7, 5)),
        (early, date(2026, 11, 1), ahead, (7, 2)),
        (silent, date(2026, 11, 1), {}, (7, 0)),
        (silent, date(2026, 12, 1), {}, (7, 0)),
    ):
        resource.refresh_from_db()
        shown = (resource.state, resource.usage_month, today)
        assert (
            current_usages(*shown, resource.current_usages, resource.following_usages),
            limit_usage(*shown, resource.limit_usage, resource.following_usages),
        ) == (usages, dict(zip(("cpu_k_hours", "gb_k_hours"), against, strict=True)))

    assert sorted(new_months.unsettled(now=NOW), key=lambda one: one.pk) == [early, silent]
    tasks.begin_month()
    assert not new_months.unsettled(now=timezone_now()).exists()


def test_the_api_shows_the_month_of_today(as_user, dave, resource):
    month = month_of(timezone_now())
    last = preceding(month)
    following = {"current_usages": {"cpu_k_hours": "1.00"}, "limit_usage": {"cpu_k_hours": 8}}
    for written_for, usages in ((month, "7.00"), (last, "1.00")):
        type(resource).objects.update(usage_month=written_for, following_usages=following)
        for side in ("resources", "provider-resources"):
            at = f"/api/marketplace-{side}/{resource.uuid.hex}/"
            shown = as_user(dave).get(at).json()
            assert shown["current_usages"] == {"cpu_k_hours": usages}
            assert shown["limit_usage"] == {"cpu_k_hours": 7 if written_for == month else 8}
            listed = as_user(dave).get(f"/api/marketplace-{side}/").json()[0]
            assert shown.items() >= listed.items()
