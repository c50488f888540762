"""What a policy would mean for an allocation, and when. Pure: importable without Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from accounting.thresholds import NOTICE, WHOLE

NOTIFICATION_RATIO = Decimal(NOTICE) / WHOLE
FAR = 36_500
"""Days ahead that are as good as never."""


class QosStatus(StrEnum):
    """How an allocation fares."""

    BLOCKED = "blocked"
    NORMAL = "normal"
    NOTIFICATION = "notification"
    SLOWDOWN = "slowdown"


class ProjectionStatus(StrEnum):
    """Whether a threshold is behind, ahead or out of reach."""

    EXCEEDED = "exceeded"
    NEVER = "never"
    PROJECTED = "projected"


@dataclass(frozen=True)
class Thresholds:
    """The amounts at which something happens."""

    allocation: Decimal
    grace_ratio: Decimal

    @property
    def notification(self) -> Decimal:
        """From where on people are told."""
        return self.allocation * NOTIFICATION_RATIO

    @property
    def slowdown(self) -> Decimal:
        """From where on the allocation is slowed down."""
        return self.allocation

    @property
    def blocked(self) -> Decimal:
        """From where on it is stopped."""
        return self.allocation * (1 + self.grace_ratio)

    def status(self, used: Decimal) -> QosStatus:
        """Return how an allocation fares that has used so much: of nothing, nothing."""
        if not used:
            return QosStatus.NORMAL
        if used >= self.blocked:
            return QosStatus.BLOCKED
        if used >= self.slowdown:
            return QosStatus.SLOWDOWN
        return QosStatus.NOTIFICATION if used >= self.notification else QosStatus.NORMAL


@dataclass(frozen=True)
class Projection:
    """When a threshold is reached, if things go on as they do."""

    status: ProjectionStatus
    days: int | None = None
    date: date | None = None


def project(threshold: Decimal, used: Decimal, daily: Decimal, today: date) -> Projection:
    """Return when a threshold is reached at a daily rate; one of nothing, by the first use."""
    if used >= threshold and used:
        return Projection(ProjectionStatus.EXCEEDED, 0, today)
    if daily <= 0 or threshold - used > daily * FAR:
        return Projection(ProjectionStatus.NEVER)
    days = int(((threshold - used) / daily).to_integral_value(ROUND_CEILING))
    days = max(days, 1)
    return Projection(ProjectionStatus.PROJECTED, days, today + timedelta(days=days))
