"""Read plans: fetching and rendering what an output serializer declares.

A page costs one query for its rows, one for each model that its rows reach over foreign keys at one
depth (rows that share a parent share its rendering), one for each nested relation, and nothing
else: fetching and rendering are apart, and rendering is pure. It goes column by column, so that
most of it is done by the interpreter's own loops. `common.api.compiling` makes the plans,
`common.api.selects` the SQL; the reasons and figures are in docs/adr/0010.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from common import stored
from common.api.selects import Belonging, Column, Form, Row, Select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from django.db.models import QuerySet

    from common.api.outputs import Cells, Derived, Nested


log = logging.getLogger(__name__)


class QueryWhileRendering(RuntimeError):
    """Something that renders asked the database: its output does not declare what it needs."""


@dataclass(frozen=True)
class Caller:
    """For whom a page is rendered: the host in its URLs, and the user its queries know."""

    base: str
    user: Any

    @property
    def fingerprint(self) -> Any:
        """All that queries ask of the user, so that statements may be kept by it; None: unknown."""
        return getattr(self.user, "fingerprint", None)


@dataclass
class Cell:
    """One key of a node: the function that makes its values for all rows at once."""

    key: str
    values: Callable[[Fetched, Caller], Sequence[Any]]
    allow_null: bool
    of_nothing: Callable[[], Any]
    instead: Callable[[], Any] = lambda: None
    """What is told where a value cannot be made of what is stored."""


@dataclass
class NestedRows:
    """One key of a node whose value is made of rows of a relation."""

    key: str
    declared: Nested
    plan: Node
    relation: Belonging | None = None
    foreign_key: Column | None = None


class Fetched:
    """The rows of a node, and those of its children and relations."""

    def __init__(self) -> None:
        """Begin without rows."""
        self.rows: list[Row] = []
        self.index: dict[Any, int] = {}
        self.children: dict[str, Fetched] = {}
        self.nested: dict[str, tuple[Fetched, dict[Any, list[int]]]] = {}
        self._columns: list[Sequence[Any]] = []

    def fill(self, rows: Iterable[Row]) -> None:
        """Take the rows, in order."""
        self.rows = list(rows)
        self.index = {row[0]: position for position, row in enumerate(self.rows)}
        self._columns = list(zip(*self.rows, strict=True))

    def column(self, column: Column) -> Sequence[Any]:
        """Return a column's values, one for each row."""
        return self._columns[column.position] if self.rows else ()

    def only(self, place: int, node: Node) -> Fetched:
        """Return one row alone, with those that it reaches over foreign keys."""
        alone = Fetched()
        alone.fill([self.rows[place]])
        for name, (key, child) in node.children.items():
            (found,) = alone.column(key)
            below = self.children[name]
            at = below.index.get(found)
            alone.children[name] = Fetched() if at is None else below.only(at, child)
        return alone

    def places(self, name: str, key: Column) -> list[int | None]:
        """Return where among a child's rows each row's parent is."""
        index = self.children[name].index
        return [index.get(value) for value in self.column(key)]


@dataclass
class Wanted:
    """The keys that nodes want of one select, and who waits for the rows."""

    keys: set[Any] = field(default_factory=set)
    waiting: list[tuple[Fetched, Sequence[Any]]] = field(default_factory=list)
    can_wait: bool = True


class Reading:
    """The rows that one run of a plan has read by now, by select, and those that it still wants."""

    def __init__(self, caller: Caller) -> None:
        """Begin with none, for a caller."""
        self.caller = caller
        self._known: dict[Select, dict[Any, Row]] = {}
        self._wanted: dict[Select, Wanted] = {}

    def know(self, select: Select, rows: Mapping[Any, Row]) -> None:
        """Keep rows that were read: whoever else wants one of them has it without a query."""
        self._known.setdefault(select, {}).update(rows)

    def want(self, node: Node, keys: Sequence[Any]) -> Fetched:
        """Note which rows of a node are wanted; `read` fills them in."""
        distinct = dict.fromkeys(keys)
        distinct.pop(None, None)
        several = self._wanted.setdefault(node.select, Wanted())
        several.keys.update(distinct)
        several.can_wait = several.can_wait and node.is_leaf
        fetched = Fetched()
        several.waiting.append((fetched, list(distinct)))
        return fetched

    def read(self, depth: int) -> None:
        """Read what is wanted; of whom nothing hangs, at the last depth that wants the like."""
        for select in list(self._wanted):
            if not self._wanted[select].can_wait or depth >= select.deepest:
                self._read(select, self._wanted.pop(select))

    def _read(self, select: Select, several: Wanted) -> None:
        known = self._known.setdefault(select, {})
        known.update(select.by_keys(several.keys - known.keys(), self.caller))
        for waiting, keys in several.waiting:
            waiting.fill(known[key] for key in keys if key in known)


