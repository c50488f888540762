"""Only what differs is stored, set and told, whatever is wanted of a row."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, ClassVar

from hypothesis import given
from hypothesis import strategies as st

from common import changes

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COLUMNS = ("name", "limit", "options", "modified")
VALUES = st.one_of(st.none(), st.integers(0, 3), st.sampled_from("ab"), st.lists(st.integers(0, 1)))
ROWS = st.fixed_dictionaries(dict.fromkeys(COLUMNS[:3], VALUES))
WANTED = st.dictionaries(st.sampled_from(COLUMNS[:3]), VALUES)


class Table:
    """What a manager does for `changes`: it notes each UPDATE."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []

    def filter(self, **key: Any) -> SimpleNamespace:
        return SimpleNamespace(update=lambda **columns: self.updates.append({**key, **columns}))


class Row:
    _default_manager: ClassVar[Table]
    pk = 7

    def __init__(self, **columns: Any) -> None:
        type(self)._default_manager = Table()
        vars(self).update(columns)


def row_of(columns: dict[str, Any]) -> Any:
    return Row(**columns, modified="before")


@given(columns=ROWS, wanted=WANTED)
def test_differing_is_what_is_wanted_and_not_there(
    columns: dict[str, Any], wanted: dict[str, Any]
) -> None:
    row = row_of(columns)
    found = changes.differing(row, wanted)
    assert found == {name: value for name, value in wanted.items() if columns[name] != value}
    assert vars(row) == {**columns, "modified": "before"}


@given(columns=ROWS, wanted=WANTED)
def test_write_stores_what_differs_once_and_returns_what_there_was(
    columns: dict[str, Any], wanted: dict[str, Any]
) -> None:
    row = row_of(columns)
    differing = changes.differing(row, wanted)
    former = changes.write(row, wanted, now=NOW)

    assert former == {name: columns[name] for name in differing}
    assert list(former) == [name for name in wanted if name in differing]
    stored = [{"pk": 7, **differing, "modified": NOW}] if differing else []
    assert Row._default_manager.updates == stored
    assert vars(row) == {**columns, **wanted, "modified": NOW if differing else "before"}
    assert changes.write(row, wanted, now=NOW) == {}
    assert Row._default_manager.updates == stored


@given(columns=ROWS, wanted=WANTED)
def test_write_can_be_undone_by_what_it_returned(
    columns: dict[str, Any], wanted: dict[str, Any]
) -> None:
    row = row_of(columns)
    former = changes.write(row, wanted, now=NOW)
    changes.write(row, former, now=NOW)
    assert {name: getattr(row, name) for name in columns} == columns


@given(columns=ROWS, wanted=WANTED)
def test_assign_sets_the_row_alone(columns: dict[str, Any], wanted: dict[str, Any]) -> None:
    row = row_of(columns)
    differing = changes.differing(row, wanted)
    assert changes.assign(row, wanted) == {name: columns[name] for name in differing}
    assert vars(row) == {**columns, **wanted, "modified": "before"}
    assert Row._default_manager.updates == []


def test_a_row_without_a_time_of_change_gets_none() -> None:
    row: Any = Row(name="a")
    assert changes.write(row, {"name": "b"}, now=NOW) == {"name": "a"}
    assert Row._default_manager.updates == [{"pk": 7, "name": "b"}]


def test_touch_stores_the_time_alone() -> None:
    changes.touch(row_of({}), now=NOW)
    assert Row._default_manager.updates == [{"pk": 7, "modified": NOW}]
