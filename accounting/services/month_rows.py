"""The rows of a month: one for each component, with the parts that fell into plan periods.

What a month came to is read and written here and nowhere else (docs/adr/0007).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F

from accounting.models import ComponentUsage, PlanPeriodUsage
from accounting.plan_parts import add_up

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from marketplace.models import Resource, ResourcePlanPeriod

REPLACED = (
    "date",
    "usage",
    "description",
    "recurring",
    "missing_usage_policy",
    "modified_by",
    "modified",
)
"""What a later report replaces."""


@dataclass
class MonthUsage:
    """What a month came to so far, and its parts by plan period, the earliest first."""

    usage: Decimal = Decimal(0)
    parts: dict[int, Decimal] = field(default_factory=dict)

    @property
    def without_plan(self) -> Decimal:
        """What was used while there was no plan."""
        return self.usage - sum(self.parts.values(), Decimal(0))

    def total_with(self, part: Decimal, period: int) -> Decimal:
        """Return what the month comes to if one period's part is such."""
        return self.usage - self.parts.get(period, Decimal(0)) + part

    def divided(self, total: Decimal, period: int | None) -> dict[int, Decimal]:
        """Return the parts if the month comes to `total` and goes on in a period, or without."""
        others = {key: part for key, part in self.parts.items() if key != period}
        _, *parts = add_up(total, [self.without_plan, *others.values()])
        keys = others if period is None else [*others, period]
        return dict(zip(keys, parts, strict=False))


NONE = MonthUsage()

UsageByMonth = dict[str, dict["date", Decimal]]
"""What components came to, by type and the first of the month."""


def usage_by_month(
    resources: Collection[int], *, since: date | None = None, until: date
) -> Mapping[int, UsageByMonth]:
    """Return what was used in the months from one to another, by the keys of resources."""
    rows = ComponentUsage.objects.filter(resource__in=resources, billing_period__lte=until)
    if since is not None:
        rows = rows.filter(billing_period__gte=since)
    found: dict[int, UsageByMonth] = defaultdict(lambda: defaultdict(dict))
    for resource, component, month, usage in rows.values_list(
        "resource_id", "component__type", "billing_period", "usage"
    ):
        found[resource][component][month] = usage
    return found


def load(held: Resource, month: date) -> dict[int, MonthUsage]:
    """Return what was reported of a month, by component."""
    found: dict[int, MonthUsage] = {}
    rows = ComponentUsage.objects.filter(resource=held, billing_period=month).order_by(
        F("plan_parts__plan_period__start").asc(nulls_first=True), "plan_parts__plan_period"
    )
    for component, usage, period, part in rows.values_list(
        "component", "usage", "plan_parts__plan_period", "plan_parts__usage"
    ):
        row = found.setdefault(component, MonthUsage(usage))
        if period is not None:
            row.parts[period] = part
    return found


def store(
    rows: Sequence[ComponentUsage],
    period: ResourcePlanPeriod | None,
    so_far: Mapping[int, MonthUsage],
) -> None:
    """Put rows of one month in the place of those before; the month goes on in the plan period.

    The caller holds the resource.
    """
    stored = ComponentUsage.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["resource", "component", "billing_period"],
        update_fields=REPLACED,
    )
    goes_on = None if period is None else period.pk
    PlanPeriodUsage.objects.bulk_create(
        [
            PlanPeriodUsage(component_usage=row, plan_period_id=key, usage=part)
            for row in stored
            for key, part in so_far.get(row.component_id, NONE).divided(row.usage, goes_on).items()
        ],
        update_conflicts=True,
        unique_fields=["component_usage", "plan_period"],
        update_fields=["usage"],
    )
