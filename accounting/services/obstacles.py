"""What is left of an allocation's limits and of a person's own, and what holds its flags."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from accounting.ledger import begins, following, month_of
from accounting.models import ComponentUserUsage, ComponentUserUsageLimit, PolicyState
from accounting.obstacles import HoldFacts, LimitFacts, UsageFacts
from accounting.periods import sum_of
from accounting.services import month_rows, policy_flags
from accounting.thresholds import WHOLE, grace_limit
from marketplace.components import BillingType, LimitPeriod

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from allocations.models import OfferingUser
    from marketplace.models import OfferingComponent, Resource

NOTHING = Decimal(0)
LARGEST = 30
"""Of how many digits amounts are; larger ones nobody can be granted, and no sentence can hold."""

IN_WORDS: Mapping[str, str] = {
    LimitPeriod.MONTH: "this month",
    LimitPeriod.QUARTERLY: "this quarter",
    LimitPeriod.ANNUAL: "this year",
    LimitPeriod.TOTAL: "in all",
}


def state_of(resource: Resource) -> PolicyState | None:
    """Return how an allocation stands under its offering's usage policy, if that looks at it."""
    states = PolicyState.objects.filter(resource=resource).select_related("policy__offering")
    found: PolicyState | None = states.order_by("-evaluated_at", "pk").first()
    return found


def of_usage(
    resource: Resource, account: OfferingUser | None, state: PolicyState | None, *, now: datetime
) -> UsageFacts:
    """Return what is left of an allocation, and of a person's own limits, by their account."""
    month = month_of(now)
    components = {one.type: one for one in resource.offering.components.all()}
    held = policy_flags.held_by(state, resource) if state else frozenset()
    grace = grace_limit(state.policy.grace_ratio) if state else Decimal(WHOLE)
    return UsageFacts(
        is_paused=resource.paused,
        paused_by=_hold(state, grace) if state and "paused" in held else None,
        is_downscaled=resource.downscaled,
        downscaled_by=_hold(state, Decimal(WHOLE)) if state and "downscaled" in held else None,
        limits=_limits(resource, components, month),
        own=_own(resource, account, month),
        grace=grace if state else None,
    )


def _hold(state: PolicyState, threshold: Decimal) -> HoldFacts:
    return HoldFacts(
        policy=str(state.policy),
        percentage=state.usage_percentage,
        threshold=threshold,
        period=state.billing_period,
        evaluated=state.evaluated_at,
    )


def _limits(
    resource: Resource, components: Mapping[str, OfferingComponent], month: date
) -> list[LimitFacts]:
    used = month_rows.usage_by_month([resource.pk], until=month)[resource.pk]
    limits = {name: _amount(value) for name, value in resource.limits.items()}
    return [
        _left(components[name], limit, used.get(name, {}), month)
        for name, limit in sorted(limits.items())
        if limit is not None
        and name in components
        and components[name].billing_type == BillingType.LIMIT
    ]


def _own(resource: Resource, account: OfferingUser | None, month: date) -> list[LimitFacts]:
    """Return a person's own limits; what they used is reported by their account or its name."""
    limits = ComponentUserUsageLimit.objects.filter(resource=resource, user=account)
    theirs = Q(user=account) | Q(username=account.username if account else "")
    parts = ComponentUserUsage.objects.filter(
        theirs, component_usage__resource=resource, component_usage__billing_period__lte=month
    )
    used: dict[int, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for component, of_month, usage in parts.values_list(
        "component_usage__component", "component_usage__billing_period", "usage"
    ):
        used[component][of_month] += usage
    return [
        _left(row.component, row.limit, used[row.component_id], month)
        for row in limits.select_related("component").order_by("component__type", "pk")
    ]


def _left(
    component: OfferingComponent, limit: Decimal, months: Mapping[date, Decimal], month: date
) -> LimitFacts:
    chosen = component.limit_period
    period = LimitPeriod(chosen) if chosen and chosen in IN_WORDS else LimitPeriod.MONTH
    return LimitFacts(
        component=component.name or component.type,
        used=sum_of(months, begins(period, month), following(month), NOTHING),
        limit=limit,
        unit=component.measured_unit,
        period=IN_WORDS[period],
    )


def _amount(value: Any) -> Decimal | None:
    """Return a limit as a number; what was stored long ago may be anything."""
    if isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return amount if amount.is_finite() and abs(amount.adjusted()) <= LARGEST else None
