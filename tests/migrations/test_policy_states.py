from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounting.models import PolicyState
from tests.factories.accounting import PolicyStateFactory

BEFORE, AFTER = "0007_usage_is_unique_by_month", "0008_policy_states"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def migrate(to: str) -> Any:
    """Migrate within the test's transaction, and return the models of that time."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    executor = MigrationExecutor(connection)
    state = executor.migrate([("accounting", to)])
    return lambda name: state.apps.get_model("accounting", name).objects


@pytest.mark.django_db
def test_how_resources_stand_under_policies_is_kept_both_ways() -> None:
    PolicyStateFactory(fired=True, settings={"fairshare": 3}, evaluated_at=NOW)
    PolicyStateFactory(notified_period="2026-11")
    rows = list(PolicyState.objects.order_by("pk").values())

    former = migrate(BEFORE)("PolicyStanding")
    assert list(former.order_by("pk").values()) == rows
    policy = former.order_by("pk").first().policy
    assert policy.standings.count() == 1

    assert list(migrate(AFTER)("PolicyState").order_by("pk").values()) == rows
    assert PolicyState.objects.get(pk=rows[0]["id"]).policy.states.count() == 1
