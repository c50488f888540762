"""Compiling an output serializer to its read plan; a field that has no plan is refused here."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from config.common.api.outputs import (
    Computed,
    Derived,
    MapField,
    Nested,
    Omitted,
    Output,
    UrlField,
)
from config.common.api.plan import Cell, NestedRows, Node, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


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
