"""Why an allocation cannot be used, as far as flags, policies and limits go. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.obstacles import Case, Party, Reason, once

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

NOT_SLOWED = "Is the allocation neither paused nor slowed down?"
HAS_TIME = "Is there something left of what was granted?"
MORE = "POST /api/marketplace-resources/{resource}/update_limits/"
FLAG = "POST /api/marketplace-provider-resources/{resource}/"


@dataclass(frozen=True, kw_only=True)
class HoldFacts:
    """How an allocation stands under the usage policy that holds a flag of it."""

    policy: str
    percentage: Decimal
    threshold: Decimal
    period: str
    evaluated: datetime


@dataclass(frozen=True, kw_only=True)
class LimitFacts:
    """What was used of a limit; `period` is in which time, in words."""

    component: str
    used: Decimal
    limit: Decimal
    unit: str = ""
    period: str = ""

    @property
    def is_reached(self) -> bool:
        """Tell whether nothing is left; where nothing was granted, that is of what was used."""
        return self.used >= self.limit and bool(self.used)


@dataclass(frozen=True, kw_only=True)
class UsageFacts:
    """What holds an allocation's flags, and what is left of its limits and of a person's own.

    `paused_by` and `downscaled_by` are the policy that holds the flag; without one people set it.
    `grace` is up to which share a policy lets the allocation go on; None where none looks at it.
    """

    is_paused: bool = False
    paused_by: HoldFacts | None = None
    is_downscaled: bool = False
    downscaled_by: HoldFacts | None = None
    limits: Sequence[LimitFacts] = ()
    own: Sequence[LimitFacts] = ()
    grace: Decimal | None = None


def _held(hold: HoldFacts | None) -> tuple[Case, ...]:
    if hold is None:
        return ()
    return once(
        hold,
        policy=hold.policy,
        percentage=hold.percentage,
        threshold=hold.threshold,
        period=hold.period,
        evaluated=hold.evaluated,
    )


def _reached(limits: Sequence[LimitFacts], **more: Any) -> list[Case]:
    return [
        {
            "component": one.component,
            "used": one.used,
            "limit": one.limit,
            "unit": f" {one.unit}" if one.unit else "",
            "period": f" {one.period}" if one.period else "",
            **more,
        }
        for one in limits
        if one.is_reached
    ]


REASONS: tuple[Reason[UsageFacts], ...] = (
    Reason(
        code="paused_by_policy",
        question=NOT_SLOWED,
        sentence="The allocation is paused. {policy} did so: {percentage} % of what is allowed in"
        " the period {period} was used, and it pauses from {threshold} % on (evaluated"
        " {evaluated}).",
        how="It ends by itself with the next period, or when more is granted; the Hosting Entity"
        " can change the policy.",
        lifted_by=(Party.SERVICE, Party.PROJECT, Party.PROVIDER),
        at=(MORE, "PATCH /api/marketplace-slurm-periodic-usage-policies/{policy}/"),
        on="policy",
        when=lambda facts: _held(facts.paused_by if facts.is_paused else None),
    ),
    Reason(
        code="allocation_paused",
        question=NOT_SLOWED,
        sentence="The allocation is paused, by the Hosting Entity or by staff: nobody computes on"
        " it.",
        how="The Hosting Entity or staff resume it.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        at=(f"{FLAG}set_paused/",),
        on="resource",
        when=lambda facts: once(facts.is_paused and facts.paused_by is None),
    ),
    Reason(
        code="downscaled_by_policy",
        question=NOT_SLOWED,
        sentence="The allocation is slowed down. {policy} did so: {percentage} % of what is allowed"
        " in the period {period} was used, and it slows down from {threshold} % on (evaluated"
        " {evaluated}).",
        how="It ends by itself with the next period, or when more is granted; the Hosting Entity"
        " can change the policy.",
        lifted_by=(Party.SERVICE, Party.PROJECT, Party.PROVIDER),
        stops=False,
        at=(MORE, "PATCH /api/marketplace-slurm-periodic-usage-policies/{policy}/"),
        on="policy",
        when=lambda facts: _held(facts.downscaled_by if facts.is_downscaled else None),
    ),
    Reason(
        code="allocation_downscaled",
        question=NOT_SLOWED,
        sentence="The allocation is slowed down, by the Hosting Entity or by staff: it may be used"
        " with less than was granted.",
        how="The Hosting Entity or staff lift that.",
        lifted_by=(Party.PROVIDER, Party.STAFF),
        stops=False,
        at=(f"{FLAG}set_downscaled/",),
        on="resource",
        when=lambda facts: once(facts.is_downscaled and facts.downscaled_by is None),
    ),
    Reason(
        code="limit_reached",
        question=HAS_TIME,
        sentence="Nothing is left of {component}: {used} of {limit}{unit} were used{period}.",
        how="Order higher limits, or wait for the next period where there is one.",
        lifted_by=(Party.PROJECT, Party.SERVICE),
        at=(MORE,),
        on="resource",
        when=lambda facts: _reached(facts.limits) if facts.grace is None else (),
    ),
    Reason(
        code="limit_reached_in_grace",
        question=HAS_TIME,
        sentence="Nothing is left of {component}: {used} of {limit}{unit} were used{period}. The"
        " usage policy lets the allocation go on up to {grace} %.",
        how="Order higher limits, or wait for the next period where there is one.",
        lifted_by=(Party.PROJECT, Party.SERVICE),
        stops=False,
        at=(MORE,),
        on="resource",
        when=lambda facts: (
            _reached(facts.limits, grace=facts.grace) if facts.grace is not None else ()
        ),
    ),
    Reason(
        code="own_limit_reached",
        question=HAS_TIME,
        sentence="Nothing is left of what the person may use of {component}: {used} of"
        " {limit}{unit} were used by them{period}.",
        how="Whoever set the person's limit sets a higher one.",
        lifted_by=(Party.PROJECT, Party.PROVIDER),
        at=("GET /api/component-user-usage-limits/",),
        on="resource",
        when=lambda facts: _reached(facts.own),
    ),
)
