"""What an offering asks of an order beside its limits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace import options
from tests.cases import each


def described(**fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "options": {name: {"label": name, **field} for name, field in fields.items()},
        "order": list(fields),
    }


def refusal(attributes: dict[str, Any] | None, asked: dict[str, Any]) -> object:
    with pytest.raises(options.InvalidOptions) as refused:
        options.check(attributes, asked)
    return refused.value.detail


@pytest.mark.parametrize("asked", [{}, {"options": {}, "order": []}])
def test_without_options_anything_goes(asked: dict[str, Any]) -> None:
    options.check(None, asked)
    options.check({"name": 1, "whatever": {"deep": [None]}}, asked)


def test_no_attributes_at_all_are_refused_where_there_are_options() -> None:
    assert refusal(None, described(purpose={"type": "string"})) == {
        "non_field_errors": ["No data provided"]
    }


@pytest.mark.parametrize("value", [None, ""])
def test_a_required_option_must_be_given(value: object) -> None:
    asked = described(purpose={"type": "string", "required": True})
    assert refusal({}, asked) == {"purpose": ["This field is required."]}
    assert refusal({"purpose": value}, asked) == {"purpose": ["This field is required."]}


def test_an_optional_option_may_be_left_out() -> None:
    options.check({"name": "x"}, described(purpose={"type": "string"}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"type": "string"}, "tests"),
        ({"type": "text"}, 5),
        ({"type": "string", "pattern": "[a-z]+"}, "abc"),
        ({"type": "integer", "min": 1, "max": 5}, 5),
        ({"type": "integer"}, "5"),
        ({"type": "integer"}, 5.0),
        ({"type": "money"}, "12.50"),
        ({"type": "boolean"}, True),
        ({"type": "boolean"}, "false"),
        ({"type": "date"}, "2026-11-22"),
        ({"type": "time"}, "12:30"),
        ({"type": "select_string", "choices": ["a", "b"]}, "b"),
        ({"type": "select_string_multi", "choices": ["a", "b"]}, ["a", "b"]),
        ({"type": "select_openstack_tenant"}, {"any": "thing"}),
        ({"type": "component_multiplier"}, "7"),
    ],
)
def test_a_right_value_passes(field: dict[str, Any], value: object) -> None:
    options.check({"it": value}, described(it=field))


@each(
    ("field", "value", "message"),
    [
        ({"type": "string"}, ["x"], "Not a valid string."),
        ({"type": "string"}, True, "Not a valid string."),
        ({"type": "text"}, "x" * 10_001, "Ensure this field has no more than 10000 characters."),
        (
            {"type": "string", "pattern": "[a-z]+"},
            "A1",
            "This value does not match the required pattern.",
        ),
        ({"type": "string", "pattern": "[a-z]+", "pattern_error": "Letters."}, "1", "Letters."),
        ({"type": "integer"}, "many", "A valid integer is required."),
        ({"type": "integer"}, 1.5, "A valid integer is required."),
        ({"type": "integer"}, True, "A valid integer is required."),
        ({"type": "integer"}, [1], "A valid integer is required."),
        (
            {"type": "integer", "min": 3},
            2,
            "Ensure this value is greater than or equal to 3.",
        ),
        ({"type": "integer", "max": 3}, 4, "Ensure this value is less than or equal to 3."),
        ({"type": "money"}, "nan", "A valid number is required."),
        ({"type": "money"}, {}, "A valid number is required."),
        ({"type": "boolean"}, "perhaps", "Must be a valid boolean."),
        ({"type": "boolean"}, {}, "Must be a valid boolean."),
        (
            {"type": "date"},
            "22.11.2026",
            "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
        ),
        (
            {"type": "time"},
            12,
            "Time has wrong format. Use one of these formats instead: hh:mm[:ss[.uuuuuu]].",
        ),
        ({"type": "select_string", "choices": ["a"]}, "z", '"z" is not a valid choice.'),
        ({"type": "select_string"}, "z", '"z" is not a valid choice.'),
        ({"type": "select_string_multi", "choices": ["a"]}, ["z"], '"z" is not a valid choice.'),
        (
            {"type": "select_string_multi", "choices": ["a"]},
            "a",
            'Expected a list of items but got type "str".',
        ),
    ],
)
def test_a_wrong_value_is_refused_under_its_name(
    field: dict[str, Any], value: object, message: str
) -> None:
    assert refusal({"it": value}, described(it=field)) == {"it": [message]}


def test_an_option_that_is_not_shown_is_not_asked_for() -> None:
    asked = described(
        gpu={"type": "boolean"},
        model={
            "type": "string",
            "required": True,
            "visible_if": {"field": "gpu", "values": [True, "true"]},
        },
    )
    options.check({"gpu": False}, asked)
    assert refusal({"gpu": True}, asked) == {"model": ["This field is required."]}


@pytest.mark.parametrize(
    ("kind", "end", "message"),
    [
        ("gt", "2026-01-01", "Must be greater than start."),
        ("gte", "2025-12-31", "Must be greater than or equal to start."),
        ("lt", "2026-01-01", "Must be less than start."),
        ("lte", "2026-01-02", "Must be less than or equal to start."),
    ],
)
def test_one_option_may_be_held_to_another(kind: str, end: str, message: str) -> None:
    asked = described(
        start={"type": "date"},
        end={"type": "date", "validators": [{"type": kind, "target_field": "start"}]},
    )
    assert refusal({"start": "2026-01-01", "end": end}, asked) == {"end": [message]}
    options.check({"end": end}, asked)
    fits = {"gt": "2026-01-02", "gte": "2026-01-01", "lt": "2025-12-31", "lte": "2026-01-01"}
    options.check({"start": "2026-01-01", "end": fits[kind]}, asked)


def test_a_comparison_with_what_cannot_be_compared_is_left_out() -> None:
    asked = described(
        start={"type": "date"},
        end={"type": "date", "validators": [{"type": "gt", "target_field": "start"}]},
        word={"type": "string", "validators": [{"type": "gt", "target_field": "start"}]},
    )
    assert refusal({"start": "soon", "end": "2026-01-01", "word": "x"}, asked) == {
        "start": ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."]
    }


def test_a_part_of_the_values_is_not_asked_for_the_rest() -> None:
    asked = described(a={"type": "string", "required": True}, b={"type": "integer"})
    options.check({"b": 1}, asked, partial=True)
    with pytest.raises(options.InvalidOptions):
        options.check({"a": None}, asked, partial=True)


def test_the_values_that_the_options_name_are_picked_out() -> None:
    asked = described(a={"type": "string"}, b={"type": "integer"})
    assert options.chosen({"a": "x", "name": "y"}, asked) == {"a": "x"}
    assert options.chosen({"name": "y"}, asked) is None


@pytest.mark.parametrize("broken", [{"options": None}, {"options": []}, {"options": {"a": "b"}}])
def test_a_broken_description_asks_for_nothing(broken: dict[str, Any]) -> None:
    options.check({"a": 1}, broken)
    options.check({}, {"options": {"a": {"required": False}}})


def test_a_description_is_looked_through() -> None:
    assert options.defect({}) is None
    assert options.defect(described(a={"type": "string", "pattern": "[a-z]"})) is None
    assert options.defect({"options": {}, "order": ["b", "a"]}) == (
        "Order names unknown options: a, b."
    )
    assert options.defect(described(a={"type": "string", "pattern": "["})) == (
        "Pattern of a is not a regular expression: missing ]: [ (patterns are those of RE2)."
    )


KINDS = st.sampled_from([*options._READERS, "storage_folder_manager"])
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("0123456789abc:-. é", max_size=10)
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text("ab", max_size=1), st.integers(), max_size=1)
)


@given(KINDS, VALUES)
def test_whatever_is_sent_passes_or_is_refused_with_one_message(kind: str, value: object) -> None:
    try:
        options.check({"it": value}, described(it={"type": kind, "choices": ["a"]}))
    except options.InvalidOptions as error:
        refused = error
    else:
        return
    assert isinstance(refused.detail, dict)
    assert [len(messages) for messages in refused.detail.values()] == [1]
