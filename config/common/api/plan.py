"""Read plans: fetching and rendering what an output serializer declares.

A page costs one query for its rows, one for each model reached over foreign keys (rows that share a
parent share its rendering), one or two for each nested relation, and nothing else: fetching and
rendering are apart, and rendering is pure. `config.common.api.compiling` makes the plans; the
reasons and figures are in docs/adr/0010.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from config.common.api.outputs import Cells, Derived, Nested

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Caller:
    """For whom a page is rendered: the host in its URLs, and the user its queries know."""

    base: str
    user: Any


@dataclass
class Cell:
    """One key of a node: which values it needs, and what it makes of them."""

    key: str
    paths: tuple[tuple[str, ...], ...]
    render: Callable[..., Any]
    allow_null: bool
    with_base: bool = False
    getters: tuple[Callable[[Row, Fetched], Any], ...] = ()


@dataclass
class NestedRows:
    """One key of a node whose value is made of rows of a relation."""

    key: str
    declared: Nested
    plan: Node
    owner: str
    foreign_key: str | None = None


@dataclass
class Fetched:
    """The rows of a node by primary key, and those of its children."""

    rows: dict[Any, Row] = field(default_factory=dict)
    order: list[Any] = field(default_factory=list)
    children: dict[str, Fetched] = field(default_factory=dict)
    nested: dict[str, tuple[Fetched, dict[Any, list[Any]]]] = field(default_factory=dict)


class Node:
    """One model's share of a plan: its columns, cells, parents and nested rows."""

    def __init__(self, model: Any) -> None:
        """Begin with the primary key alone."""
        self.model = model
        self.columns: list[str] = ["pk"]
        self.cells: list[Cell] = []
        self.derived: list[tuple[str, Derived]] = []
        self.children: dict[str, Node] = {}
        self.nested: list[NestedRows] = []
        self.hidden: frozenset[str] = frozenset()
        self.blank: Cells = {}

    def column(self, name: str) -> int:
        """Return the position of a column, adding it when it is new."""
        if name not in self.columns:
            self.columns.append(name)
        return self.columns.index(name)

    def child(self, name: str) -> Node:
        """Return the node of a foreign key.

        :raises TypeError: when the name is not a foreign key of the model.
        """
        if name not in self.children:
            try:
                relation = self.model._meta.get_field(name)
            except FieldDoesNotExist:
                relation = None
            if relation is None or not (relation.many_to_one or relation.one_to_one):
                raise TypeError(f"{self.model.__name__}.{name} is not a foreign key")
            self.column(f"{name}_id")
            self.children[name] = Node(relation.related_model)
        return self.children[name]

    def getter(self, path: Sequence[str]) -> Callable[[Row, Fetched], Any]:
        """Return the function that takes the value at a path from a fetched row."""
        if len(path) == 1:
            position = self.column(path[0])
            return lambda row, _: row[position]
        name = path[0]
        below = self.child(name).getter(path[1:])
        key = self.column(f"{name}_id")

        def get(row: Row, fetched: Fetched) -> Any:
            inner = fetched.children[name]
            parent = inner.rows.get(row[key])
            return None if parent is None else below(parent, inner)

        return get

    # --- fetching ---------------------------------------------------------------------------------

    def fetch(self, rows: QuerySet[Any], caller: Caller) -> Fetched:
        """Run the node's queries for a queryset, in its order."""
        fetched = Fetched()
        for row in rows.values_list(*self.columns):
            fetched.rows[row[0]] = row
            fetched.order.append(row[0])
        self._fetch_below(fetched, caller)
        return fetched

    def _fetch_below(self, fetched: Fetched, caller: Caller) -> None:
        for name, node in self.children.items():
            key = self.columns.index(f"{name}_id")
            keys = {row[key] for row in fetched.rows.values()} - {None}
            rows = node.model._base_manager.filter(pk__in=keys) if keys else ()
            fetched.children[name] = node.fetch_keyed(rows, caller)
        for nested in self.nested:
            fetched.nested[nested.key] = _fetch_nested(nested, self, fetched, caller)

    def fetch_keyed(self, rows: Any, caller: Caller) -> Fetched:
        """Run the node's queries for rows that are looked up by key; none for no rows."""
        if not isinstance(rows, QuerySet):
            empty = Fetched()
            self._fetch_below(empty, caller)
            return empty
        if hasattr(rows, "for_api"):
            rows = rows.for_api(caller.user)
        return self.fetch(rows, caller)

    # --- rendering --------------------------------------------------------------------------------

    def render(self, fetched: Fetched, caller: Caller) -> dict[Any, Cells]:
        """Render every fetched row, by primary key; runs no query."""
        parents = [
            (self.columns.index(f"{name}_id"), node.render(fetched.children[name], caller), node)
            for name, node in self.children.items()
        ]
        nested = [
            (entry, entry.plan.render(fetched.nested[entry.key][0], caller))
            for entry in self.nested
        ]
        return {
            key: self._render_row(row, fetched, caller, parents, nested)
            for key, row in fetched.rows.items()
        }

    def _render_row(
        self,
        row: Row,
        fetched: Fetched,
        caller: Caller,
        parents: list[tuple[int, dict[Any, Cells], Node]],
        nested: list[tuple[NestedRows, dict[Any, Cells]]],
    ) -> Cells:
        cells: Cells = {}
        for cell in self.cells:
            values = [get(row, fetched) for get in cell.getters]
            value = cell.render(caller.base, *values) if cell.with_base else cell.render(*values)
            if value is not None or cell.allow_null:
                cells[cell.key] = value
        for position, rendered, node in parents:
            cells.update(rendered.get(row[position], node.blank))
        for entry, rendered in nested:
            _put_nested(cells, entry, row[0], fetched, rendered)
        for key, derived in self.derived:
            value = derived.fn(*(cells.get(name) for name in derived.keys))
            if value is not None or derived.allow_null:
                cells[key] = value
        for key in self.hidden:
            cells.pop(key, None)
        return cells


