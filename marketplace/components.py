"""What can be counted: kinds of billing and the periods of limits, in the words of the API."""

from enum import StrEnum


class BillingType(StrEnum):
    """How a component is charged."""

    FIXED = "fixed"
    USAGE = "usage"
    LIMIT = "limit"
    ONE_TIME = "one"
    ON_PLAN_SWITCH = "few"


class LimitPeriod(StrEnum):
    """How long a limit holds before its use starts again from nothing."""

    MONTH = "month"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"
    TOTAL = "total"


class BillingUnit(StrEnum):
    """What a plan's prices are per."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_MONTH = "half_month"
    DAY = "day"
    HOUR = "hour"
    QUANTITY = "quantity"


class PlanBillingMode(StrEnum):
    """Whether a plan overrides how its components are charged."""

    INHERIT = "inherit"
    LIMIT = "limit"
    USAGE = "usage"


class OfferingType(StrEnum):
    """How orders of an offering are delivered."""

    BASIC = "Marketplace.Basic"
    SLURM = "Marketplace.Slurm"


REPORTED = frozenset({BillingType.USAGE, BillingType.LIMIT})
"""Components for which a site reports usage."""

ORDERED = frozenset({BillingType.LIMIT})
"""Components for which an order names a limit."""
