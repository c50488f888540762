"""The loader of a read plan: rows by key, in batches and each once (the DataLoader pattern).

Facebook's DataLoader is where the names come from: `load` says which keys are needed and returns
what will have their rows, `dispatch` reads all that was asked for by then, one query a model, and
`prime` tells of rows that came by another way. One loader serves one page and is then forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from common.api.reads.caller import Caller
    from common.api.reads.select import Column, ReverseLookup, Select
    from common.api.reads.sql import Row


class LoadedRows:
    """The rows of one node of a plan, with those of its foreign keys and nested relations.

    Until its batch is dispatched it is empty.
    """

    def __init__(self) -> None:
        """Begin without rows."""
        self.rows: list[Row] = []
        self.index: dict[Any, int] = {}
        self.related: dict[str, LoadedRows] = {}
        self.nested: dict[str, tuple[LoadedRows, dict[Any, list[int]]]] = {}
        self._columns: list[Sequence[Any]] = []

    def fill(self, rows: Iterable[Row]) -> None:
        """Take the rows, in order."""
        self.rows = list(rows)
        self.index = {row[0]: position for position, row in enumerate(self.rows)}
        self._columns = list(zip(*self.rows, strict=True))

    def column(self, column: Column) -> Sequence[Any]:
        """Return a column's values, one for each row."""
        return self._columns[column.position] if self.rows else ()

    def positions(self, name: str, foreign_key: Column) -> list[int | None]:
        """Return for each row where the row is, among the related ones, that a key leads to."""
        index = self.related[name].index
        return [index.get(value) for value in self.column(foreign_key)]


@dataclass
class Batch:
    """The keys of one select that are read together, and what waits for their rows."""

    keys: set[Any] = field(default_factory=set)
    pending: list[tuple[LoadedRows, Sequence[Any]]] = field(default_factory=list)
    is_deferrable: bool = True


class RowLoader:
    """The rows that one page has by now, by select, and the batches that are still to be read."""

    def __init__(self, caller: Caller) -> None:
        """Begin with an empty cache, for a caller."""
        self.caller = caller
        self._cache: dict[Select, dict[Any, Row]] = {}
        self._batches: dict[Select, Batch] = {}

    def prime(self, select: Select, rows: Mapping[Any, Row]) -> None:
        """Put rows into the cache: whoever loads one of them has it without a query."""
        self._cache.setdefault(select, {}).update(rows)

    def load(self, select: Select, keys: Sequence[Any], *, is_deferrable: bool) -> LoadedRows:
        """Add keys to the select's batch, and return what `dispatch` fills with their rows.

        A batch is deferrable when nothing else is loaded from its rows: it may wait for keys of
        deeper levels.
        """
        distinct = dict.fromkeys(keys)
        distinct.pop(None, None)
        batch = self._batches.setdefault(select, Batch())
        batch.keys.update(distinct)
        batch.is_deferrable = batch.is_deferrable and is_deferrable
        loaded = LoadedRows()
        batch.pending.append((loaded, list(distinct)))
        return loaded

    def load_by_owners(
        self, select: Select, lookup: ReverseLookup, owners: LoadedRows
    ) -> tuple[LoadedRows, dict[Any, list[int]]]:
        """Read the rows that belong to others at once, and say which belong to whom.

        They prime the cache.
        """
        found, pairs = select.by_owners(lookup, owners.index, self.caller)
        self.prime(select, found)
        loaded = LoadedRows()
        loaded.fill(found.values())
        positions: dict[Any, list[int]] = {}
        for owner, key in pairs:
            if key in loaded.index:
                positions.setdefault(owner, []).append(loaded.index[key])
        return loaded, positions

    def dispatch(self, depth: int) -> None:
        """Read the batches; deferrable ones on the last level of the plan that adds to them."""
        for select in list(self._batches):
            if not self._batches[select].is_deferrable or depth >= select.deepest:
                self._read(select, self._batches.pop(select))

    def _read(self, select: Select, batch: Batch) -> None:
        cached = self._cache.setdefault(select, {})
        cached.update(select.by_keys(batch.keys - cached.keys(), self.caller))
        for pending, keys in batch.pending:
            pending.fill(cached[key] for key in keys if key in cached)