def _put_nested(
    cells: Cells, entry: NestedRows, owner: Any, fetched: Fetched, rendered: dict[Any, Cells]
) -> None:
    # A row that went between the two queries is not there any more: it is left out.
    keys = [key for key in fetched.nested[entry.key][1].get(owner, ()) if key in rendered]
    if entry.declared.many:
        cells[entry.key] = [rendered[key] for key in keys]
    elif keys:
        cells[entry.key] = rendered[keys[0]]
    elif entry.declared.allow_null:
        cells[entry.key] = None


def _fetch_nested(
    nested: NestedRows, node: Node, owners: Fetched, caller: Caller
) -> tuple[Fetched, dict[Any, list[Any]]]:
    """Fetch the rows of a relation for all owners at once, and say which belong to whom."""
    belonging: dict[Any, list[Any]] = {}
    for owner, key in _pairs(nested, node, owners):
        belonging.setdefault(owner, []).append(key)
    if not nested.declared.many:
        belonging = {owner: keys[:1] for owner, keys in belonging.items()}
    keys = {key for several in belonging.values() for key in several}
    found = nested.plan.model.objects.filter(pk__in=keys) if keys else ()
    return nested.plan.fetch_keyed(found, caller), belonging


def _pairs(nested: NestedRows, node: Node, owners: Fetched) -> Iterable[tuple[Any, Any]]:
    """Return (owner, row) keys in the declared order; one query, none over a foreign key."""
    if nested.foreign_key is not None:
        position = node.columns.index(nested.foreign_key)
        found = ((row[0], row[position]) for row in owners.rows.values())
        return [(owner, key) for owner, key in found if key is not None]
    if not owners.rows:
        return ()
    rows = nested.plan.model.objects.filter(**{f"{nested.owner}__in": list(owners.rows)})
    if nested.declared.where is not None:
        rows = rows.filter(nested.declared.where)
    pairs: Iterable[tuple[Any, Any]] = rows.order_by(*nested.declared.order_by).values_list(
        nested.owner, "pk"
    )
    return pairs


class Plan:
    """A compiled output: fetches a page's rows and renders them."""

    def __init__(self, root: Node) -> None:
        """Take the compiled tree."""
        self.root = root

    def fetch(self, rows: QuerySet[Any], caller: Caller) -> Fetched:
        """Run the plan's queries; how many does not depend on the number of rows."""
        return self.root.fetch(rows, caller)

    def render(self, fetched: Fetched, caller: Caller) -> list[Cells]:
        """Render what was fetched, in the queryset's order; runs no query."""
        rendered = self.root.render(fetched, caller)
        return [rendered[key] for key in fetched.order]
