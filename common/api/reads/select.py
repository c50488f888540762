"""What a plan selects of one model: its columns, their formats, and the statements for its rows.

What SQL can write in its final form (UUIDs as hexadecimal digits, decimals, dates) is not made into
Python's objects first. What `for_api` annotates may differ from caller to caller, so its statements
are cached by the caller's fingerprint; see `common.api.reads.sql` for the invariant.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import NoneType
from typing import TYPE_CHECKING, Any

import orjson
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist
from django.db import connection, models

from common import stored
from common.api.reads.sql import (
    ANY_CALLER,
    STATEMENTS,
    InKeys,
    RawColumns,
    Row,
    Statement,
    StatementKey,
)
from common.json_column import JsonColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from django.db.models import Q, QuerySet

    from common.api.reads.caller import Caller


class ColumnFormat(StrEnum):
    """How a column is read: as its value, or in one of the formats in which the API shows it."""

    VALUE = "{}"
    HEX = "encode(uuid_send({}), 'hex')"
    UTC = "{} AT TIME ZONE 'UTC'"
    TEXT = "{}::text"


@dataclass(eq=False)
class Column:
    """A column of a select: one of the table's, or (without a field) an annotation of `for_api`."""

    name: str
    format: ColumnFormat
    field: Any
    index: int
    select: Select

    @property
    def position(self) -> int:
        """The place in a row: the primary key, then annotations, then the table's columns."""
        if self.field is None:
            return 1 + self.index
        return self.index and len(self.select.annotations) + self.index

    @property
    def decode(self) -> Callable[[Any], Any] | None:
        """Return what makes the database's value the model's, or None where they are the same."""
        field = self.field or self.select.annotation_field(self.name)
        if self.format is not ColumnFormat.VALUE:
            return None
        if isinstance(field, JsonColumn):
            return orjson.loads
        if not hasattr(field, "from_db_value"):
            return None
        return lambda value: field.from_db_value(value, None, connection)

    def decoded(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the model's values of the database's: at once, or one by one if that fails."""
        decode = self.decode
        if decode is None:
            return self._repaired(values)
        try:
            decoded = [None if value is None else decode(value) for value in values]
        except ValueError:
            return [None if value is None else self._lenient(value) for value in values]
        kind = getattr(self.field, "kind", None)
        if kind is not None and not set(map(type, decoded)) <= {kind, NoneType}:
            return [None if value is None else self._lenient(value) for value in values]
        return decoded

    def _lenient(self, value: Any) -> Any:
        """Return a JSON value, with replacements for what cannot be told of it."""
        if isinstance(self.field, JsonColumn):
            return self.field.read(value)
        return stored.json_of(value, f"JSON as {self.name}")

    def _repaired(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return values that need no decoding, without numbers and dates that cannot be told."""
        field = self.field or self.select.annotation_field(self.name)
        is_text = self.format is ColumnFormat.TEXT
        if isinstance(field, models.DecimalField):
            return stored.texts_of_numbers(values) if is_text else stored.numbers(values)
        return stored.texts_of_days(values) if is_text else values


@dataclass(frozen=True)
class ReverseLookup:
    """How rows are found by those they belong to: over a reverse foreign key, or many-to-many.

    `field` leads from the rows to their owners; the rest chooses and orders the rows of each.
    """

    field: str
    where: Q | None
    order_by: tuple[str, ...]


class Select:
    """The columns that a plan reads of one model, and the statements that read them."""

    def __init__(self, model: Any) -> None:
        """Begin with the primary key alone, which is always the first."""
        self.model = model
        self.columns: list[Column] = []
        self.annotations: list[Column] = []
        self.key = self.column("pk")
        self.deepest = 0  # the last level of the plan on which rows are loaded
        self._annotation_fields: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<Select {self.model.__name__}: {', '.join(self.names)}>"

    def column(self, name: str, format_: ColumnFormat = ColumnFormat.VALUE) -> Column:
        """Return a column, adding it when it is new; one that the table has not is an annotation.

        An annotation of `for_api` is always read as its value.
        """
        field = concrete_field(self.model, name)
        if field is None:
            columns, format_ = self.annotations, ColumnFormat.VALUE
        else:
            columns = self.columns
        for column in columns:
            if (column.name, column.format) == (name, format_):
                return column
        columns.append(Column(name, format_, field, len(columns), self))
        return columns[-1]

    @property
    def names(self) -> list[str]:
        """The names of all columns."""
        return [column.name for column in (*self.columns, *self.annotations)]

    def annotation_field(self, name: str) -> Any:
        """Return the field that types an annotation, known once its statement was compiled."""
        return self._annotation_fields.get(name)

    # --- reading ----------------------------------------------------------------------------------

    def page(self, rows: QuerySet[Any], caller: Caller) -> list[Row]:
        """Return the rows of a queryset, in its order."""
        try:
            if not self.annotations:
                return Statement.compiled(self._with_columns(rows, "pk")).execute()
            keys = [row[0] for row in Statement.compiled(rows.values_list("pk")).execute()]
        except EmptyResultSet:
            return []
        found = self.by_keys(keys, caller)
        return [found[key] for key in keys if key in found]

    def by_keys(self, keys: Collection[Any], caller: Caller) -> dict[Any, Row]:
        """Return the rows with these primary keys, by key."""
        if not keys:
            return {}
        if not self.annotations and len(self.columns) == 1:
            return {key: (key,) for key in keys}
        fingerprint = caller.fingerprint if self.annotations else ANY_CALLER
        statement = STATEMENTS.get(
            StatementKey(self, "pk", fingerprint), lambda: self._by_keys(caller)
        )
        return {row[0]: row for row in statement.execute(keys)}

    def by_owners(
        self, lookup: ReverseLookup, owners: Collection[Any], caller: Caller
    ) -> tuple[dict[Any, Row], list[tuple[Any, Any]]]:
        """Return the rows that belong to the owners, and (owner, key) pairs in declared order."""
        if not owners:
            return {}, []
        at_once = not self.annotations or concrete_field(self.model, lookup.field) is not None
        fingerprint = caller.fingerprint if self.annotations and at_once else ANY_CALLER
        read = STATEMENTS.get(
            StatementKey(self, lookup, fingerprint),
            lambda: self._by_owners(lookup, caller, at_once=at_once),
        ).execute(owners)
        pairs = [(row[0], row[1]) for row in read]
        if not at_once:  # `for_api` may count over the very relation, which is narrowed here
            return self.by_keys({key for _, key in pairs}, caller), pairs
        return {row[1]: row[1:] for row in read}, pairs

    # --- statements -------------------------------------------------------------------------------

    @cached_property
    def _columns_sql(self) -> str:
        """The SQL of the table's columns, without the primary key."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        return ", ".join(
            column.format.format(f"{table}.{connection.ops.quote_name(column.field.column)}")
            for column in self.columns[1:]
        )

    def _with_columns(self, rows: QuerySet[Any], *first: str) -> QuerySet[Any]:
        """Return a query for these columns and, after them, the table's."""
        if not self._columns_sql:
            return rows.values_list(*first)
        rows = rows.annotate(plan_columns=RawColumns(self._columns_sql))
        return rows.values_list(*first, "plan_columns")

    def _by_keys(self, caller: Caller) -> Statement:
        if not self.annotations:
            rows = self.model._base_manager.filter(InKeys("pk"))
            return Statement.compiled(self._with_columns(rows, "pk"))
        return self._annotated(
            self.model._default_manager.filter(InKeys("pk")), "pk", caller=caller
        )

    def _by_owners(self, lookup: ReverseLookup, caller: Caller, *, at_once: bool) -> Statement:
        rows = self.model._default_manager.filter(InKeys(lookup.field))
        if lookup.where is not None:
            rows = rows.filter(lookup.where)
        rows = rows.order_by(*lookup.order_by)
        if not at_once:
            return Statement.compiled(rows.values_list(lookup.field, "pk"))
        return self._annotated(rows, lookup.field, "pk", caller=caller)

    def _annotated(self, rows: QuerySet[Any], *first: str, caller: Caller) -> Statement:
        """Compile the statement for these columns, then the annotations, then the table's."""
        names = [column.name for column in self.annotations]
        rows = for_api(rows, caller.user) if names else rows
        annotations = rows.query.annotations
        self._annotation_fields = {
            name: annotations[name].output_field for name in names if name in annotations
        }
        return Statement.compiled(self._with_columns(rows, *first, *names))


def concrete_field(model: Any, name: str) -> Any:
    """Return the field of a model's own column, or None."""
    if name == "pk":
        return model._meta.pk
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if getattr(field, "column", None) else None


def for_api(rows: Any, user: Any) -> Any:
    """Return the rows with what the API shows beside their columns, where the model has that."""
    return rows.for_api(user) if hasattr(rows, "for_api") else rows
