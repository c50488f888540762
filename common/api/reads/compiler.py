"""Compiling an output serializer to its read plan; a field that has no plan is refused here."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from rest_framework import serializers
from rest_framework.settings import api_settings

from common.api.reads.outputs import (
    Computed,
    Derived,
    ExactMap,
    MapField,
    Nested,
    Omitted,
    Output,
    UrlField,
    Withheld,
)
from common.api.reads.plan import NestedRows, Node, Plan, RenderedKey
from common.api.reads.select import ColumnFormat, ReverseLookup, Select, concrete_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from common.api.reads.caller import Caller
    from common.api.reads.loader import LoadedRows

Render: TypeAlias = "Callable[[Any], Any]"


def _iso_z(value: datetime) -> str:
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def _utc(value: datetime) -> str:
    return value.isoformat() + "Z"


def _same(value: Any) -> Any:
    return value


def renderer_of(declared: serializers.Field[Any, Any, Any, Any]) -> Render:
    """Return the function that renders a column's value as the field would.

    :raises TypeError: for a field type that has no such function.
    """
    for kinds, render in _RENDERERS:
        if isinstance(declared, kinds):
            return render(declared)
    raise TypeError(f"No read plan for a {type(declared).__name__}")


_RENDERERS: tuple[tuple[tuple[type, ...], Callable[[Any], Render]], ...] = (
    ((serializers.UUIDField,), lambda _: lambda value: value.hex),
    ((serializers.DateTimeField,), lambda _: _iso_z),
    ((serializers.DateField,), lambda _: lambda value: value.isoformat()),
    ((serializers.DecimalField,), lambda declared: declared.to_representation),
    ((serializers.FloatField, ExactMap), lambda declared: declared.to_representation),
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


def format_of(
    declared: serializers.Field[Any, Any, Any, Any], column: Any
) -> tuple[ColumnFormat, Render]:
    """Return the format in which a declared field's column is read, and what is left to render.

    :raises TypeError: for a field type that has no plan.
    """
    render = renderer_of(declared)
    for kind, shown_by, format_, rest in _FORMATS:
        if isinstance(column, kind) and isinstance(declared, shown_by):
            return format_, rest
    if isinstance(column, models.DecimalField) and _is_its_text(declared, column):
        return ColumnFormat.TEXT, _same
    return ColumnFormat.VALUE, render


_FORMATS: tuple[tuple[type, type, ColumnFormat, Render], ...] = (
    (models.UUIDField, serializers.UUIDField, ColumnFormat.HEX, _same),
    (models.DateTimeField, serializers.DateTimeField, ColumnFormat.UTC, _utc),
    (models.DateField, serializers.DateField, ColumnFormat.TEXT, _same),
)
"""Which columns SQL writes as the API shows them. (A column of date and time is a date too.)"""


def _is_its_text(declared: Any, column: Any) -> bool:
    """Tell whether a decimal is shown with as many decimals as it is stored with."""
    if not isinstance(declared, serializers.DecimalField):
        return False
    as_text = getattr(declared, "coerce_to_string", api_settings.COERCE_DECIMAL_TO_STRING)
    has_all = bool(declared.decimal_places == column.decimal_places)
    return bool(as_text) and has_all and not declared.normalize_output


@lru_cache(maxsize=2048)
def plan_for(output: type[Output], only: frozenset[str] | None = None) -> Plan:
    """Compile the plan of an output, restricted to the keys in `only`.

    :raises TypeError: for a field that no plan can be made of.
    """
    return Plan(Compiler().node(output, 0, only))


class Compiler:
    """Compiles one plan: all rows of one model are read by one select, each row once."""

    def __init__(self) -> None:
        """Begin without selects."""
        self._shared: dict[Any, Select] = {}

    def _select(self, depth: int, model: Any) -> Select:
        select = self._shared.setdefault(model, Select(model))
        select.deepest = max(select.deepest, depth)
        return select

    def node(
        self,
        output: type[Output],
        depth: int,
        only: frozenset[str] | None = None,
        select: Select | None = None,
    ) -> Node:
        """Compile an output to a node; unknown names in `only` are ignored.

        :raises TypeError: for a field that no plan can be made of.
        """
        fields: Mapping[str, Any] = output().fields
        wanted = set(fields) if only is None else set(fields) & only
        needed = set(wanted)
        for name in wanted:
            declared = fields[name]
            if isinstance(declared, Derived):
                needed.update(_closure(fields, declared))
        root = Node(select or self._select(depth, output.Meta.model))
        for name in (name for name in fields if name in needed):
            self._add(root, depth, name, fields[name])
        root.hidden = frozenset(needed - wanted)
        return root

    def _add(self, root: Node, depth: int, name: str, declared: Any) -> None:
        if isinstance(declared, Omitted):
            renderer_or_nested(declared.output)
            if declared.is_empty_list:
                root.keys.append(
                    RenderedKey(name, _empty_lists, allow_null=False, when_missing=list)
                )
        elif isinstance(declared, Derived):
            root.derived.append((name, declared))
        elif isinstance(declared, Nested):
            self._add_nested(root, depth, name, declared)
        elif isinstance(declared, UrlField):
            node, paths = self._shared_node(root, depth, tuple(declared.parts.values()))
            _put(node, name, declared, _urls(node, paths, declared))
        elif isinstance(declared, Computed):
            withheld = name if isinstance(declared, Withheld) else None
            node, paths = self._shared_node(root, depth, declared.sources, withheld)
            _put(node, name, declared, _computed(node, paths, declared))
        else:
            node, paths = self._shared_node(root, depth, (declared.source,))
            _put(node, name, declared, _plain(node, paths[0], declared))

    def _shared_node(
        self, root: Node, depth: int, sources: Sequence[str], withheld: str | None = None
    ) -> tuple[Node, list[list[str]]]:
        """Return the node that all sources share, for what is rendered once per related row.

        The paths from there on lead over nodes that are there as well.
        """
        paths = [source.split(".") for source in sources]
        node = root
        while paths and all(len(path) > 1 for path in paths):
            if len({path[0] for path in paths}) > 1:
                break
            node, depth = self._related(node, depth, paths[0][0]), depth + 1
            paths = [path[1:] for path in paths]
        for path in paths:
            self._walk(node, depth, path[:-1])[0].shown.setdefault(path[-1], set()).add(withheld)
        return node, paths

    def _walk(self, node: Node, depth: int, steps: Sequence[str]) -> tuple[Node, int]:
        for step in steps:
            node, depth = self._related(node, depth, step), depth + 1
        return node, depth

    def _related(self, node: Node, depth: int, name: str) -> Node:
        """Return the node of a foreign key.

        :raises TypeError: when the name is not a foreign key of the model.
        """
        if name not in node.related:
            relation = _relation_of(node, name)
            if relation is None or not _is_own(relation):
                raise TypeError(f"{node.select.model.__name__}.{name} is not a foreign key")
            related = Node(self._select(depth + 1, relation.related_model))
            node.related[name] = node.select.column(relation.attname), related
        return node.related[name][1]

    def _add_nested(self, root: Node, depth: int, name: str, declared: Nested) -> None:
        *before, last = declared.path.split(".")
        node, depth = self._walk(root, depth, before)
        relation = _relation_of(node, last)
        if _is_own(relation):
            shared = self._select(depth + 1, relation.related_model)
            foreign_key = node.select.column(relation.attname)
            inner = self.node(declared.rows_output, depth + 1, select=shared)
            entry = NestedRows(name, declared, inner, foreign_key=foreign_key)
        else:
            owner = relation.remote_field.name
            lookup = ReverseLookup(owner, declared.where, declared.order_by)
            inner = self.node(declared.rows_output, depth + 1)
            entry = NestedRows(name, declared, inner, lookup=lookup)
        node.nested.append(entry)


def _relation_of(node: Node, name: str) -> Any:
    try:
        return node.select.model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _is_own(relation: Any) -> bool:
    """Tell whether a relation is a foreign key in the model's own table."""
    return bool(relation.concrete and (relation.many_to_one or relation.one_to_one))


