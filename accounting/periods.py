"""The periods in which a policy measures usage. Pure: importable without Django.

Numbers are those of the API. Periods are those of the calendar, as the periods of limits are.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING

from accounting.ledger import begins, following, preceding
from marketplace.components import LimitPeriod

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

TOTAL_LABEL = "total"


class Period(IntEnum):
    """How long a policy measures before it starts again from nothing; TOTAL is from ever on."""

    TOTAL = 1
    MONTH_1 = 2
    MONTH_3 = 3
    MONTH_12 = 4


NAMES: Mapping[int, str] = {
    Period.TOTAL: "Total",
    Period.MONTH_1: "1 month",
    Period.MONTH_3: "3 months",
    Period.MONTH_12: "12 months",
}

LIMIT_PERIODS: Mapping[int, LimitPeriod] = {
    Period.TOTAL: LimitPeriod.TOTAL,
    Period.MONTH_1: LimitPeriod.MONTH,
    Period.MONTH_3: LimitPeriod.QUARTERLY,
    Period.MONTH_12: LimitPeriod.ANNUAL,
}
"""The period of a limit that is as long."""

LENGTHS: Mapping[int, int] = {Period.MONTH_1: 1, Period.MONTH_3: 3, Period.MONTH_12: 12}
"""Months of a period that ends."""


def first_month(period: int, month: date) -> date | None:
    """Return the first month of the period that a month is in; None is from ever on."""
    return begins(LIMIT_PERIODS[period], month)


def last_day(period: int, month: date) -> date | None:
    """Return the last day of the period that a month is in; None when it never ends."""
    first = first_month(period, month)
    if first is None:
        return None
    after = first
    for _ in range(LENGTHS[period]):
        after = following(after)
    return date.fromordinal(after.toordinal() - 1)


def first_month_before(period: int, month: date) -> date | None:
    """Return the first month of the period before that of a month; None when there is none."""
    first = first_month(period, month)
    return None if first is None else first_month(period, preceding(first))


def label(period: int, month: date) -> str:
    """Return what the API calls the period: `2026-11`, `2026-Q4`, `2026` or `total`."""
    first = first_month(period, month)
    if first is None:
        return TOTAL_LABEL
    if period == Period.MONTH_1:
        return f"{first:%Y-%m}"
    if period == Period.MONTH_3:
        return f"{first.year:04d}-Q{(first.month + 2) // 3}"
    return f"{first.year:04d}"


def sum_of(
    months: Mapping[date, Decimal], first: date | None, before: date | None, zero: Decimal
) -> Decimal:
    """Add up what the months from `first` on and earlier than `before` came to."""
    return sum(
        (
            amount
            for month, amount in months.items()
            if (first is None or first <= month) and (before is None or month < before)
        ),
        zero,
    )
