"""JSON values are accepted by their shape, and never changed."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from common.api.json_shapes import (
    ANYTHING,
    NUMBER,
    OBJECT,
    TEXT,
    TRUTH,
    WHOLE,
    JsonField,
    Shape,
    either,
    list_of,
    map_of,
    or_null,
    record,
    words,
)
from common.json_values import unkeepable

POINT = record({"x": NUMBER, "name": TEXT}, required=("x",))


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (TEXT, ""),
        (WHOLE, 3),
        (WHOLE, 3.0),
        (NUMBER, 3.5),
        (TRUTH, False),
        (words("a", "b"), "b"),
        (or_null(TEXT), None),
        (or_null(TEXT), "x"),
        (either(TRUTH, TEXT), True),
        (either(TRUTH, TEXT), "x"),
        (list_of(WHOLE), [1, 2]),
        (map_of(TEXT), {"k": "v"}),
        (POINT, {"x": 1, "unknown": [None]}),
        (OBJECT, {}),
    ],
)
def test_a_right_value_is_kept_as_it_was_sent(shape: Shape, value: object) -> None:
    assert JsonField(shape, allow_null=True).run_validation(value) == value


@pytest.mark.parametrize(
    ("shape", "value", "fault"),
    [
        (TEXT, 1, ["Not a valid string."]),
        (WHOLE, 1.5, ["A valid integer is required."]),
        (WHOLE, True, ["A valid integer is required."]),
        (NUMBER, "1", ["A valid number is required."]),
        (TRUTH, "true", ["Must be a valid boolean."]),
        (words("a"), "z", ['"z" is not a valid choice.']),
        (words("a"), [], ['"[]" is not a valid choice.']),
        (either(TRUTH, TEXT), 1, ["Not a valid string."]),
        (list_of(WHOLE), {}, ['Expected a list of items but got type "dict".']),
        (list_of(WHOLE), [1, "x"], {"1": ["A valid integer is required."]}),
        (map_of(TEXT), [], ['Expected a dictionary of items but got type "list".']),
        (map_of(TEXT), {"k": 1}, {"k": ["Not a valid string."]}),
        (POINT, [], ["Invalid data. Expected a dictionary, but got list."]),
        (POINT, {"name": 1}, {"x": ["This field is required."], "name": ["Not a valid string."]}),
    ],
)
def test_a_wrong_value_is_refused_where_it_is_wrong(
    shape: Shape, value: object, fault: object
) -> None:
    with pytest.raises(ValidationError) as refused:
        JsonField(shape).run_validation(value)
    assert refused.value.detail == fault


def nested(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"a": ["x\x00"]}, "Null characters are not allowed."),
        ({"\x00": 1}, "Null characters are not allowed."),
        ({"a": "\ud800"}, "Surrogate characters are not allowed."),
        ([math.inf], "Numbers must be finite."),
        (nested(51), "Value is nested too deeply."),
    ],
)
def test_what_the_database_cannot_keep_is_refused_in_any_shape(value: object, why: str) -> None:
    assert unkeepable(value) == why
    with pytest.raises(ValidationError):
        JsonField(ANYTHING).run_validation(value)


def test_depth_that_can_be_kept_is_kept() -> None:
    assert unkeepable(nested(50)) is None


def test_the_schema_says_what_is_checked() -> None:
    shape = record(
        {
            "kind": words("b", "a"),
            "many": list_of(or_null(WHOLE)),
            "map": map_of(either(TRUTH, TEXT)),
        },
        required=("kind",),
    )
    assert shape.schema == {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": ["a", "b"]},
            "many": {"type": "array", "items": {"type": "integer", "nullable": True}},
            "map": {
                "type": "object",
                "additionalProperties": {"oneOf": [{"type": "boolean"}, {"type": "string"}]},
            },
        },
        "required": ["kind"],
    }
    assert copy.deepcopy(shape) is shape


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "a", "\x00"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["x", "name", "k"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(JSON, st.sampled_from([ANYTHING, TEXT, WHOLE, POINT, list_of(POINT), map_of(NUMBER)]))
def test_whatever_is_sent_is_kept_or_refused(value: Any, shape: Shape) -> None:
    try:
        kept = JsonField(shape, allow_null=True).run_validation(value)
    except ValidationError:
        return
    assert kept == value
    assert unkeepable(kept) is None
