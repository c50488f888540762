"""How much of something scarce is promised, and how much is left. Pure: importable without Django.

An allocation that holds some of it, or has an open order for it, is promised the larger of the two:
what is ordered may be delivered, and what is given back is free only when that is done.
"""

from __future__ import annotations

from decimal import Decimal

NOTHING = Decimal(0)


def promised(holds: Decimal, ordered: Decimal | None) -> Decimal:
    """Return what an allocation is promised that holds so much, and has an open order for so much.

    None is no open order, or one that says nothing of it.
    """
    return holds if ordered is None else max(holds, ordered)


def left_for(pool: Decimal, promised_to_others: Decimal, holds: Decimal) -> Decimal:
    """Return how much an allocation may have at most, that holds so much.

    What it holds it may keep, also where the pool was made smaller than what is promised.
    """
    return max(pool - promised_to_others, holds, NOTHING)
