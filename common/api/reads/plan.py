"""Read plans: loading and rendering what an output serializer declares.

A page costs one query for its rows, one for each model that its rows reach over foreign keys at one
depth (rows that share a related row share its rendering), one for each nested relation, and nothing
else: loading and rendering are apart, and rendering is pure. It goes column by column, so that most
of it is done by the interpreter's own loops. `common.api.reads.compiler` makes the plans, the
loader reads the rows; the reasons and figures are in docs/adr/0010.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from common import stored
from common.api.reads.loader import LoadedRows, RowLoader
from common.api.reads.select import Column, ColumnFormat, ReverseLookup, Select

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import QuerySet

    from common.api.reads.caller import Caller
    from common.api.reads.outputs import Derived, JsonObject, Nested

Shown = dict[frozenset[str], set[int]]
"""Columns, and the keys of the people of whom they were shown."""

log = logging.getLogger(__name__)


class QueryWhileRendering(RuntimeError):
    """Something that renders asked the database: its output does not declare what it needs."""


def no_queries() -> AbstractContextManager[Any]:
    """Forbid SQL within the context, in tests and debugging; elsewhere it costs nothing."""
    if not settings.FORBID_SQL_WHILE_RENDERING:
        return nullcontext()

    def refuse(execute: Any, sql: str, *args: Any) -> Any:
        raise QueryWhileRendering(sql)

    return connection.execute_wrapper(refuse)


@dataclass
class RenderedKey:
    """One key of a node: the function that makes its values for all rows at once."""

    key: str
    values: Callable[[LoadedRows, Caller], Sequence[Any]]
    allow_null: bool
    when_missing: Callable[[], Any]
    """What is told where the related row that has the columns is missing."""
    fallback: Callable[[], Any] = lambda: None
    """What is told where a value cannot be made of what is stored."""


@dataclass
class NestedRows:
    """One key of a node whose value is made of rows of a relation: one of the two last is set."""

    key: str
    declared: Nested
    node: Node
    lookup: ReverseLookup | None = None
    foreign_key: Column | None = None


class Node:
    """One model's share of a plan: its select, its keys, its foreign keys and nested rows."""

    def __init__(self, select: Select) -> None:
        """Begin with the primary key alone."""
        self.select = select
        self.keys: list[RenderedKey] = []
        self.derived: list[tuple[str, Derived]] = []
        self.related: dict[str, tuple[Column, Node]] = {}
        self.nested: list[NestedRows] = []
        self.hidden: frozenset[str] = frozenset()
        self.shown: dict[str, set[str | None]] = {}
        """The columns that keys show; by which keys if some callers are not told, else by None."""

    @property
    def is_leaf(self) -> bool:
        """Tell whether nothing is reached from here, so that the rows may come late."""
        return not self.related and not self.nested

    @property
    def columns(self) -> list[str]:
        """The names of the columns that are read."""
        return self.select.names

    @cached_property
    def when_missing(self) -> JsonObject:
        """What a missing row leaves behind: null where allowed, what functions make of None."""
        rendered: JsonObject = {}
        for one in self.keys:
            value = one.when_missing()
            if value is not None or one.allow_null:
                rendered[one.key] = value
        rendered.update({entry.key: None for entry in self.nested if entry.declared.allow_null})
        for _, node in self.related.values():
            rendered.update(node.when_missing)
        return rendered

    def values_at(
        self, path: Sequence[str], format_: ColumnFormat = ColumnFormat.VALUE
    ) -> Callable[[LoadedRows], Sequence[Any]]:
        """Return the function that takes the values at a path, over the node's foreign keys."""
        if len(path) == 1:
            return _decoder(self.select.column(path[0], format_))
        name = path[0]
        foreign_key, node = self.related[name]
        values_there = node.values_at(path[1:], format_)

        def values(loaded: LoadedRows) -> Sequence[Any]:
            found = values_there(loaded.related[name])
            positions = loaded.positions(name, foreign_key)
            return [None if position is None else found[position] for position in positions]

        return values

    # --- loading ----------------------------------------------------------------------------------

    def load_next(self, loaded: LoadedRows, loader: RowLoader) -> list[tuple[Node, LoadedRows]]:
        """Load the related rows and the nested ones, and return what comes on the next level."""
        level = []
        for name, (foreign_key, node) in self.related.items():
            keys = loaded.column(foreign_key)
            loaded.related[name] = loader.load(node.select, keys, is_deferrable=node.is_leaf)
            level.append((node, loaded.related[name]))
        for entry in self.nested:
            select, is_leaf = entry.node.select, entry.node.is_leaf
            if entry.foreign_key is not None:
                keys = loaded.column(entry.foreign_key)
                inner = loader.load(select, keys, is_deferrable=is_leaf)
                loaded.nested[entry.key] = inner, {}
            else:
                assert entry.lookup is not None  # noqa: S101 - the compiler sets one of the two
                inner, positions = loader.load_by_owners(select, entry.lookup, loaded)
                loaded.nested[entry.key] = inner, positions
            level.append((entry.node, inner))
        return level

    def add_people(self, loaded: LoadedRows, told: set[str | None], people: Shown) -> None:
        """Add of whom the rows tell, and what, where `told` are the keys that have a value."""
        personal: frozenset[str] = getattr(self.select.model, "personal", frozenset())
        columns = frozenset(one for one in personal if told & self.shown.get(one, set()))
        if columns and loaded.rows:
            people.setdefault(columns, set()).update(row[0] for row in loaded.rows)
        for name, (_, node) in self.related.items():
            node.add_people(loaded.related[name], told, people)
        for entry in self.nested:
            entry.node.add_people(loaded.nested[entry.key][0], told, people)

    # --- rendering --------------------------------------------------------------------------------

    def render(self, loaded: LoadedRows, caller: Caller) -> list[JsonObject]:
        """Render every row that was loaded, in order; runs no query."""
        if not loaded.rows:
            return []
        columns = [self._values(one, loaded, caller) for one in self.keys]
        keys = [one.key for one in self.keys]
        rendered: list[JsonObject]
        if columns:
            rendered = [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
        else:
            rendered = [{} for _ in loaded.rows]
        for one, values in zip(self.keys, columns, strict=True):
            if not one.allow_null and None in values:
                _leave_out(one.key, values, rendered)
        self._render_related(loaded, caller, rendered)
        self._render_nested(loaded, caller, rendered)
        for key, derived in self.derived:
            _derive(key, derived, rendered)
        for key in self.hidden:
            for row in rendered:
                row.pop(key, None)
        return rendered

    def _values(self, one: RenderedKey, loaded: LoadedRows, caller: Caller) -> Sequence[Any]:
        """Return a key's values; where one of the rows has none, the others keep theirs."""
        try:
            return one.values(loaded, caller)
        except QueryWhileRendering:
            raise
        except Exception:
            log.exception("%s.%s cannot be told of a row", self.select.model.__name__, one.key)
            return [
                self._value(one, self.single_row(loaded, position), caller)
                for position in range(len(loaded.rows))
            ]

    def _value(self, one: RenderedKey, single: LoadedRows, caller: Caller) -> Any:
        try:
            return one.values(single, caller)[0]
        except Exception:
            stored.report(f"{one.key} of {self.select.model.__name__} {single.rows[0][0]}")
            return one.fallback()

    def single_row(self, loaded: LoadedRows, position: int) -> LoadedRows:
        """Return one row alone, with those that it reaches over foreign keys."""
        single = LoadedRows()
        single.fill([loaded.rows[position]])
        for name, (foreign_key, node) in self.related.items():
            (key,) = single.column(foreign_key)
            related = loaded.related[name]
            at = related.index.get(key)
            single.related[name] = LoadedRows() if at is None else node.single_row(related, at)
        return single

    def _render_related(
        self, loaded: LoadedRows, caller: Caller, rendered: list[JsonObject]
    ) -> None:
        for name, (foreign_key, node) in self.related.items():
            found = node.render(loaded.related[name], caller)
            positions = loaded.positions(name, foreign_key)
            for row, position in zip(rendered, positions, strict=True):
                row.update(node.when_missing if position is None else found[position])

    def _render_nested(
        self, loaded: LoadedRows, caller: Caller, rendered: list[JsonObject]
    ) -> None:
        for entry in self.nested:
            inner, of_owner = loaded.nested[entry.key]
            found = entry.node.render(inner, caller)
            if entry.foreign_key is not None:
                one_each = (inner.index.get(key) for key in loaded.column(entry.foreign_key))
                positions = [[] if position is None else [position] for position in one_each]
            else:
                positions = [of_owner.get(row[0], []) for row in loaded.rows]
            _put_nested(entry, rendered, positions, found)


def _decoder(column: Column) -> Callable[[LoadedRows], Sequence[Any]]:
    def values(loaded: LoadedRows) -> Sequence[Any]:
        return column.decoded(loaded.column(column))

    return values


def _leave_out(key: str, values: Sequence[Any], rendered: list[JsonObject]) -> None:
    for row, value in zip(rendered, values, strict=True):
        if value is None:
            del row[key]


def _put_nested(
    entry: NestedRows,
    rendered: list[JsonObject],
    positions: Sequence[Sequence[int]],
    found: list[JsonObject],
) -> None:
    for row, mine in zip(rendered, positions, strict=True):
        if entry.declared.many:
            row[entry.key] = [found[position] for position in mine]
        elif mine:
            row[entry.key] = found[mine[0]]
        elif entry.declared.allow_null:
            row[entry.key] = None


def _derive(key: str, derived: Derived, rendered: list[JsonObject]) -> None:
    for row in rendered:
        try:
            value = derived.fn(*[row.get(name) for name in derived.keys])
        except Exception:
            log.exception("%s cannot be told of a row", key)
            stored.report(key)
            value = None
        if value is not None or derived.allow_null:
            row[key] = value


class Plan:
    """A compiled output: loads a page's rows and renders them."""

    def __init__(self, root: Node) -> None:
        """Take the compiled tree."""
        self.root = root

    def read(
        self, rows: QuerySet[Any], caller: Caller, people: Shown | None = None
    ) -> list[JsonObject]:
        """Load and render the rows of a queryset, in its order; of whom they tell is added.

        :raises QueryWhileRendering: in tests and debugging, when rendering asks the database.
        """
        with caller.reading():
            loaded = self.load(rows, caller)
        with no_queries():
            rendered = self.render(loaded, caller)
        if people is not None:
            told = {key for row in rendered for key, value in row.items() if value is not None}
            self.root.add_people(loaded, {None, *told}, people)
        return rendered

    def load(self, rows: QuerySet[Any], caller: Caller) -> LoadedRows:
        """Run the plan's queries, level by level; how many does not grow with the rows."""
        loaded, loader = LoadedRows(), RowLoader(caller)
        loaded.fill(self.root.select.page(rows, caller))
        loader.prime(self.root.select, {row[0]: row for row in loaded.rows})
        level, depth = [(self.root, loaded)], 0
        while level:
            level = [pair for node, rows_ in level for pair in node.load_next(rows_, loader)]
            depth += 1
            loader.dispatch(depth)
        return loaded

    def render(self, loaded: LoadedRows, caller: Caller) -> list[JsonObject]:
        """Render what was loaded, in the queryset's order; runs no query."""
        return self.root.render(loaded, caller)
