"""Months, limit periods and sums of usage. Pure: importable without Django.

A month is named by its first day, as the API does.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from marketplace.components import LimitPeriod

if TYPE_CHECKING:
    from collections.abc import Mapping

CENT = Decimal("0.01")
LARGEST_EXACT = 2**53 - 1
"""The largest whole number that every reader of JSON takes for what it is."""
MONTHS_OF_A_QUARTER = 3

EARLIEST = date(2000, 1, 1)
"""The first month of which staff may load what was used."""

AHEAD = timedelta(days=1)
"""How far the clock of a site may be ahead."""

EASTERNMOST = timedelta(hours=14)
WESTERNMOST = timedelta(hours=12)
"""How far local time is ahead of UTC, or behind it, where it is most so."""


def month_of(moment: date | datetime) -> date:
    """Return the month of a day or moment, on the calendar that the moment itself is written in.

    A site that reports from `2026-11-01T00:00:00+02:00` on means November, though it is still
    October in UTC.
    """
    return date(moment.year, moment.month, 1)


def following(month: date) -> date:
    """Return the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def preceding(month: date) -> date:
    """Return the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def has_begun(month: date, now: datetime) -> bool:
    """Tell whether a month has begun somewhere on Earth: sites report by their own calendar."""
    return month <= month_of(now + EASTERNMOST)


def is_over(month: date, now: datetime) -> bool:
    """Tell whether a month is over everywhere on Earth."""
    return month < month_of(now - WESTERNMOST)


def first_month_of(begun: datetime) -> date:
    """Return the month in which something began, on the calendar on which that was earliest."""
    return month_of(begun - WESTERNMOST)


def begins(period: LimitPeriod | str | None, month: date) -> date | None:
    """Return the first month whose usage counts against a limit in `month`; None is from ever on.

    A limit without a period is monthly, as Waldur's is.
    """
    chosen = LimitPeriod(period or LimitPeriod.MONTH)
    if chosen is LimitPeriod.MONTH:
        return month
    if chosen is LimitPeriod.QUARTERLY:
        first = (month.month - 1) // MONTHS_OF_A_QUARTER * MONTHS_OF_A_QUARTER + 1
        return date(month.year, first, 1)
    return date(month.year, 1, 1) if chosen is LimitPeriod.ANNUAL else None


def as_text(amount: Decimal) -> str:
    """Return an amount as the API writes usages: two decimals, no exponent."""
    return format(amount.quantize(CENT), "f")


def as_number(amount: Decimal) -> int | float | str:
    """Return an amount as a JSON number, an integer when it is one.

    What a double would round is the number's text, which `ExactMap` writes as the number it is.
    """
    is_whole = amount == amount.to_integral_value()
    if is_whole and abs(amount) <= LARGEST_EXACT:
        return int(amount)
    rounded = float(amount)
    if not is_whole and Decimal(repr(rounded)) == amount:
        return rounded
    return format(amount.to_integral_value() if is_whole else amount.normalize(), "f")


def current_usages(used: Mapping[str, Mapping[date, Decimal]], month: date) -> dict[str, str]:
    """Return what each component came to in a month; those without a report are left out."""
    return {
        component: as_text(months[month])
        for component, months in sorted(used.items())
        if month in months
    }


def limit_usage(
    used: Mapping[str, Mapping[date, Decimal]], periods: Mapping[str, str | None], month: date
) -> dict[str, int | float | str]:
    """Return what counts against each limit in a month, by the period of the limit."""
    return {
        component: as_number(_since(used.get(component, {}), begins(period, month), month))
        for component, period in sorted(periods.items())
    }


def _since(months: Mapping[date, Decimal], first: date | None, last: date) -> Decimal:
    return sum(
        (
            amount
            for month, amount in months.items()
            if (first is None or first <= month) and month <= last
        ),
        Decimal(0),
    )