def _closure(fields: Any, derived: Derived) -> Iterable[str]:
    for key in derived.keys:
        yield key
        if isinstance(fields[key], Derived):
            yield from _closure(fields, fields[key])


def renderer_or_nested(declared: Any) -> None:
    """Refuse an omitted key whose type could not be rendered either."""
    if not isinstance(declared, serializers.BaseSerializer):
        renderer_of(declared)


# --- functions that make a key's values for all rows at once --------------------------------------


def _put(node: Node, key: str, declared: Any, values: Any) -> None:
    when_missing = _when_missing(declared) if isinstance(declared, Computed) else _nothing
    fallback = _nothing if declared.allow_null else _empty(declared)
    node.keys.append(RenderedKey(key, values, declared.allow_null, when_missing, fallback))


def _empty(declared: Any) -> Callable[[], Any]:
    """Return what makes an empty value of a field's type, where it has one that says nothing."""
    typed = declared.output if isinstance(declared, Computed) else declared
    for kinds, make in _EMPTY:
        if isinstance(typed, kinds):
            return make
    return _nothing


_EMPTY: tuple[tuple[tuple[type, ...], Callable[[], Any]], ...] = (
    ((serializers.ListField, serializers.ListSerializer), list),
    ((serializers.DictField, serializers.JSONField), dict),
    ((serializers.DecimalField,), lambda: "0"),
    ((serializers.IntegerField, serializers.FloatField), int),
    ((serializers.BooleanField,), bool),
    ((serializers.CharField,), str),
)


