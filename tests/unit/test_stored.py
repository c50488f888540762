"""What stands in a JSON column is told, whatever it is; what is told differently is counted."""

from __future__ import annotations

from typing import Any

import pytest

from common import stored

LARGE = 2**70

TOLD: list[tuple[str, str, Any, int]] = [
    ("an ordinary object", '{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}, 0),
    ("the largest number of 64 bits", str(2**64 - 1), 2**64 - 1, 0),
    ("digits in a text", f'["{LARGE}"]', [str(LARGE)], 0),
    ("a number beyond 64 bits", str(LARGE), float(LARGE), 1),
    ("two of them", f"[{LARGE}, {-LARGE}]", [float(LARGE), float(-LARGE)], 2),
    ("more digits than a float has", "9" * 401, "[a number of 401 digits]", 1),
    ("more digits than Python reads", "9" * 5001, "[a number of 5001 digits]", 1),
    ("more levels than are read", "[" * 5000 + "]" * 5000, "[JSON that cannot be read]", 1),
]


@pytest.mark.parametrize("kind", [str, str.encode])
@pytest.mark.parametrize(
    ("text", "value", "count"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD]
)
def test_a_stored_document_is_told_and_what_is_replaced_is_counted(
    text: str, value: Any, count: int, kind: Any
) -> None:
    stored.replaced()

    assert stored.json_of(kind(text), "a column") == value
    assert stored.replaced() == count
