"""Which limits can be asked for, and how it is said when they cannot."""

import math
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace import limits
from marketplace.components import BillingType
from marketplace.limits import LimitRule

RULES = {
    "cpu": LimitRule(least=Decimal(1), most=Decimal("1000.00")),
    "ram": LimitRule(),
    "storage": LimitRule(decimal_places=2),
}


@dataclass
class Component:
    type: str
    billing_type: str = BillingType.LIMIT
    is_boolean: bool = False
    limit_decimal_places: int = 0
    min_value: Decimal | None = None
    max_value: Decimal | None = None


def test_only_components_that_take_a_limit_have_a_rule() -> None:
    components = [
        Component("cpu", min_value=Decimal(1), max_value=Decimal(1000)),
        Component("gpu", billing_type=BillingType.USAGE),
        Component("flag", is_boolean=True),
        Component("ram", min_value=Decimal(-5), limit_decimal_places=2),
    ]

    rules = limits.rules_of(components, {"cpu": Decimal(40)})

    assert rules == {
        "cpu": LimitRule(least=Decimal(1), most=Decimal(40)),
        "flag": LimitRule(least=Decimal(0), most=Decimal(1)),
        "ram": LimitRule(least=Decimal(0), most=None, decimal_places=2),
    }


def test_whole_numbers_are_kept_as_integers_whatever_they_came_as() -> None:
    kept = limits.ordered({"cpu": 10.0, "ram": "7", "storage": "2.00"}, RULES)

    assert kept == {"cpu": 10, "ram": 7, "storage": 2}
    assert [type(value) for value in kept.values()] == [int, int, int]


def test_decimal_places_are_kept_where_the_component_takes_them() -> None:
    assert limits.ordered({"storage": 1.25}, RULES) == {"storage": 1.25}


@pytest.mark.parametrize("asked", [{"nope": 5}, {"nope": "abc", "cpu": 1}])
def test_an_order_for_an_unknown_component_is_refused_with_a_list(asked: dict[str, object]) -> None:
    with pytest.raises(limits.UnknownLimitTypes) as refused:
        limits.ordered(asked, RULES)
    assert refused.value.detail == {"limits": ["Invalid types: nope"]}


def test_a_change_for_unknown_components_is_refused_with_a_sentence() -> None:
    with pytest.raises(limits.UnknownLimitTypes) as refused:
        limits.updated({}, {"zz": 1, "aa": 1}, RULES)
    assert refused.value.detail == {"limits": "Invalid types: aa, zz"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("abc", "A valid integer is required."),
        ("", "A valid integer is required."),
        ("1_0", "A valid integer is required."),
        (" 1", "A valid integer is required."),
        ("٣", "A valid integer is required."),
        ("NaN", "A valid integer is required."),
        (1.5, "A valid integer is required."),
        (None, "A valid integer is required."),
        (True, "A valid integer is required."),
        ([], "A valid integer is required."),
        (math.nan, "A valid integer is required."),
        (math.inf, "A valid integer is required."),
        ("9" * 41, "A valid integer is required."),
        (10**15, "Ensure that there are no more than 15 digits in total."),
        (10**400, "Ensure that there are no more than 15 digits in total."),
        (1e300, "Ensure that there are no more than 15 digits in total."),
        (-1e22, "Ensure that there are no more than 15 digits in total."),
    ],
)
def test_what_is_not_a_whole_number_is_refused_under_its_component(
    value: object, message: str
) -> None:
    with pytest.raises(limits.NotANumber) as refused:
        limits.ordered({"cpu": value, "ram": 1}, RULES)
    assert refused.value.detail == {"limits": {"cpu": [message]}}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("abc", "A valid number is required."),
        (1.255, "Ensure that there are no more than 2 decimal places."),
        ("1." + "1" * 40, "Ensure that there are no more than 2 decimal places."),
        (10**13, "Ensure that there are no more than 15 digits in total."),
    ],
)
def test_a_fraction_is_held_to_the_places_of_its_component(value: object, message: str) -> None:
    with pytest.raises(limits.NotANumber) as refused:
        limits.ordered({"storage": value}, RULES)
    assert refused.value.detail == {"limits": {"storage": [message]}}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"cpu": -1}, "The limit -1 value cannot be less than 1."),
        ({"cpu": 0}, "The limit 0 value cannot be less than 1."),
        ({"ram": -7}, "The limit -7 value cannot be less than 0."),
        ({"cpu": 5000}, "The limit 5000 value cannot be more than 1000."),
    ],
)
def test_an_order_out_of_bounds_is_refused(asked: dict[str, object], message: str) -> None:
    with pytest.raises(limits.OutOfBounds) as refused:
        limits.ordered(asked, RULES)
    assert refused.value.detail == {"non_field_errors": [message]}


