"""When usage is reported and how, and what is stored and shown of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from accounting.models import PlanPeriodUsage
from accounting.services.usage import Reported, set_usage

NOV = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEGUN = datetime(2024, 3, 1, 5, tzinfo=UTC)
"""Still February in the west."""
MONTH = date(2026, 11, 1)


def of(**amounts):
    return [Reported(type=name, amount=Decimal(amount)) for name, amount in amounts.items()]


def report(resource, actor, *, now=NOV, **more):
    options = {key: more.pop(key) for key in ("at", "plan_period") if key in more}
    set_usage(resource, of(**more), **options, actor=actor, now=now)


def shown(resource):
    resource.refresh_from_db()
    return resource.current_usages, resource.limit_usage


def parts():
    rows = PlanPeriodUsage.objects.order_by("plan_period__start")
    return [(p.component_usage.billing_period, p.plan_period, p.usage) for p in rows]
