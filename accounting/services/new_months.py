"""What a new month begins with, and what a month without a report means.

A usage that recurs stands in the next month from its first day, until a report replaces it. Of a
month that ended without a report, what the last report asked for is recorded: the same amount
again (`reuse`), nothing used (`zero`), or no word (`none`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounting import event_kinds as kinds
from accounting.ledger import is_over, month_of, preceding
from accounting.models import ComponentUsage
from accounting.models.usage import MissingUsagePolicy
from accounting.services import month_rows
from accounting.services.totals import refresh
from accounting.services.usage import plan_period_of
from identity import events
from marketplace.lifecycle import USABLE
from marketplace.models import Resource
from marketplace.services import locking

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

FILLED = (MissingUsagePolicy.REUSE, MissingUsagePolicy.ZERO)


def unsettled(*, now: datetime) -> QuerySet[Resource]:
    """Return the resources that still show an earlier month, or may have something to carry over.

    Those in use only: a terminated one keeps what it showed last.
    """
    month = month_of(now)
    usages = ComponentUsage.objects.filter(resource=OuterRef("pk"))
    recent = usages.filter(
        Q(recurring=True) | Q(missing_usage_policy__in=FILLED),
        billing_period__gte=preceding(preceding(month)),
    )
    shows_any = ~Q(current_usages={}) | ~Q(limit_usage={})
    is_stale = shows_any & (Q(usage_month__isnull=True) | Q(usage_month__lt=month))
    return Resource.objects.filter(is_stale | Q(Exists(recent)), state__in=USABLE).order_by("pk")


@transaction.atomic
def carry_over(resource: Resource, *, now: datetime) -> int:
    """Record what recurs and what was not reported, and show the present month; return how many.

    It may run any number of times: what a report or an earlier run recorded is left alone.
    """
    held = locking.resource(resource)
    if held.state not in USABLE:
        return 0
    this = month_of(now)
    last = preceding(this)
    added = _copy(held, Q(recurring=True), last, this, now=now)
    if is_over(last, now):
        added += _copy(held, Q(missing_usage_policy__in=FILLED), preceding(last), last, now=now)
    refresh(held, now=now)
    if added:
        events.record(
            kinds.USAGE_CARRIED_OVER,
            held,
            actor=None,
            now=now,
            payload={"usages": sorted(added)},
        )
    return len(added)


def _copy(
    held: Resource, which: Q, source: date, target: date, *, now: datetime
) -> list[tuple[str, str]]:
    """Record for a month what an earlier one says of components that have no report in it."""
    reported = ComponentUsage.objects.filter(resource=held, billing_period=target)
    rows = (
        ComponentUsage.objects.filter(which, resource=held, billing_period=source)
        .exclude(component__in=reported.values("component"))
        .select_related("component")
        .order_by("component_id")
    )
    copies = [
        ComponentUsage(
            resource=held,
            component=row.component,
            billing_period=target,
            date=now,
            usage=_amount(row),
            description=row.description,
            recurring=row.recurring,
            missing_usage_policy=row.missing_usage_policy,
            created=now,
        )
        for row in rows
    ]
    month_rows.store(copies, plan_period_of(held, target), {})
    return [(target.isoformat(), copy.component.type) for copy in copies]


def _amount(row: ComponentUsage) -> Decimal:
    is_zero = row.missing_usage_policy == MissingUsagePolicy.ZERO and not row.recurring
    return Decimal(0) if is_zero else row.usage
