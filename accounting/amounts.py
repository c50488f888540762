"""Amounts of usage as they may be reported. Pure: importable without Django."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from common.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_DIGITS = 20
DECIMALS = 2
TOO_MUCH = Decimal(10) ** (MAX_DIGITS - DECIMALS)


class AmountUnusable(Invalid):
    """An amount is negative, not finite, too long or too precise."""

    code = "amount_unusable"


class Repeated(Invalid):
    """The report names something twice, so that it is not clear which amount counts."""

    code = "repeated"


def check_amounts(amounts: Iterable[Decimal]) -> None:
    """Refuse what is no amount of usage.

    :raises AmountUnusable: it is negative, not finite, too long or too precise.
    """
    for amount in amounts:
        if not amount.is_finite() or not 0 <= amount < TOO_MUCH:
            raise AmountUnusable({"usages": [f"{amount} is not an amount of usage."]})
        if amount != round(amount, DECIMALS):
            raise AmountUnusable({"usages": [f"{amount} has more than {DECIMALS} decimals."]})


def check_once(names: Iterable[str], what: str) -> None:
    """Refuse a report that names something twice.

    :raises Repeated: the names that are, sorted.
    """
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise Repeated({"non_field_errors": [f"These {what} are repeated: {', '.join(twice)}."]})
