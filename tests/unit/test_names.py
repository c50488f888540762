"""What a name may consist of."""

import pytest

from config.common import names


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


@pytest.mark.parametrize(
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
