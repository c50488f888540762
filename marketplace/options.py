"""An offering's options: what else an order has to say. Pure: no Django.

The provider describes them as `{"options": {name: field}, "order": [names]}`; an order's attributes
are held to it. Values are kept as they were sent. Some clients send every value as a text
(Terraform), so a number or a truth in a text is one. Kinds that ask other systems (OpenStack,
Kubernetes) or that a client computes with are taken as they come.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, TypeVar

from common import patterns
from common.errors import Invalid
from common.times import OutOfRange, day_from

REQUIRED = "This field is required."
MAX_TEXT = 10_000
INTEGER = re.compile(r"\s*-?[0-9]{1,30}(\.0*)?\s*")
DECIMAL = re.compile(r"\s*-?[0-9]{1,30}(\.[0-9]{1,10})?\s*")
TRUTHS = frozenset({"true", "t", "yes", "y", "on", "1"})
UNTRUTHS = frozenset({"false", "f", "no", "n", "off", "0"})
COMPARISONS: Mapping[str, tuple[Callable[[Any, Any], bool], str]] = {
    "gt": (lambda mine, other: mine > other, "greater than"),
    "gte": (lambda mine, other: mine >= other, "greater than or equal to"),
    "lt": (lambda mine, other: mine < other, "less than"),
    "lte": (lambda mine, other: mine <= other, "less than or equal to"),
}

Field = Mapping[str, Any]
Number = TypeVar("Number", int, float)


class InvalidOptions(Invalid):
    """The attributes of an order are not what the offering's options ask for."""

    code = "invalid_options"


class _Wrong(Exception):
    """A value is not what its field takes."""


def declared(schema: Mapping[str, Any]) -> dict[str, Field]:
    """Return the fields of a description by name; what is not one is passed over."""
    fields = schema.get("options")
    found = fields.items() if isinstance(fields, Mapping) else ()
    return {name: field for name, field in found if isinstance(field, Mapping)}


def check(
    values: Mapping[str, Any] | None, schema: Mapping[str, Any], *, partial: bool = False
) -> None:
    """Hold values to a description of options; what it does not name is free.

    With `partial`, what is missing is not asked for.

    :raises InvalidOptions: with a list of messages per name.
    """
    fields = declared(schema)
    if values is None:
        if fields:
            raise InvalidOptions({"non_field_errors": ["No data provided"]})
        return
    errors: dict[str, list[str]] = {}
    for name, field in fields.items():
        if partial and name not in values:
            continue
        if _is_shown(field, values) and (message := _fault(name, field, values)):
            errors[name] = [message]
    if errors:
        raise InvalidOptions(errors)


def chosen(values: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the values that the description names, or None when it names none of them."""
    named = {name: values[name] for name in declared(schema) if name in values}
    return named or None


def defect(schema: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a description of options beyond its shape, or None."""
    fields = declared(schema)
    if strangers := sorted(set(schema.get("order") or ()) - set(fields)):
        return f"Order names unknown options: {', '.join(strangers)}."
    for name, field in fields.items():
        try:
            patterns.check(field.get("pattern") or "")
        except patterns.Unusable as error:
            return f"Pattern of {name} is not a regular expression: {error}."
    return None


def _is_shown(field: Field, attributes: Mapping[str, Any]) -> bool:
    condition = field.get("visible_if")
    return not condition or attributes.get(condition["field"]) in condition["values"]


def _fault(name: str, field: Field, attributes: Mapping[str, Any]) -> str | None:
    value = attributes.get(name)
    if value is None or value == "":
        return REQUIRED if field.get("required") else None
    try:
        read = _READERS.get(str(field.get("type")), _anything)(value, field)
        _compare(read, field, attributes)
    except _Wrong as wrong:
        return str(wrong)
    return None


def _compare(read: Any, field: Field, attributes: Mapping[str, Any]) -> None:
    """Hold a number or a date to those of other attributes, where these can be read."""
    for validator in field.get("validators") or ():
        other = attributes.get(validator["target_field"])
        if other is None or other == "":
            continue
        try:
            target = _READERS.get(str(field.get("type")), _anything)(
                other, {"type": field.get("type")}
            )
        except _Wrong:
            continue  # the other attribute has its own message
        holds, words = COMPARISONS[validator["type"]]
        if type(read) is not type(target) or not isinstance(read, int | float | date | time):
            continue
        if not holds(read, target):
            raise _Wrong(f"Must be {words} {validator['target_field']}.")


def _anything(value: Any, field: Field) -> Any:
    return value


def _text(value: Any, field: Field) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Wrong("Not a valid string.")
    text = str(value)
    if len(text) > MAX_TEXT:
        raise _Wrong(f"Ensure this field has no more than {MAX_TEXT} characters.")
    if (pattern := field.get("pattern")) and not _fits(pattern, text):
        raise _Wrong(
            field.get("pattern_error") or "This value does not match the required pattern."
        )
    return text


def _fits(pattern: object, text: str) -> bool:
    """Tell whether a text fits; nothing fits a pattern that stands there and cannot be matched."""
    try:
        return patterns.fits(pattern, text)
    except patterns.Unusable as error:
        raise _Wrong("The offering's pattern for this value cannot be used.") from error


def _integer(value: Any, field: Field) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Wrong("A valid integer is required.")
    if not INTEGER.fullmatch(str(value)):
        raise _Wrong("A valid integer is required.")
    return _within(int(str(value).split(".")[0]), field)


def _money(value: Any, field: Field) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Wrong("A valid number is required.")
    if not DECIMAL.fullmatch(str(value)):
        raise _Wrong("A valid number is required.")
    return _within(float(value), field)


def _within(number: Number, field: Field) -> Number:
    if field.get("min") is not None and number < field["min"]:
        raise _Wrong(f"Ensure this value is greater than or equal to {field['min']}.")
    if field.get("max") is not None and number > field["max"]:
        raise _Wrong(f"Ensure this value is less than or equal to {field['max']}.")
    return number


def _boolean(value: Any, field: Field) -> bool:
    word = str(value).lower()
    if not isinstance(value, bool | str | int) or word not in TRUTHS | UNTRUTHS:
        raise _Wrong("Must be a valid boolean.")
    return word in TRUTHS


def _date(value: Any, field: Field) -> date:
    try:
        return day_from(value)
    except OutOfRange as error:
        raise _Wrong(str(error)) from None
    except ValueError:
        raise _Wrong(
            "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
        ) from None


def _time(value: Any, field: Field) -> time:
    try:
        return time.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError):
        raise _Wrong(
            "Time has wrong format. Use one of these formats instead: hh:mm[:ss[.uuuuuu]]."
        ) from None


def _choice(value: Any, field: Field) -> Any:
    if not isinstance(value, str) or value not in (field.get("choices") or ()):
        raise _Wrong(f'"{value}" is not a valid choice.')
    return value


def _choices(value: Any, field: Field) -> Any:
    if not isinstance(value, list):
        raise _Wrong(f'Expected a list of items but got type "{type(value).__name__}".')
    for one in value:
        _choice(one, field)
    return value


_READERS: Mapping[str, Callable[[Any, Field], Any]] = {
    "string": _text,
    "text": _text,
    "html_text": _text,
    "integer": _integer,
    "money": _money,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "select_string": _choice,
    "select_string_multi": _choices,
}
