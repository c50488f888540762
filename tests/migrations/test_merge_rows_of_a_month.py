from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.factories.marketplace import ResourceFactory, ResourcePlanPeriodFactory

if TYPE_CHECKING:
    from identity.models import User

BEFORE, AFTER = "0004_desired_state", "0007_usage_is_unique_by_month"
OF_PEOPLE = ("uuid", "component_usage__uuid", "username", "usage", "created")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def migrate(to: str) -> Any:
    """Migrate within the test's transaction, and return the models of that time."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    executor = MigrationExecutor(connection)
    state = executor.migrate([("accounting", to)])
    return lambda name: state.apps.get_model("accounting", name).objects


@pytest.mark.django_db
def test_rows_of_a_month_become_one_without_a_loss_and_can_be_had_back(dave: User) -> None:
    resource = ResourceFactory()
    cpu = resource.offering.components.get(type="cpu_k_hours")
    first = ResourcePlanPeriodFactory(resource=resource, start=NOW - timedelta(days=50), end=NOW)
    second = ResourcePlanPeriodFactory(resource=resource, start=NOW)
    of = migrate(BEFORE)

    def used(period: Any, usage: str, month: int = 11, **people: str) -> None:
        row = of("ComponentUsage").create(
            resource_id=resource.pk,
            component_id=cpu.pk,
            plan_period_id=period and period.pk,
            billing_period=datetime(2026, month, 1, tzinfo=UTC).date(),
            date=NOW,
            usage=Decimal(usage),
            description=f"{usage} so far",
            modified_by_id=dave.pk,
        )
        for name, amount in people.items():
            of("ComponentUserUsage").create(
                component_usage=row, username=name, usage=Decimal(amount)
            )

    used(second, "30", ada="21", ben="9")  # what came first has no bearing on what counts
    used(first, "20", ada="12", cleo="8")
    used(None, "5", cleo="5")
    used(first, "7", month=10)
    used(None, "3", month=9)
    told = sorted(of("ComponentUsage").values_list())
    people = sorted(of("ComponentUserUsage").values_list(*OF_PEOPLE))

    of = migrate(AFTER)

    rows = of("ComponentUsage").order_by("billing_period")
    assert list(rows.values_list("billing_period__month", "usage")) == [(9, 3), (10, 7), (11, 30)]
    november = rows.last()
    assert november.uuid == told[0][1]
    divided = of("PlanPeriodUsage").order_by("component_usage__billing_period", "plan_period")
    assert list(divided.values_list("plan_period", "usage")) == [
        (first.pk, 7),
        (first.pk, 15),
        (second.pk, 10),
    ]
    by_whom = november.user_usages.order_by("username").values_list("username", "usage")
    assert list(by_whom) == [("ada", 21), ("ben", 9), ("cleo", 8)]

    of = migrate(BEFORE)

    assert sorted(row[1:] for row in of("ComponentUsage").values_list()) == sorted(
        row[1:] for row in told
    )
    assert sorted(of("ComponentUserUsage").values_list(*OF_PEOPLE)) == people
    migrate(AFTER)