def _nothing() -> None:
    return None


def _empty_lists(loaded: LoadedRows, _: Caller) -> Sequence[Any]:
    return [[]] * len(loaded.rows)


def _when_missing(declared: Computed) -> Callable[[], Any]:
    """Return what makes a function's value where the parent of its columns is missing."""
    render = renderer_of(declared.output)

    def value() -> Any:
        made = declared.fn(*[None] * len(declared.sources))
        return None if made is None else render(made)

    return value


def _plain(node: Node, path: Sequence[str], declared: Any) -> Callable[..., Sequence[Any]]:
    format_, render = format_of(declared, _column_at(node, path))
    read = node.values_at(path, format_)
    if render is _same:
        return lambda loaded, _: read(loaded)
    return lambda loaded, _: [None if value is None else render(value) for value in read(loaded)]


def _computed(
    node: Node, paths: Sequence[Sequence[str]], declared: Computed
) -> Callable[..., Sequence[Any]]:
    readers = [node.values_at(path) for path in paths]
    fn, render = declared.fn, renderer_of(declared.output)

    def values(loaded: LoadedRows, _: Caller) -> Sequence[Any]:
        columns = [read(loaded) for read in readers]
        found = list(map(fn, *columns)) if columns else [fn() for _ in loaded.rows]
        if render is _same:
            return found
        return [None if value is None else render(value) for value in found]

    return values


def _urls(
    node: Node, paths: Sequence[Sequence[str]], declared: UrlField
) -> Callable[..., Sequence[Any]]:
    readers = [
        node.values_at(path, ColumnFormat.HEX)
        if isinstance(_column_at(node, path), models.UUIDField)
        else _hexed(node.values_at(path))
        for path in paths
    ]

    def values(loaded: LoadedRows, caller: Caller) -> Sequence[Any]:
        template = caller.base + declared.template
        if len(readers) == 1:
            before, after = template.split("{}")
            found = readers[0](loaded)
            return [None if part is None else f"{before}{part}{after}" for part in found]
        columns = [read(loaded) for read in readers]
        return [
            None if None in parts else template.format(*parts)
            for parts in zip(*columns, strict=True)
        ]

    return values


def _hexed(read: Callable[[LoadedRows], Sequence[Any]]) -> Callable[[LoadedRows], Sequence[Any]]:
    return lambda loaded: [None if value is None else value.hex for value in read(loaded)]


def _column_at(node: Node, path: Sequence[str]) -> Any:
    """Return the model field at the end of a path, or None for what `for_api` adds."""
    for step in path[:-1]:
        node = node.related[step][1]
    return concrete_field(node.select.model, path[-1])
