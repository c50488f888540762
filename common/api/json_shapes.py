"""JSON of some depth, described once: what is accepted of a client and what the schema says.

A shape checks a value and never changes it: what is stored is what was sent, keys that nobody
knows included. Whatever the shape, a value must be one that comes back as it was sent, and no
larger than a document may be; its keys and labels are names (`common.names`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from common import names
from common.json_values import UnreadableJson, read, too_long, unkeepable
from common.times import day_from

Schema = Mapping[str, Any]
Fault = list[str] | dict[str, Any] | None


@dataclass(frozen=True)
class Shape:
    """A kind of JSON value: its schema, and what is wrong with a value (None: nothing)."""

    schema: Schema
    fault: Callable[[Any], Fault]

    def __deepcopy__(self, memo: dict[int, Any]) -> Shape:
        """Return itself: serializers copy their fields for every request."""
        return self


def _kind(schema: Schema, is_kind: Callable[[Any], bool], message: str) -> Shape:
    return Shape(schema, lambda value: None if is_kind(value) else [message])


def _is_day(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return day_from(value).isoformat() == value
    except ValueError:
        return False


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1


ANYTHING = Shape({}, lambda _: None)
TEXT = _kind({"type": "string"}, lambda value: isinstance(value, str), "Not a valid string.")
WHOLE = _kind({"type": "integer"}, _is_whole, "A valid integer is required.")
NUMBER = _kind(
    {"type": "number"},
    lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "A valid number is required.",
)
DAY = _kind(
    {"type": "string"},
    lambda value: value == "" or _is_day(value),
    "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
)
"""A date or, as Waldur has it where none is set, an empty text; its schema says a text as well."""
TRUTH = _kind(
    {"type": "boolean"}, lambda value: isinstance(value, bool), "Must be a valid boolean."
)


def words(*names: str) -> Shape:
    """Return the shape of one of some words."""

    def fault(value: Any) -> Fault:
        known = isinstance(value, str) and value in names
        return None if known else [f'"{value}" is not a valid choice.']

    return Shape({"type": "string", "enum": sorted(names)}, fault)


def text_that(fault_of: Callable[[str], str | None]) -> Shape:
    """Return the shape of a text with which `fault_of` finds no fault."""

    def fault(value: Any) -> Fault:
        if not isinstance(value, str):
            return ["Not a valid string."]
        why = fault_of(value)
        return [why] if why else None

    return Shape({"type": "string"}, fault)


def or_null(shape: Shape) -> Shape:
    """Return the shape of what may also be null."""
    return Shape(
        {**shape.schema, "nullable": True},
        lambda value: None if value is None else shape.fault(value),
    )


def either(*shapes: Shape) -> Shape:
    """Return the shape of what has one of several shapes."""

    def fault(value: Any) -> Fault:
        faults = [shape.fault(value) for shape in shapes]
        return None if None in faults else faults[-1]

    return Shape({"oneOf": [dict(shape.schema) for shape in shapes]}, fault)


def list_of(shape: Shape, *, most: int | None = None) -> Shape:
    """Return the shape of a list, perhaps of at most so many."""

    def fault(value: Any) -> Fault:
        if not isinstance(value, list):
            return [f'Expected a list of items but got type "{type(value).__name__}".']
        if most is not None and len(value) > most:
            return [f"Ensure this field has no more than {most} elements."]
        faults = {str(at): why for at, one in enumerate(value) if (why := shape.fault(one))}
        return faults or None

    return Shape({"type": "array", "items": dict(shape.schema)}, fault)


def map_of(shape: Shape) -> Shape:
    """Return the shape of an object with free keys."""

    def fault(value: Any) -> Fault:
        if not isinstance(value, dict):
            return [f'Expected a dictionary of items but got type "{type(value).__name__}".']
        return {key: why for key, one in value.items() if (why := shape.fault(one))} or None

    return Shape({"type": "object", "additionalProperties": dict(shape.schema)}, fault)


def record(fields: Mapping[str, Shape], *, required: tuple[str, ...] = ()) -> Shape:
    """Return the shape of an object whose known keys have shapes; others are kept unchecked."""

    def fault(value: Any) -> Fault:
        if not isinstance(value, dict):
            kind = type(value).__name__
            return [f"Invalid data. Expected a dictionary, but got {kind}."]
        faults: dict[str, Any] = {
            name: ["This field is required."] for name in required if name not in value
        }
        for name, one in value.items():
            if name in fields and (why := fields[name].fault(one)):
                faults[name] = why
        return faults or None

    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: dict(shape.schema) for name, shape in fields.items()},
    }
    return Shape({**schema, "required": list(required)} if required else schema, fault)


OBJECT = map_of(ANYTHING)


class JsonField(serializers.JSONField):
    """A JSON value of a shape, for inputs and for columns that are shown as they are stored."""

    def __init__(self, shape: Shape = OBJECT, *, of_machines: bool = False, **kwargs: Any) -> None:
        """Take the shape, whether its texts are as machines wrote them, and DRF's arguments."""
        super().__init__(**kwargs)
        self.shape, self.of_machines = shape, of_machines
        self._spectacular_annotation = {"field": shape.schema}

    def to_internal_value(self, data: Any) -> Any:
        """Return the value as it was sent."""
        value = self._sent(data)
        if why := unkeepable(value) or too_long(value):
            raise serializers.ValidationError(why)
        if fault := self.shape.fault(value):
            raise serializers.ValidationError(fault)
        if not self.of_machines and (strange := names.fault_within(value)):
            raise serializers.ValidationError([strange])
        return value

    def _sent(self, data: Any) -> Any:
        if not getattr(data, "is_json_string", False):  # a form's value is a text of JSON
            return data
        try:
            return read(data)
        except UnreadableJson:
            self.fail("invalid")
