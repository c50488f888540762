"""When a project really ends: its end date and the days of grace after it. Pure."""

from __future__ import annotations

from datetime import date, timedelta


def effective_end_date(
    end_date: date | None, project_grace_days: int | None, customer_grace_days: int | None
) -> date | None:
    """Return the last day of grace; a project's own days of grace go before its organisation's."""
    if end_date is None:
        return None
    days = customer_grace_days if project_grace_days is None else project_grace_days
    try:
        return end_date + timedelta(days=days or 0)
    except OverflowError:
        return date.max


def is_in_grace(
    today: date,
    end_date: date | None,
    project_grace_days: int | None,
    customer_grace_days: int | None,
) -> bool:
    """Tell whether a project has ended but its days of grace have not."""
    last = effective_end_date(end_date, project_grace_days, customer_grace_days)
    return end_date is not None and last is not None and end_date < today <= last
