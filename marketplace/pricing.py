"""What an allocation costs: prices of a plan times limits. Pure: no Django, and Decimal throughout.

What is charged by use has no price in advance, so an order's cost is that of its limits; what is
charged once or per period regardless of limits is shown beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from common.errors import Invalid
from marketplace.components import BillingType, PlanBillingMode

STEP = Decimal("0.0000000001")
CEILING = Decimal(10) ** 12
"""Money has ten decimals and twelve digits before them: what the columns hold."""

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class TooDear(Invalid):
    """The cost is a number that no invoice could carry."""

    code = "cost_too_high"


@dataclass(frozen=True)
class Price:
    """The price of one unit of a component in a plan, and the amount that the plan includes."""

    type: str
    billing_type: BillingType
    price: Decimal
    amount: int = 0
    least: Decimal | None = None


def billed_as(billing_type: BillingType, mode: PlanBillingMode) -> BillingType:
    """Return how a component is charged under a plan, which may override limit and usage."""
    if mode is PlanBillingMode.INHERIT or billing_type not in {
        BillingType.LIMIT,
        BillingType.USAGE,
    }:
        return billing_type
    return BillingType.LIMIT if mode is PlanBillingMode.LIMIT else BillingType.USAGE


def cost(limits: Mapping[str, int | float], prices: Iterable[Price]) -> Decimal:
    """Return what the limits cost per unit of the plan.

    :raises TooDear: the sum does not fit into an invoice.
    """
    total = Decimal(0)
    for price in prices:
        if price.billing_type is BillingType.LIMIT and price.type in limits:
            limit = Decimal(repr(limits[price.type]))
            total = EXACT.add(total, EXACT.multiply(limit, price.price))
    return _money(total)


def fixed_price(prices: Iterable[Price]) -> Decimal:
    """Return what is charged per period, whatever the limits are."""
    return _sum(prices, BillingType.FIXED)


def activation_price(prices: Iterable[Price]) -> Decimal:
    """Return what is charged once, when the allocation begins."""
    return _sum(prices, BillingType.ONE_TIME)


def switch_price(prices: Iterable[Price]) -> Decimal:
    """Return what is charged once, when an allocation changes to the plan."""
    return _sum(prices, BillingType.ON_PLAN_SWITCH)


def minimal_price(prices: Iterable[Price]) -> Decimal:
    """Return what the smallest allocation costs per period.

    That is the least limit of each component, or one, and the included amount of what is fixed,
    or one: the numbers that Waldur shows.
    """
    total = Decimal(0)
    for price in prices:
        if price.billing_type is BillingType.FIXED:
            total += EXACT.multiply(price.price, Decimal(price.amount or 1))
        elif price.billing_type is BillingType.LIMIT:
            total += EXACT.multiply(price.price, price.least or Decimal(1))
    return total


def _sum(prices: Iterable[Price], billing_type: BillingType) -> Decimal:
    return _money(
        sum((price.price for price in prices if price.billing_type is billing_type), Decimal(0))
    )


def _money(total: Decimal) -> Decimal:
    if abs(total) >= CEILING:
        raise TooDear({"limits": ["The cost is too high to be accounted for."]})
    return total.quantize(STEP, context=EXACT)
