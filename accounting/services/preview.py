"""What settings of a policy would mean for an allocation, before they are saved: reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from accounting.ledger import month_of
from accounting.models import SlurmCommandHistory, SlurmPeriodicUsagePolicy
from accounting.periods import Period, first_month, last_day
from accounting.projection import QosStatus, Thresholds
from accounting.services import measuring
from accounting.site_settings import LimitType, commands_for, settings_for
from accounting.thresholds import Measured, Portion, Terms, portion, shown

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounting.site_settings import Command
    from marketplace.models import Resource

SHOWN = 50


@dataclass(frozen=True)
class Draft:
    """The settings that are tried, and the amounts where no resource is named."""

    allocation: Decimal = Decimal(1000)
    grace_ratio: Decimal = Decimal("0.2")
    previous_usage: Decimal = Decimal(0)
    carryover_factor: int = 50
    carryover_enabled: bool = True
    current_usage: Decimal = Decimal(0)
    daily_usage_rate: Decimal = Decimal(0)


@dataclass(frozen=True)
class Preview:
    """What they would mean."""

    draft: Draft
    portion: Portion
    daily_usage_rate: Decimal
    begins: date | None = None
    ends: date | None = None
    commands: list[Command] = field(default_factory=list)
    history: list[int] = field(default_factory=list)

    @property
    def thresholds(self) -> Thresholds:
        """The amounts at which something would happen."""
        return Thresholds(self.portion.allowed, self.draft.grace_ratio)

    @property
    def percentage(self) -> Decimal:
        """How much of it is used, in percent."""
        return shown(self.portion.share)

    @property
    def status(self) -> QosStatus:
        """How the allocation would fare at once."""
        return self.thresholds.status(self.portion.used)


def impact(draft: Draft, resource: Resource | None, *, now: datetime) -> Preview:
    """Return what a policy would mean; amounts are the resource's where one is named.

    Its period, weights and component limits are those of the policy that its offering has, if any;
    without one it is measured by quarters, which is what a new policy begins with.
    """
    factor = draft.carryover_factor if draft.carryover_enabled else 0
    if resource is None:
        terms = Terms(Period.MONTH_3, draft.grace_ratio, factor)
        one = portion(draft.allocation, draft.current_usage, draft.previous_usage, terms)
        return Preview(draft, one, draft.daily_usage_rate)
    policies = SlurmPeriodicUsagePolicy.objects.select_related("offering")
    policy = policies.filter(offering=resource.offering_id).first()
    period = Period(policy.period) if policy else Period.MONTH_3
    terms = Terms(period, draft.grace_ratio, factor, policy.weights if policy else None)
    counted = measuring.counted_by(resource.offering, policy)
    found = measuring.measured([resource], counted, terms, now=now)[resource.pk]
    month = month_of(now)
    begins = first_month(period, month)
    since = begins or resource.created.date()
    days = max(1, (now.date() - since) // timedelta(days=1) + 1)
    history = SlurmCommandHistory.objects.filter(resource=resource).order_by("-pk")
    return Preview(
        draft,
        found.deciding,
        found.deciding.used / days,
        begins,
        last_day(period, month),
        _commands(resource, found, terms, counted, policy),
        list(history.values_list("pk", flat=True)[:SHOWN]),
    )


def _commands(
    resource: Resource,
    found: Measured,
    terms: Terms,
    counted: measuring.Counted,
    policy: SlurmPeriodicUsagePolicy | None,
) -> list[Command]:
    """Return what the site would run, as far as it knows the resource."""
    if not resource.backend_id or not found.portions:
        return []
    settings = settings_for(
        {name: one.allowed for name, one in found.portions.items()},
        limit_type=LimitType(policy.limit_type) if policy else LimitType.GRP_TRES_MINS,
        grace_ratio=terms.grace_ratio,
        weights=terms.weights,
        factors=counted.factors,
    )
    return commands_for(resource.backend_id, settings)
