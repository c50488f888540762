"""What a caller may read of the rows of a list, so that filters and orderings tell no more.

A column is read where the answer itself shows it. One that the answer withholds from some (a key
that is `Withheld`), or does not have, is read by those whom its model names
(`common.audience`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db.models.constants import LOOKUP_SEP

from common.api.reads.outputs import Computed, Derived, Nested, Omitted, Output, UrlField, Withheld
from common.audience import ALL, among, everybody, nobody, sees_everything

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.db.models import Q

    from common.audience import Audience, Audiences


class ColumnPath(NamedTuple):
    """A column by the path that leads to its row (empty, or with its underscores) and its name."""

    prefix: str
    model: Any
    name: str

    @property
    def path(self) -> str:
        """The whole path."""
        return self.prefix + self.name


@lru_cache(maxsize=4096)
def column_at(model: Any, path: str) -> ColumnPath:
    """Return the column that a lookup asks for: without what comes after it, such as `__icontains`.

    What leads to several rows is a column of the row that has them.
    """
    prefix, steps = "", path.split(LOOKUP_SEP)
    for step, following in zip(steps, [*steps[1:], ""], strict=True):
        relation = _field(model, step)
        leads_on = relation is not None and (relation.many_to_one or relation.one_to_one)
        if not leads_on or _field(relation.related_model, following) is None:
            return ColumnPath(prefix, model, step)
        prefix, model = f"{prefix}{step}{LOOKUP_SEP}", relation.related_model
    raise AssertionError(path)


def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(model._meta.pk.name if name == "pk" else name)
    except FieldDoesNotExist:
        return None


@lru_cache(maxsize=512)
def shown_by(output: type[Output]) -> frozenset[str]:
    """Return the paths of the columns that an output shows to whoever sees the row."""
    return frozenset(path for path, declared in _columns(output) if declared is None)


@lru_cache(maxsize=512)
def withheld_by(output: type[Output]) -> dict[str, Audience]:
    """Return the audiences of the columns that an output shows to some."""
    found = {path: declared for path, declared in _columns(output) if declared is not None}
    return {path: audience for path, audience in found.items() if path not in shown_by(output)}


def open_keys(output: type[Output]) -> frozenset[str]:
    """Return the keys of an output that are made of columns with no audience of their own.

    They are for everybody who sees the row.
    """
    fields: Mapping[str, Any] = output().fields

    def is_open(declared: Any) -> bool:
        if isinstance(declared, Omitted):
            return True
        if isinstance(declared, Derived):
            return all(is_open(fields[key]) for key in declared.keys)
        paths = (declared.path,) if isinstance(declared, Nested) else _sources(declared)
        columns = [column_at(output.Meta.model, path.replace(".", LOOKUP_SEP)) for path in paths]
        audiences = [getattr(one.model, "audiences", {}).get(one.name) for one in columns]
        return all(audience in {None, everybody} for audience in audiences)

    return frozenset(name for name, declared in fields.items() if is_open(declared))


def _columns(output: type[Output]) -> Iterator[tuple[str, Audience | None]]:
    model = output.Meta.model
    for declared in output().fields.values():
        if isinstance(declared, Omitted | Derived):
            continue
        if isinstance(declared, Nested):
            path = declared.path.replace(".", LOOKUP_SEP)
            inner = column_at(model, path)
            yield inner.path, None
            relation = _field(inner.model, inner.name)
            if relation.many_to_one or relation.one_to_one:
                for below, audience in _columns(declared.rows_output):
                    yield f"{inner.path}{LOOKUP_SEP}{below}", audience
            continue
        audience = declared.audience if isinstance(declared, Withheld) else None
        for source in _sources(declared):
            yield column_at(model, source.replace(".", LOOKUP_SEP)).path, audience


def _sources(declared: Any) -> tuple[str, ...]:
    if isinstance(declared, Withheld):
        return declared.columns
    if isinstance(declared, Computed):
        return declared.sources
    return tuple(declared.parts.values()) if isinstance(declared, UrlField) else (declared.source,)


def readable(path: str, *, model: Any, output: Any, user: Any) -> Q | None:
    """Return the condition on a list's rows that the user may read a column; None: on all."""
    if sees_everything(user):
        return None
    column = column_at(model, path)
    if _is_about(output, model):
        if column.path in shown_by(output):
            return None
        withheld = withheld_by(output).get(column.path)
        if withheld is not None:
            return withheld(user, column.prefix)
    return audience_of(column)(user, column.prefix)


def _is_about(output: Any, model: Any) -> bool:
    """Tell whether an answer shows rows of a model."""
    shown: Any = getattr(getattr(output, "Meta", None), "model", None)
    is_output = isinstance(output, type) and issubclass(output, Output)
    return is_output and shown._meta.concrete_model is model._meta.concrete_model


def audience_of(column: ColumnPath) -> Audience:
    """Return who reads a column where the answer does not show it."""
    model = column.model._meta.concrete_model
    declared: Audiences = getattr(model, "audiences", {})
    if column.name in declared or ALL in declared:
        return declared.get(column.name) or declared[ALL]
    rows = model._default_manager
    if not hasattr(rows, "visible_to"):
        return nobody
    return lambda user, prefix: among(prefix, rows.visible_to(user))
