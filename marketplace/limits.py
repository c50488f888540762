"""The limits of an allocation: which numbers an order may ask for. Pure: no Django.

The messages and the shapes of the answers are Waldur's, and they differ between an order for a new
allocation and a change of limits, since its clients show them to people. A limit is kept as JSON
keeps it: a whole number as an int, also when it came as `10.0` or `"10"`, another one as a float
(fifteen digits at most, so that nothing is lost in it).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Protocol

from common.errors import Invalid
from marketplace.components import BillingType

Limits = dict[str, int | float]

MAX_DIGITS = 15
NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")


class InvalidLimits(Invalid):
    """The limits cannot be had."""

    code = "invalid_limits"


class UnknownLimitTypes(InvalidLimits):
    """The offering has no such components, or takes no limits for them."""


class NotANumber(InvalidLimits):
    """A limit is not a number, or not one of the size and precision that is taken."""


class OutOfBounds(InvalidLimits):
    """A limit is below or above what the offering allows."""


class Unchanged(InvalidLimits):
    """The limits are what they were."""


class Countable(Protocol):
    """What a rule is made from: an offering's component."""

    type: str
    billing_type: str
    is_boolean: bool
    limit_decimal_places: int
    min_value: Decimal | None
    max_value: Decimal | None


@dataclass(frozen=True)
class LimitRule:
    """Which limits a component takes."""

    least: Decimal = Decimal(0)
    most: Decimal | None = None
    decimal_places: int = 0

    @classmethod
    def of(cls, component: Countable, available: Decimal | None = None) -> "LimitRule":
        """Return the rule of a component, of which only `available` is left if that is given."""
        bounds = (component.max_value, available, Decimal(1) if component.is_boolean else None)
        return cls(
            least=max(component.min_value or Decimal(0), Decimal(0)),
            most=min((bound for bound in bounds if bound is not None), default=None),
            decimal_places=component.limit_decimal_places,
        )


Rules = Mapping[str, LimitRule]


def rules_of(
    components: Iterable[Countable],
    available: Mapping[str, Decimal] | None = None,
) -> dict[str, LimitRule]:
    """Return the rules of those components that take a limit, by type."""
    left = available or {}
    return {
        component.type: LimitRule.of(component, left.get(component.type))
        for component in components
        if component.billing_type == BillingType.LIMIT
    }


def ordered(asked: Mapping[str, object], rules: Rules) -> Limits:
    """Return the limits of a new allocation.

    :raises UnknownLimitTypes: a type is not among the rules.
    :raises NotANumber: a value is not a number that can be kept.
    :raises OutOfBounds: a value is below or above its bounds.
    """
    numbers = _read(asked, rules, unknown=lambda message: {"limits": [message]})
    _bound(numbers, rules, detail=lambda message: {"non_field_errors": [message]})
    return _stored(numbers)


def updated(
    current: Mapping[str, int | float],
    asked: Mapping[str, object],
    rules: Rules,
    *,
    replace: bool = False,
) -> Limits:
    """Return the full set of limits that shall hold after a change.

    What is not asked for stays, unless all is to be replaced.

    :raises UnknownLimitTypes: a type is not among the rules.
    :raises NotANumber: a value is not a number that can be kept, or is negative.
    :raises OutOfBounds: a value is below or above its bounds.
    :raises Unchanged: the change changes nothing.
    """
    numbers = _read(asked, rules, unknown=lambda message: {"limits": message})
    _refuse_negative(numbers)
    _bound(numbers, rules, detail=lambda message: [message])
    wanted = _stored(numbers) if replace else {**current, **_stored(numbers)}
    if wanted == dict(current):
        raise Unchanged(["Impossible to create update orders with limits set to exactly the same."])
    return wanted


def delivered(asked: Mapping[str, object], rules: Rules) -> Limits:
    """Return the limits that a provider says it has set; its word is not held to the bounds.

    :raises UnknownLimitTypes: a type is not among the rules.
    :raises NotANumber: a value is not a number that can be kept, or is negative.
    """
    numbers = _read(asked, rules, unknown=lambda message: {"limits": message})
    _refuse_negative(numbers)
    return _stored(numbers)


def changed(current: Mapping[str, object], wanted: Mapping[str, object]) -> dict[str, object]:
    """Return those of the limits that differ from what holds."""
    return {name: value for name, value in wanted.items() if value != current.get(name)}


def grows(current: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    """Tell whether more of something is wanted than holds."""
    return any(as_amount(value) > as_amount(current.get(name)) for name, value in wanted.items())


def as_amount(value: object) -> Decimal:
    """Return a stored limit as a number; nothing where it is none."""
    return _number(value) or Decimal(0)


def as_text(number: Decimal) -> str:
    """Return a number as people write it: no exponent, no trailing zeros."""
    return f"{number.normalize():f}" if number else "0"


def _read(
    asked: Mapping[str, object], rules: Rules, unknown: Callable[[str], Mapping[str, object]]
) -> dict[str, Decimal]:
    if strangers := sorted(set(asked) - set(rules)):
        raise UnknownLimitTypes(unknown(f"Invalid types: {', '.join(strangers)}"))
    numbers: dict[str, Decimal] = {}
    errors: dict[str, list[str]] = {}
    for component, value in asked.items():
        places = rules[component].decimal_places
        number = _number(value)
        if number is None:
            errors[component] = [_no_number(places)]
        elif error := _error(number, places):
            errors[component] = [error]
        else:
            numbers[component] = number
    if errors:
        raise NotANumber({"limits": errors})
    return numbers


def _number(value: object) -> Decimal | None:
    """Return a JSON value as a finite number, or None where it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float) and isfinite(value):
        return Decimal(repr(value))
    return Decimal(value) if isinstance(value, str) and NUMBER.fullmatch(value) else None


def _no_number(places: int) -> str:
    return "A valid number is required." if places else "A valid integer is required."


def _error(number: Decimal, places: int) -> str | None:
    if abs(number) >= Decimal(10) ** (MAX_DIGITS - places):
        return f"Ensure that there are no more than {MAX_DIGITS} digits in total."
    if not places and number % 1:
        return _no_number(places)
    if number != round(number, places):
        return f"Ensure that there are no more than {places} decimal places."
    return None


def _refuse_negative(numbers: Mapping[str, Decimal]) -> None:
    negative = [component for component, number in numbers.items() if number < 0]
    if negative:
        message = "Ensure this value is greater than or equal to 0."
        raise NotANumber({"limits": {component: [message] for component in negative}})


def _bound(
    numbers: Mapping[str, Decimal],
    rules: Rules,
    detail: Callable[[str], Mapping[str, object] | list[str]],
) -> None:
    for component, number in numbers.items():
        rule = rules[component]
        if number < rule.least:
            said = f"The limit {as_text(number)} value cannot be less than {as_text(rule.least)}."
            raise OutOfBounds(detail(said), component=component, min_value=as_text(rule.least))
        if rule.most is not None and number > rule.most:
            said = f"The limit {as_text(number)} value cannot be more than {as_text(rule.most)}."
            raise OutOfBounds(detail(said), component=component, max_value=as_text(rule.most))


def _stored(numbers: Mapping[str, Decimal]) -> Limits:
    return {
        component: float(number) if number % 1 else int(number)
        for component, number in numbers.items()
    }
