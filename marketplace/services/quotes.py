"""What limits cost under a plan, read from its prices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from marketplace import pricing
from marketplace.components import BillingType, PlanBillingMode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketplace.models import Plan


@dataclass(frozen=True)
class Quote:
    """The cost of an allocation: by its limits, per period besides, once at the beginning."""

    cost: Decimal | None = None
    fixed_price: Decimal = Decimal(0)
    activation_price: Decimal = Decimal(0)
    switch_price: Decimal = Decimal(0)


def quote(plan: Plan | None, limits: Mapping[str, int | float]) -> Quote:
    """Return what the limits cost; without a plan nobody knows.

    :raises TooDear: the sum does not fit into an invoice.
    """
    if plan is None:
        return Quote()
    prices = _prices(plan)
    return Quote(
        cost=pricing.cost(limits, prices),
        fixed_price=pricing.fixed_price(prices),
        activation_price=pricing.activation_price(prices),
        switch_price=pricing.switch_price(prices),
    )


def _prices(plan: Plan) -> list[pricing.Price]:
    mode = PlanBillingMode(plan.billing_mode)
    rows = plan.components.values_list(
        "component__type", "component__billing_type", "price", "amount", "component__min_value"
    )
    return [
        pricing.Price(kind, pricing.billed_as(BillingType(billing), mode), price, amount, least)
        for kind, billing, price, amount, least in rows
    ]