def test_a_change_out_of_bounds_is_refused_with_a_bare_list() -> None:
    with pytest.raises(limits.OutOfBounds) as refused:
        limits.updated({}, {"cpu": 99999}, RULES)
    assert refused.value.detail == ["The limit 99999 value cannot be more than 1000."]


@pytest.mark.parametrize("how", [limits.delivered, lambda a, r: limits.updated({}, a, r)])
def test_a_negative_change_is_refused_under_its_component(how: object) -> None:
    assert callable(how)
    with pytest.raises(limits.NotANumber) as refused:
        how({"cpu": -1, "ram": 1}, RULES)
    assert refused.value.detail == {
        "limits": {"cpu": ["Ensure this value is greater than or equal to 0."]}
    }


def test_a_provider_is_not_held_to_the_bounds() -> None:
    assert limits.delivered({"cpu": 0, "ram": 3.0}, RULES) == {"cpu": 0, "ram": 3}


def test_a_change_keeps_what_it_does_not_name() -> None:
    assert limits.updated({"cpu": 10, "ram": 5}, {"cpu": 40}, RULES) == {"cpu": 40, "ram": 5}


def test_a_replacing_change_drops_what_it_does_not_name() -> None:
    wanted = limits.updated({"cpu": 10, "ram": 5}, {"cpu": 10}, RULES, replace=True)
    assert wanted == {"cpu": 10}


@pytest.mark.parametrize("asked", [{"cpu": 10}, {"cpu": "10"}, {"cpu": 10.0, "ram": 5}, {}])
def test_a_change_that_changes_nothing_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(limits.Unchanged) as refused:
        limits.updated({"cpu": 10, "ram": 5}, asked, RULES)
    assert refused.value.detail == [
        "Impossible to create update orders with limits set to exactly the same."
    ]


NUMBERISH: st.SearchStrategy[object] = (
    st.sampled_from([None, True, [], {}, [1]])
    | st.integers(-(10**50), 10**50)
    | st.floats()
    | st.text("0123456789.-eE_ Na\u0663", max_size=8)
)


@given(st.dictionaries(st.sampled_from(["cpu", "ram", "storage", "nope"]), NUMBERISH))
def test_whatever_is_sent_is_kept_within_bounds_or_refused(asked: dict[str, object]) -> None:
    try:
        kept = limits.ordered(asked, RULES)
    except limits.InvalidLimits:
        return
    assert set(kept) == set(asked) <= set(RULES)
    for component, value in kept.items():
        rule = RULES[component]
        assert rule.least <= Decimal(repr(value)) <= (rule.most or 10**limits.MAX_DIGITS)
        assert isinstance(value, int) or (value % 1 and rule.decimal_places)
    assert limits.ordered(dict(kept), RULES) == kept


STORED = st.dictionaries(st.sampled_from(["cpu", "ram"]), st.integers(1, 1000))


@given(STORED, STORED)
def test_a_change_is_the_union_with_the_new_over_the_old(
    current: dict[str, int], asked: dict[str, int]
) -> None:
    try:
        wanted = limits.updated(current, asked, RULES)
    except limits.Unchanged:
        assert {**current, **asked} == current
        return
    assert set(wanted) == set(current) | set(asked)
    assert all(wanted[component] == value for component, value in asked.items())
    assert wanted != current
