"""What an allocation shows of its usage in a month: what accounting wrote down for it. Pure.

It is written for the month in which it is written, and for the next one: so a new month is shown
from its first second on, whenever the next report comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketplace.lifecycle import ResourceState

if TYPE_CHECKING:
    from datetime import date

Amounts = dict[str, Any]


def current_usages(
    state: str, written_for: date | None, today: date, present: Amounts, following: Any
) -> Amounts:
    """Return what was used this month; what has ended keeps what it showed last."""
    if not _is_past(state, written_for, today):
        return present
    return _of(following, "current_usages") if _months_since(written_for, today) == 1 else {}


def limit_usage(
    state: str, written_for: date | None, today: date, present: Amounts, following: Any
) -> Amounts:
    """Return what counts against the limits, by their periods."""
    if not _is_past(state, written_for, today):
        return present
    return _of(following, "limit_usage")


def _is_past(state: str, written_for: date | None, today: date) -> bool:
    is_live = state != ResourceState.TERMINATED
    return is_live and written_for is not None and _months_since(written_for, today) > 0


def _months_since(month: date | None, today: date) -> int:
    if month is None:
        return 0
    return (today.year - month.year) * 12 + today.month - month.month


def _of(following: Any, key: str) -> Amounts:
    found = following.get(key) if isinstance(following, dict) else None
    return found if isinstance(found, dict) else {}
