"""What a key may be used for within a month, and how much of it was. Pure: without Django."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from common.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

Amounts = dict[str, float]


class BadAmount(Invalid):
    """Something is no amount of a component, or no component of the offering."""

    code = "bad_amount"


def check(field: str, amounts: Mapping[str, Any], *, known: Collection[str]) -> None:
    """Refuse what is no amount of a known component.

    :raises BadAmount: naming each one under the field.
    """
    faults = {name: [fault] for name, one in amounts.items() if (fault := _fault(name, one, known))}
    if faults:
        raise BadAmount({field: faults})


def _fault(name: str, amount: Any, known: Collection[str]) -> str:
    if name not in known:
        return "The offering has no such component."
    is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
    if not is_number or not math.isfinite(amount) or amount < 0:
        return "Ensure this value is a number from 0."
    return ""


def is_reached(limits: Mapping[str, float] | None, usages: Mapping[str, float] | None) -> bool:
    """Tell whether any limit is used up; zero is no limit."""
    used = usages or {}
    return any(limit and used.get(name, 0) >= limit for name, limit in (limits or {}).items())


def total(several: Iterable[Mapping[str, float] | None]) -> Amounts:
    """Return the sum by component."""
    sums: Amounts = {}
    for usages in several:
        for name, amount in (usages or {}).items():
            sums[name] = sums.get(name, 0) + amount
    return sums
