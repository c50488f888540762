"""The plan periods of this month, for both sides of an allocation."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from accounting.ledger import month_of, preceding
from tests.api.times import iso
from tests.factories.accounting import ComponentUsageFactory, PlanPeriodUsageFactory
from tests.factories.marketplace import ResourcePlanPeriodFactory

CONSUMER = "/api/marketplace-resources/{}/plan_periods/"
PROVIDER = "/api/marketplace-provider-resources/{}/plan_periods/"


def test_a_period_shows_this_month_s_usages(as_user, carol, plan_period, now):
    usage = ComponentUsageFactory(resource=plan_period.resource, date=now, usage=Decimal("7.5"))
    PlanPeriodUsageFactory(component_usage=usage, plan_period=plan_period, usage=Decimal("2.5"))
    earlier = ComponentUsageFactory(
        resource=plan_period.resource, billing_period=preceding(month_of(now))
    )
    PlanPeriodUsageFactory(component_usage=earlier, plan_period=plan_period)

    response = as_user(carol).get(PROVIDER.format(plan_period.resource.uuid.hex))

    assert response.json() == [
        {
            "uuid": plan_period.uuid.hex,
            "plan_name": "Standard",
            "plan_uuid": plan_period.plan.uuid.hex,
            "start": iso(plan_period.start),
            "end": None,
            "components": [
                {
                    "uuid": usage.uuid.hex,
                    "created": iso(usage.created),
                    "date": iso(usage.date),
                    "description": "",
                    "measured_unit": "kh",
                    "missing_usage_policy": "none",
                    "name": "CPU",
                    "recurring": False,
                    "type": "cpu_k_hours",
                    "usage": "2.50",
                }
            ],
        }
    ]


def test_periods_that_ended_before_this_month_are_over(as_user, alice, resource, now):
    first = now.replace(day=1, hour=0, minute=0, second=0)
    ResourcePlanPeriodFactory(resource=resource, start=None, end=first - timedelta(seconds=1))
    ended = ResourcePlanPeriodFactory(resource=resource, start=first - timedelta(days=9), end=first)
    current = ResourcePlanPeriodFactory(resource=resource, start=first)

    shown = as_user(alice).get(CONSUMER.format(resource.uuid)).json()

    assert [row["uuid"] for row in shown] == [ended.uuid.hex, current.uuid.hex]


@pytest.mark.parametrize(
    ("role", "consumes", "provides"),
    [
        ("alice", 200, 404),
        ("pi", 200, 404),
        ("bob", 200, 404),
        ("carol", 404, 200),
        ("dave", 200, 200),
        ("sam", 200, 200),
        ("mallory", 404, 404),
    ],
)
def test_each_side_reads_at_its_own_address(
    as_user, request, plan_period, role, consumes, provides
):
    client = as_user(request.getfixturevalue(role))

    for url, status in ((CONSUMER, consumes), (PROVIDER, provides)):
        assert client.get(url.format(plan_period.resource.uuid.hex)).status_code == status
