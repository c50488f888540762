"""What an allocation costs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace import pricing
from marketplace.components import BillingType, PlanBillingMode
from marketplace.pricing import Price

STANDARD = [
    Price("cpu_k_hours", BillingType.LIMIT, Decimal(10), least=Decimal(1)),
    Price("gpu_k_hours", BillingType.USAGE, Decimal(5)),
    Price("gb_k_hours", BillingType.LIMIT, Decimal(1)),
    Price("node_fee", BillingType.FIXED, Decimal(3), amount=2),
]


def test_the_cost_is_the_sum_of_limits_times_prices() -> None:
    assert pricing.cost({"cpu_k_hours": 10, "gb_k_hours": 5}, STANDARD) == Decimal(105)


def test_without_limits_the_cost_is_nothing() -> None:
    assert pricing.cost({}, STANDARD) == 0


def test_what_is_charged_by_use_or_once_has_no_part_in_the_cost() -> None:
    assert pricing.cost({"gpu_k_hours": 10, "node_fee": 10}, STANDARD) == 0


def test_the_fixed_price_stands_beside_the_cost() -> None:
    assert pricing.fixed_price(STANDARD) == Decimal(3)


def test_what_is_charged_once_is_told_apart() -> None:
    prices = [
        Price("setup", BillingType.ONE_TIME, Decimal("99.5")),
        Price("move", BillingType.ON_PLAN_SWITCH, Decimal(7)),
    ]
    assert pricing.activation_price(prices) == Decimal("99.5")
    assert pricing.switch_price(prices) == Decimal(7)


def test_the_minimal_price_takes_the_least_of_each() -> None:
    assert pricing.minimal_price(STANDARD) == Decimal(17)
    assert pricing.minimal_price([]) == 0


def test_fractions_are_exact() -> None:
    prices = [Price("tb", BillingType.LIMIT, Decimal("0.1"))]
    assert pricing.cost({"tb": 0.3}, prices) == Decimal("0.03")


def test_a_cost_that_no_invoice_could_carry_is_refused() -> None:
    with pytest.raises(pricing.TooDear) as refused:
        pricing.cost({"cpu": 10**11}, [Price("cpu", BillingType.LIMIT, Decimal(10))])
    assert refused.value.detail == {"limits": ["The cost is too high to be accounted for."]}


@pytest.mark.parametrize(
    ("billing_type", "mode", "expected"),
    [
        (BillingType.LIMIT, PlanBillingMode.INHERIT, BillingType.LIMIT),
        (BillingType.LIMIT, PlanBillingMode.USAGE, BillingType.USAGE),
        (BillingType.USAGE, PlanBillingMode.LIMIT, BillingType.LIMIT),
        (BillingType.FIXED, PlanBillingMode.USAGE, BillingType.FIXED),
        (BillingType.ONE_TIME, PlanBillingMode.LIMIT, BillingType.ONE_TIME),
    ],
)
def test_a_plan_may_override_how_limits_and_usage_are_charged(
    billing_type: BillingType, mode: PlanBillingMode, expected: BillingType
) -> None:
    assert pricing.billed_as(billing_type, mode) is expected


MONEY = st.decimals(0, 10**6, places=10)


@given(st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(0, 10**5), MONEY)))
def test_the_cost_is_additive_and_exact(parts: dict[str, tuple[int, Decimal]]) -> None:
    prices = [Price(name, BillingType.LIMIT, price) for name, (_, price) in parts.items()]
    limits = {name: limit for name, (limit, _) in parts.items()}

    total = pricing.cost(limits, prices)

    assert total == sum(pricing.cost({n: v}, prices) for n, v in limits.items())
    assert total == sum((v * p for v, p in parts.values()), Decimal(0))