class Node:
    """One model's share of a plan: its select, cells, parents and nested rows."""

    def __init__(self, select: Select) -> None:
        """Begin with the primary key alone."""
        self.select = select
        self.cells: list[Cell] = []
        self.derived: list[tuple[str, Derived]] = []
        self.children: dict[str, tuple[Column, Node]] = {}
        self.nested: list[NestedRows] = []
        self.hidden: frozenset[str] = frozenset()

    @property
    def is_leaf(self) -> bool:
        """Tell whether nothing is reached from here, so that the rows may come late."""
        return not self.children and not self.nested

    @property
    def columns(self) -> list[str]:
        """The names of the columns that are read."""
        return self.select.names

    @cached_property
    def blank(self) -> Cells:
        """What a missing parent leaves behind: null where allowed, what functions make of None."""
        cells: Cells = {}
        for cell in self.cells:
            value = cell.of_nothing()
            if value is not None or cell.allow_null:
                cells[cell.key] = value
        cells.update({entry.key: None for entry in self.nested if entry.declared.allow_null})
        for _, child in self.children.values():
            cells.update(child.blank)
        return cells

    def values_at(
        self, path: Sequence[str], form: Form = Form.VALUE
    ) -> Callable[[Fetched], Sequence[Any]]:
        """Return the function that takes the values at a path, over the node's children."""
        if len(path) == 1:
            return _reader(self.select.column(path[0], form))
        name = path[0]
        key, child = self.children[name]
        below = child.values_at(path[1:], form)

        def read(fetched: Fetched) -> Sequence[Any]:
            values = below(fetched.children[name])
            places = fetched.places(name, key)
            return [None if place is None else values[place] for place in places]

        return read

    # --- fetching ---------------------------------------------------------------------------------

    def fetch_below(self, fetched: Fetched, reading: Reading) -> list[tuple[Node, Fetched]]:
        """Say which parents are wanted, fetch nested rows, and return what comes on the level."""
        level = []
        for name, (key, child) in self.children.items():
            fetched.children[name] = reading.want(child, fetched.column(key))
            level.append((child, fetched.children[name]))
        for entry in self.nested:
            if entry.foreign_key is not None:
                inner = reading.want(entry.plan, fetched.column(entry.foreign_key))
                fetched.nested[entry.key] = inner, {}
            else:
                inner, belonging = _fetch_belonging(entry, fetched, reading)
                fetched.nested[entry.key] = inner, belonging
            level.append((entry.plan, inner))
        return level

    # --- rendering --------------------------------------------------------------------------------

    def render(self, fetched: Fetched, caller: Caller) -> list[Cells]:
        """Render every fetched row, in order; runs no query."""
        if not fetched.rows:
            return []
        columns = [self._values(cell, fetched, caller) for cell in self.cells]
        keys = [cell.key for cell in self.cells]
        rendered: list[Cells]
        if columns:
            rendered = [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
        else:
            rendered = [{} for _ in fetched.rows]
        for cell, values in zip(self.cells, columns, strict=True):
            if not cell.allow_null and None in values:
                _leave_out(cell.key, values, rendered)
        self._render_below(fetched, caller, rendered)
        for key, derived in self.derived:
            _derive(key, derived, rendered)
        for key in self.hidden:
            for cells in rendered:
                cells.pop(key, None)
        return rendered

    def _values(self, cell: Cell, fetched: Fetched, caller: Caller) -> Sequence[Any]:
        """Return a key's values; where one of the rows has none, the others keep theirs."""
        try:
            return cell.values(fetched, caller)
        except QueryWhileRendering:
            raise
        except Exception:
            log.exception("%s.%s cannot be told of a row", self.select.model.__name__, cell.key)
            return [
                self._value(cell, fetched.only(place, self), caller)
                for place in range(len(fetched.rows))
            ]

    def _value(self, cell: Cell, alone: Fetched, caller: Caller) -> Any:
        try:
            return cell.values(alone, caller)[0]
        except Exception:
            stored.report(f"{cell.key} of {self.select.model.__name__} {alone.rows[0][0]}")
            return cell.instead()

    def _render_below(self, fetched: Fetched, caller: Caller, rendered: list[Cells]) -> None:
        for name, (key, child) in self.children.items():
            parents = child.render(fetched.children[name], caller)
            for cells, place in zip(rendered, fetched.places(name, key), strict=True):
                cells.update(child.blank if place is None else parents[place])
        for entry in self.nested:
            inner, belonging = fetched.nested[entry.key]
            below = entry.plan.render(inner, caller)
            if entry.foreign_key is not None:
                found = (inner.index.get(value) for value in fetched.column(entry.foreign_key))
                places = [[] if place is None else [place] for place in found]
            else:
                places = [belonging.get(row[0], []) for row in fetched.rows]
            _put_nested(entry, rendered, places, below)


def _reader(column: Column) -> Callable[[Fetched], Sequence[Any]]:
    def read(fetched: Fetched) -> Sequence[Any]:
        return column.decoded(fetched.column(column))

    return read


def _fetch_belonging(
    entry: NestedRows, owners: Fetched, reading: Reading
) -> tuple[Fetched, dict[Any, list[int]]]:
    """Fetch the rows of a relation for all owners at once, and say which belong to whom."""
    assert entry.relation is not None  # noqa: S101 - the other kind goes over a foreign key
    select = entry.plan.select
    found, pairs = select.by_owners(entry.relation, owners.index, reading.caller)
    reading.know(select, found)
    inner = Fetched()
    inner.fill(found.values())
    belonging: dict[Any, list[int]] = {}
    for owner, key in pairs:
        if key in inner.index:
            belonging.setdefault(owner, []).append(inner.index[key])
    return inner, belonging


def _leave_out(key: str, values: Sequence[Any], rendered: list[Cells]) -> None:
    for cells, value in zip(rendered, values, strict=True):
        if value is None:
            del cells[key]


def _put_nested(
    entry: NestedRows,
    rendered: list[Cells],
    places: Sequence[Sequence[int]],
    below: list[Cells],
) -> None:
    for cells, mine in zip(rendered, places, strict=True):
        if entry.declared.many:
            cells[entry.key] = [below[place] for place in mine]
        elif mine:
            cells[entry.key] = below[mine[0]]
        elif entry.declared.allow_null:
            cells[entry.key] = None


def _derive(key: str, derived: Derived, rendered: list[Cells]) -> None:
    for cells in rendered:
        try:
            value = derived.fn(*[cells.get(name) for name in derived.keys])
        except Exception:
            log.exception("%s cannot be told of a row", key)
            stored.report(key)
            value = None
        if value is not None or derived.allow_null:
            cells[key] = value


class Plan:
    """A compiled output: fetches a page's rows and renders them."""

    def __init__(self, root: Node) -> None:
        """Take the compiled tree."""
        self.root = root

    def fetch(self, rows: QuerySet[Any], caller: Caller) -> Fetched:
        """Run the plan's queries, level by level; how many does not grow with the rows."""
        fetched, reading = Fetched(), Reading(caller)
        fetched.fill(self.root.select.page(rows, caller))
        reading.know(self.root.select, {row[0]: row for row in fetched.rows})
        level, depth = [(self.root, fetched)], 0
        while level:
            level = [pair for node, above in level for pair in node.fetch_below(above, reading)]
            depth += 1
            reading.read(depth)
        return fetched

    def render(self, fetched: Fetched, caller: Caller) -> list[Cells]:
        """Render what was fetched, in the queryset's order; runs no query."""
        return self.root.render(fetched, caller)
