"""The days and moments that this service takes: one lower and one upper bound for all. Pure.

Both are far from what Python and PostgreSQL can hold, so that a time zone, a number of days or a
month added to any of them cannot overflow.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2999, 12, 31)
FIRST_MOMENT = datetime.combine(FIRST_DAY, time.min, UTC)
LAST_MOMENT = datetime.combine(LAST_DAY, time.max, UTC)

OUT_OF_RANGE = f"Enter a date from {FIRST_DAY} to {LAST_DAY}."

MOST_DAYS = 366
"""The longest time of grace."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OutOfRange(ValueError):
    """A day or moment is not within the bounds."""

    def __init__(self) -> None:
        """Say what they are."""
        super().__init__(OUT_OF_RANGE)


def day_within(day: date) -> date:
    """Return a day.

    :raises OutOfRange: it is not within the bounds.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise OutOfRange
    return day


def in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; one without a time zone is in UTC already.

    :raises OutOfRange: it is not within the bounds.
    """
    found = clamped(moment)
    if found != (moment if moment.tzinfo else moment.replace(tzinfo=UTC)):
        raise OutOfRange
    return found


def clamped(moment: datetime) -> datetime:
    """Return a moment in UTC, or the bound that it is beyond.

    A year at the very edge is not converted first: that is what would overflow.
    """
    if moment.year < FIRST_DAY.year - 1:
        return FIRST_MOMENT
    if moment.year > LAST_DAY.year + 1:
        return LAST_MOMENT
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(aware.astimezone(UTC), FIRST_MOMENT), LAST_MOMENT)


def clamped_day(day: date) -> date:
    """Return a day, or the bound that it is beyond."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def days_after(day: date, days: int) -> date:
    """Return the day so many days later, or the bound that this would be beyond."""
    at_most = (LAST_DAY - day).days
    at_least = (FIRST_DAY - day).days
    return day + timedelta(days=min(max(days, at_least), at_most))


def from_epoch(seconds: float) -> datetime:
    """Return the moment so many seconds after 1970 began.

    :raises OutOfRange: it is not within the bounds, or no number.
    """
    try:
        return in_utc(EPOCH + timedelta(seconds=seconds))
    except (OverflowError, ValueError) as error:
        raise OutOfRange from error


def day_from(text: object) -> date:
    """Return the day that a text names, as `2026-11-30`.

    :raises ValueError: it names none.
    :raises OutOfRange: it is not within the bounds.
    """
    if not isinstance(text, str):
        raise ValueError("A day is a text.")  # noqa: TRY004 - what it is not is all the same here
    return day_within(date.fromisoformat(text))
