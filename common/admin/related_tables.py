"""Related tables: what belongs to a row, as a table beneath it on its page.

They take the place of Django's inlines, which load every row there is into forms. A table runs one
query, shows the first few rows, and links to the list of all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.admin.utils import (
    display_for_field,
    display_for_value,
    label_for_field,
    lookup_field,
)
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, Model
from django.urls import reverse
from django.utils.html import format_html

from common.admin.columns import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.admin import ModelAdmin


@dataclass(frozen=True)
class RelatedTable:
    """A table of the rows of `model` whose column `by` is the shown row's `value`.

    `columns` are those of a changelist: columns, methods of the model's admin, or callables. With
    `add`, there is a link to make another one, where the model's admin offers that.
    """

    title: str
    model: type[Model]
    columns: tuple[Any, ...]
    by: str
    value: str = "pk"
    only: Mapping[str, object] = field(default_factory=dict)
    order: tuple[str, ...] = ("-pk",)
    joined: tuple[str, ...] = ()
    limit: int = 10
    add: bool = False
    empty: str = "None."

    def on(self, row: Model, pages: ModelAdmin[Any], *, may_add: bool = False) -> dict[str, Any]:
        """Return what the template shows of this table for a row; one query."""
        key = getattr(row, self.value)
        found = list(
            self.model._default_manager.filter(**{self.by: key}, **self.only)
            .select_related(*self._references(), *self.joined)
            .order_by(*self.order)[: self.limit + 1]
        )
        return {
            "title": self.title,
            "empty": self.empty,
            "headings": [str(label_for_field(name, self.model, pages)) for name in self.columns],
            "rows": [self._cells(other, pages) for other in found[: self.limit]],
            "more": len(found) > self.limit,
            "all_url": self._url("changelist", {self.by: key, **self.only}),
            "add_url": self._url("add", {self.by: _plain(key)}) if self.add and may_add else "",
        }

    def _references(self) -> list[str]:
        """Return the columns that show another row, which are fetched with this one."""
        return [name for name in self.columns if isinstance(self._column(name), ForeignKey)]

    def _column(self, name: Any) -> Any:
        try:
            return self.model._meta.get_field(name) if isinstance(name, str) else None
        except FieldDoesNotExist:
            return None

    def _url(self, page: str, query: Mapping[str, object]) -> str:
        options = self.model._meta
        address = reverse(f"admin:{options.app_label}_{options.model_name}_{page}")
        if page == "changelist":
            query = {self._lookup(name): _plain(value) for name, value in query.items()}
        return f"{address}?{urlencode(query)}"

    def _lookup(self, name: str) -> str:
        """Return the parameter by which a changelist is narrowed to a column's value or values."""
        if name.endswith("__in"):
            return name
        is_reference = getattr(self._column(name), "is_relation", False)
        return f"{name}__id__exact" if is_reference else f"{name}__exact"

    def _cells(self, other: Model, pages: Any) -> list[str]:
        cells = [cell(name, other, pages) for name in self.columns]
        cells[0] = _link(other, cells[0])
        return cells


def cell(name: Any, row: Model, pages: Any) -> str:
    """Return what a column says of a row, as a changelist would; other rows as links."""
    column, attribute, value = lookup_field(name, row, pages)
    if column is None:
        is_boolean = getattr(attribute, "boolean", False)
        return display_for_value(value, EMPTY, boolean=is_boolean)
    if isinstance(column, ForeignKey):
        related = getattr(row, column.name)
        return _link(related, str(related)) if related is not None else EMPTY
    return display_for_field(value, column, EMPTY)


def facts(row: Model, pages: Any) -> list[tuple[str, str]]:
    """Return what a changelist says of a row, with the headings."""
    return [
        (str(label_for_field(name, type(row), pages)), cell(name, row, pages))
        for name in pages.list_display
    ]


def _link(row: Model, label: str) -> str:
    options = row._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, label)


def _plain(key: Any) -> object:
    """Return a value as an address carries it: UUIDs in hex as everywhere outside, lists joined."""
    if isinstance(key, list):
        return ",".join(key)
    return int(key) if isinstance(key, bool) else getattr(key, "hex", key)
