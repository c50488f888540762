"""What a name may consist of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import names, slugs
from tests.cases import each


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Łukasz Żółć",
        "O'Brien-Smith",
        "王小明",
        "محمد",
        "\u0645\u06cc\u200c\u062e",
        "👩\u200d🔬 lab",
        "É",
        "e\u0301",
        "#1 & co.",
    ],
)
def test_names_of_all_scripts_are_taken(name: str) -> None:
    assert names.fault(name) is None


@each(
    "char",
    ["\n", "\r", "\t", "\x00", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", *sorted(names.TURNING)],
)
def test_control_and_turning_characters_are_not(char: str) -> None:
    assert names.fault(f"Ada{char}Lovelace") == names.STRANGE


@pytest.mark.parametrize(
    "name", [" ", "\u200b", "\u3164", "\u00ad\u2060", "\u3000 \ufeff", "\u2800"]
)
def test_what_nobody_sees_is_no_name(name: str) -> None:
    assert names.fault(name) == names.EMPTY


TURNED = "x\u202egnp.exe"
WITHIN = {
    "key": {TURNED: 1},
    "key below": {"a": [{"b": {"\x07": None}}]},
    "key of lines": {"a\nb": 1},
    "label": {"options": {"a": {"label": TURNED}}},
    "label of lines": {"options": {"a": {"label": "a\nb"}}},
    "order": {"order": ["a", "b\x07"]},
    "choices": {"options": {"a": {"choices": ["a\tb"]}}},
    "choices by another": {"choices": {"a": ["b\nc"]}},
    "text": {"help_text": TURNED},
    "text of a list": {"a": ["b", "\x1b[31m"]},
    "text alone": "\x00",
}
FREE = [
    None,
    1.5,
    {},
    {"a": {"name": "محمد", "label": "É", "choices": ["small", "groß"], "order": []}},
    {"help_text": "one\n\ttwo\r\n", "keys": ["ssh-ed25519 AAAA a@b\n"], "min": 1, "on": True},
    {"label": " ", "": ""},
]


@pytest.mark.parametrize("kind", WITHIN)
def test_keys_and_labels_of_documents_are_names_and_other_texts_have_lines(kind: str) -> None:
    assert names.fault_within(WITHIN[kind])


@pytest.mark.parametrize("document", FREE)
def test_documents_are_taken_as_clients_send_them(document: object) -> None:
    assert names.fault_within(document) is None


def test_it_is_told_where_in_a_document_the_fault_is() -> None:
    for document, told in (
        ({"options": {"a": {"label": TURNED}}}, f"options.a.label: {names.STRANGE}"),
        ({"a": {TURNED: 1}}, f"'a.x\\u202egnp.exe': {names.STRANGE}"),
        ({"a": ["b\x07"]}, f"a: {names.STRANGE_TEXT}"),
    ):
        assert names.fault_within(document) == told


def test_a_slug_is_no_option_of_a_command() -> None:
    for slug in ("-x", "_x", "-", "--help", "é"):
        assert names.fault_in("slug", slug) == names.NO_SLUG
    for slug in ("x", "0", "X-1", "a_b", ""):
        assert names.fault_in("slug", slug) is None
    assert names.fault_in("name", "-x") is None


@given(st.text(max_size=40))
def test_the_service_makes_no_other_slugs(name: str) -> None:
    assert names.fault_in("slug", slugs.stem(name, "project")) is None
