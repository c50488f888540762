"""The statements of a read plan: SQL that is written once per plan and then only given keys.

Django's queries cost half a millisecond of Python each, most of it for naming columns. So the page
alone is one of Django's queries; the columns that the plan reads are put into it as text, and the
rows of parents are read by a statement that is kept. What SQL can write in its final form (UUIDs
as hexadecimal digits, decimals, dates) is not made into Python's objects first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist
from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from django.db.models import Q, QuerySet

    from config.common.api.plan import Caller

Row = tuple[Any, ...]
ANY_KEY = -1


class Form(StrEnum):
    """How a column is read: as its value, or in one of the forms in which the API shows it."""

    VALUE = "{}"
    HEX = "encode(uuid_send({}), 'hex')"
    UTC = "{} AT TIME ZONE 'UTC'"
    TEXT = "{}::text"


@dataclass(eq=False)
class Column:
    """A column of a select; `position` is where its value stands in the rows."""

    name: str
    form: Form
    field: Any
    index: int
    select: Select

    @property
    def position(self) -> int:
        """The place in a row: what `for_api` adds comes after the table's own columns."""
        return self.index if self.field is not None else len(self.select.own) + self.index

    @property
    def decode(self) -> Callable[[Any], Any] | None:
        """Return what makes the database's value the model's, or None where they are the same."""
        if self.field is None or self.form is not Form.VALUE:
            return None
        if type(self.field) is models.JSONField and self.field.decoder is None:
            return orjson.loads
        if not hasattr(self.field, "from_db_value"):
            return None
        return lambda value: self.field.from_db_value(value, None, connection)


class Select:
    """The columns that a plan reads of one model, and the statements that read them."""

    def __init__(self, model: Any) -> None:
        """Begin with the primary key alone, which is always the first."""
        self.model = model
        self.own: list[Column] = []
        self.added: list[Column] = []
        self.key = self.column("pk")

    def column(self, name: str, form: Form = Form.VALUE) -> Column:
        """Return a column, adding it when it is new; what is not in the table, `for_api` adds."""
        field = concrete_field(self.model, name)
        columns, form = (self.own, form) if field is not None else (self.added, Form.VALUE)
        for column in columns:
            if (column.name, column.form) == (name, form):
                return column
        columns.append(Column(name, form, field, len(columns), self))
        return columns[-1]

    @property
    def names(self) -> list[str]:
        """The names of all columns."""
        return [column.name for column in (*self.own, *self.added)]

    # --- statements -------------------------------------------------------------------------------

    @cached_property
    def _table(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)

    def _sql_of(self, column: Column) -> str:
        return column.form.format(f"{self._table}.{connection.ops.quote_name(column.field.column)}")

    @cached_property
    def _own_sql(self) -> str:
        return ", ".join(self._sql_of(column) for column in self.own)

    @cached_property
    def _by_keys(self) -> str:
        key = self._sql_of(self.key)
        return f"SELECT {self._own_sql} FROM {self._table} WHERE {key} = ANY(%s)"  # noqa: S608

    def page(self, rows: QuerySet[Any], caller: Caller) -> list[Row]:
        """Return the rows of a queryset, in its order."""
        if self.added:
            names = [column.name for column in self.added]
            found = list(for_api(rows, caller.user).values_list("pk", *names))
            own = self._read_own([row[0] for row in found])
            return [own[row[0]] + row[1:] for row in found if row[0] in own]
        try:
            statement, params = rows.values_list("pk").query.sql_with_params()
        except EmptyResultSet:
            return []
        head = f'SELECT {self._sql_of(self.key)} AS "pk" FROM '  # noqa: S608
        if not statement.startswith(head):
            keys = [row[0] for row in run(statement, params)]
            own = self._read_own(keys)
            return [own[key] for key in keys if key in own]
        return run(insert_columns(statement, self._own_sql), params, skip=1)

    def by_keys(self, keys: Collection[Any], caller: Caller) -> dict[Any, Row]:
        """Return the rows with these primary keys, by key."""
        found = self._read_own(keys)
        return self._with_added(found, caller) if self.added else found

    def _read_own(self, keys: Collection[Any]) -> dict[Any, Row]:
        if not keys:
            return {}
        if len(self.own) == 1:
            return {key: (key,) for key in keys}
        return {row[0]: row for row in run(self._by_keys, [list(keys)])}

    def _with_added(self, found: Mapping[Any, Row], caller: Caller) -> dict[Any, Row]:
        """Return the rows with what `for_api` adds to them: one more of Django's queries."""
        names = [column.name for column in self.added]
        rows = for_api(self.model._default_manager.filter(pk__in=list(found)), caller.user)
        return {row[0]: found[row[0]] + row[1:] for row in rows.values_list("pk", *names)}

    def by_owners(
        self, relation: Belonging, owners: Collection[Any], caller: Caller
    ) -> tuple[dict[Any, Row], list[tuple[Any, Any]]]:
        """Return the rows that belong to the owners, and (owner, key) pairs in declared order."""
        if not owners:
            return {}, []
        found: dict[Any, Row] = {}
        pairs = []
        statement, params = relation.statement(self.model, self._own_sql)
        for owner, key, *row in run(statement, [list(owners), *params]):
            found[key] = tuple(row)
            pairs.append((owner, key))
        return (self._with_added(found, caller) if self.added else found), pairs


class Belonging:
    """How rows belong to their owners: over a reverse foreign key, or a many-to-many relation."""

    def __init__(self, owner: str, where: Q | None, order_by: Sequence[str]) -> None:
        """Take the path from the rows to their owners, which rows count, and their order."""
        self.owner, self.where, self.order_by = owner, where, order_by
        self._statement: tuple[str, Sequence[Any]] | None = None

    def statement(self, model: Any, columns: str) -> tuple[str, Sequence[Any]]:
        """Return the SQL, whose first parameter is the list of owners, and its other parameters."""
        if self._statement is None:
            rows = model._default_manager.filter(**{f"{self.owner}__in": [ANY_KEY]})
            if self.where is not None:
                rows = rows.filter(self.where)
            rows = rows.order_by(*self.order_by).values_list(self.owner, "pk")
            statement, params = rows.query.sql_with_params()
            statement = statement.replace(" IN (%s)", " = ANY(%s)", 1)
            self._statement = insert_columns(statement, columns), params[1:]
        return self._statement


def insert_columns(statement: str, columns: str) -> str:
    """Return a statement that reads more columns, after those that it names itself."""
    return statement.replace(" FROM ", f", {columns} FROM ", 1)


def run(statement: str, params: Sequence[Any], *, skip: int = 0) -> list[Row]:
    """Return what a statement reads, without its first columns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[Row] = cursor.fetchall()
    return [row[skip:] for row in rows] if skip else rows


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
