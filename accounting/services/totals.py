"""What a resource shows of its usage: derived from the stored reports, never added up in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounting.ledger import current_usages, following, limit_usage, month_of
from accounting.services import month_rows
from marketplace.components import BillingType
from marketplace.services import resources

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.models import Resource


def refresh(held: Resource, *, now: datetime) -> None:
    """Derive this month's usage of a resource, and that against its limits, and write it down.

    And the next month's, of which sites in the east may have reported already.

    Part of the caller's transaction, which holds the resource.
    """
    month = month_of(now)
    after = following(month)
    used = month_rows.usage_by_month([held.pk], until=after)[held.pk]
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
