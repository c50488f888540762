"""What a resource shows of its usage: derived from the stored reports, never added up in place."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from accounting.ledger import current_usages, following, limit_usage, month_of
from accounting.models import ComponentUsage
from marketplace.components import BillingType
from marketplace.services import resources

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from marketplace.models import Resource


def refresh(held: Resource, *, now: datetime) -> None:
    """Derive this month's usage of a resource, and that against its limits, and write it down.

    And the next month's, of which sites in the east may have reported already.

    Part of the caller's transaction, which holds the resource.
    """
    month = month_of(now)
    after = following(month)
    used = usage_by_month(held, until=after)
    limited = held.offering.components.filter(billing_type=BillingType.LIMIT)
    periods = dict(limited.values_list("type", "limit_period"))
    resources.record_usage_snapshot(
        held,
        current_usages=current_usages(used, month),
        limit_usage=limit_usage(used, periods, month),
        month=month,
        following={
            "current_usages": current_usages(used, after),
            "limit_usage": limit_usage(used, periods, after),
        },
        now=now,
    )


def usage_by_month(held: Resource, *, until: date) -> dict[str, dict[date, Decimal]]:
    """Return what each component came to in each month."""
    used: dict[str, dict[date, Decimal]] = defaultdict(dict)
    rows = ComponentUsage.objects.filter(resource=held, billing_period__lte=until)
    for component, month, amount in rows.values_list("component__type", "billing_period", "usage"):
        used[component][month] = amount
    return used
