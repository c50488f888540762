"""When a project really ends: its end date and the days of grace after it. Pure.

More days than the most that can be set stand for the most: a row that has more ends, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.times import MOST_DAYS, days_after

if TYPE_CHECKING:
    from datetime import date


def effective_end_date(
    end_date: date | None, project_grace_days: int | None, customer_grace_days: int | None
) -> date | None:
    """Return the last day of grace; a project's own days of grace go before its organisation's."""
    if end_date is None:
        return None
    days = customer_grace_days if project_grace_days is None else project_grace_days
    return days_after(end_date, min(days or 0, MOST_DAYS))


def is_in_grace(
    today: date,
    end_date: date | None,
    project_grace_days: int | None,
    customer_grace_days: int | None,
) -> bool:
    """Tell whether a project has ended but its days of grace have not."""
    last = effective_end_date(end_date, project_grace_days, customer_grace_days)
    return end_date is not None and last is not None and end_date < today <= last
