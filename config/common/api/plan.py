"""Read plans: an output serializer compiled to a few column lists and functions.

A page costs one query for its rows, one for each model reached over foreign keys (rows that share a
parent share its rendering), one for each nested relation, and nothing else: fetching and rendering
are apart, and rendering is pure. The reasons and figures are in the ADR on read plans.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from rest_framework import serializers

from config.common.api.outputs import (
    Cells,
    Computed,
    Derived,
    MapField,
    Nested,
    Omitted,
    Output,
    UrlField,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

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


def _iso_z(value: datetime) -> str:
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def _same(value: Any) -> Any:
    return value


def renderer_of(declared: serializers.Field[Any, Any, Any, Any]) -> Callable[[Any], Any]:
    """Return the function that renders a column's value as the field would.

    :raises TypeError: for a field type that has no such function.
    """
    for kinds, render in _RENDERERS:
        if isinstance(declared, kinds):
            return render(declared)
    raise TypeError(f"No read plan for a {type(declared).__name__}")


_RENDERERS: tuple[tuple[tuple[type, ...], Callable[[Any], Callable[[Any], Any]]], ...] = (
    ((serializers.UUIDField,), lambda _: lambda value: value.hex),
    ((serializers.DateTimeField,), lambda _: _iso_z),
    ((serializers.DateField,), lambda _: date.isoformat),
    ((serializers.DecimalField,), lambda declared: declared.to_representation),
    ((serializers.FloatField,), lambda declared: declared.to_representation),
    (
        (
            serializers.CharField,
            serializers.ChoiceField,
            serializers.BooleanField,
            serializers.IntegerField,
            serializers.JSONField,
            serializers.ListField,
            serializers.DictField,
            MapField,
        ),
        lambda _: _same,
    ),
)


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
    keys = fetched.nested[entry.key][1].get(owner, ())
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


@lru_cache(maxsize=2048)
def plan_for(output: type[Output], only: frozenset[str] | None = None) -> Plan:
    """Compile the plan of an output, restricted to the keys in `only`.

    :raises TypeError: for a field that no plan can be made of.
    """
    return Plan(compile_node(output, only))


def compile_node(output: type[Output], only: frozenset[str] | None = None) -> Node:
    """Compile an output to a node; unknown names in `only` are ignored."""
    fields: Mapping[str, Any] = output().fields
    wanted = set(fields) if only is None else set(fields) & only
    needed = set(wanted)
    for name in wanted:
        declared = fields[name]
        if isinstance(declared, Derived):
            needed.update(_closure(fields, declared))
    root = Node(output.Meta.model)
    for name in (name for name in fields if name in needed):
        _add(root, name, fields[name])
    root.hidden = frozenset(needed - wanted)
    _finish(root)
    return root


def _closure(fields: Any, derived: Derived) -> Iterable[str]:
    for key in derived.keys:
        yield key
        if isinstance(fields[key], Derived):
            yield from _closure(fields, fields[key])


def _add(root: Node, name: str, declared: Any) -> None:
    if isinstance(declared, Omitted):
        renderer_or_nested(declared.output)
    elif isinstance(declared, Derived):
        root.derived.append((name, declared))
    elif isinstance(declared, Nested):
        _add_nested(root, name, declared)
    elif isinstance(declared, UrlField):
        _add_cell(root, name, declared, tuple(declared.parts.values()), declared.url)
    elif isinstance(declared, Computed):
        render = _computing(declared.fn, renderer_of(declared.output))
        _add_cell(root, name, declared, declared.sources, render)
    else:
        render = _guarded(renderer_of(declared))
        _add_cell(root, name, declared, (declared.source,), render)


def renderer_or_nested(declared: Any) -> None:
    """Refuse an omitted key whose type could not be rendered either."""
    if not isinstance(declared, serializers.BaseSerializer):
        renderer_of(declared)


def _guarded(render: Callable[[Any], Any]) -> Callable[[Any], Any]:
    if render is _same:
        return _same
    return lambda value: None if value is None else render(value)


def _computing(fn: Callable[..., Any], render: Callable[[Any], Any]) -> Callable[..., Any]:
    if render is _same:
        return fn

    def compute(*values: Any) -> Any:
        value = fn(*values)
        return None if value is None else render(value)

    return compute


def _add_cell(
    root: Node, name: str, declared: Any, sources: tuple[str, ...], render: Callable[..., Any]
) -> None:
    """Put a cell into the node that all its sources share: rendered once per distinct parent."""
    paths = tuple(tuple(source.split(".")) for source in sources)
    node, shared = root, 0
    while all(len(path) > shared + 1 for path in paths) and paths:
        if len({path[shared] for path in paths}) > 1:
            break
        node, shared = node.child(paths[0][shared]), shared + 1
    cell = Cell(
        key=name,
        paths=tuple(path[shared:] for path in paths),
        render=render,
        allow_null=declared.allow_null,
        with_base=isinstance(declared, UrlField),
    )
    cell.getters = tuple(node.getter(path) for path in cell.paths)
    node.cells.append(cell)


def _add_nested(root: Node, name: str, declared: Nested) -> None:
    *before, relation_name = declared.path.split(".")
    node = root
    for step in before:
        node = node.child(step)
    relation = node.model._meta.get_field(relation_name)
    inner = compile_node(declared.rows_output)
    if relation.many_to_one or (relation.one_to_one and relation.concrete):
        node.column(relation.attname)
        node.nested.append(NestedRows(name, declared, inner, "pk", relation.attname))
    else:
        node.nested.append(NestedRows(name, declared, inner, relation.remote_field.name))


def _finish(node: Node) -> None:
    """Work out what a missing parent leaves behind: null where allowed, nothing elsewhere."""
    for child in node.children.values():
        _finish(child)
    node.blank = {cell.key: None for cell in node.cells if cell.allow_null}
    node.blank.update({e.key: None for e in node.nested if e.declared.allow_null})
    for child in node.children.values():
        node.blank.update(child.blank)
