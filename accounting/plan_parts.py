"""How a month's usage is divided among the times under plans. Pure: importable without Django.

Sites report what a month came to so far, and that includes what was used before a switch of plans.
So what a plan's prices apply to is what a report adds to the parts before it; where a later report
is lower than those, it corrects them, from the latest back.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTHING = Decimal(0)


def add_up(total: Decimal, before: Sequence[Decimal]) -> list[Decimal]:
    """Return the parts of a month that came to `total`: those before, and the one that goes on.

    None is negative, none of those before grows, and together they are the total.
    """
    parts = []
    left = total
    for part in before:
        remaining_part = min(part, left)
        parts.append(remaining_part)
        left -= remaining_part
    return [*parts, left]
