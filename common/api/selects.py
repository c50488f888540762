"""The statements of a read plan: SQL that is written once per plan and then only given keys.

Django's queries cost half a millisecond of Python each, and several where they count and compare:
most of it goes into naming columns and resolving conditions, the same ones for each request. So a
page is one of Django's queries for its keys, or for its rows where the plan reads nothing but
columns; everything else is read by statements that are kept. What SQL can write in its final form
(UUIDs as hexadecimal digits, decimals, dates) is not made into Python's objects first.

What `for_api` adds may differ from caller to caller, so its statements are kept by the caller's
`fingerprint`: all that `for_api` may ask of a user. It must take the time from the database.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from threading import Lock
from types import NoneType
from typing import TYPE_CHECKING, Any

import orjson
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist
from django.db import connection, models
from django.db.models.expressions import Expression

from common import stored
from common.json_column import JsonColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Sequence

    from django.db.models import Q, QuerySet

    from common.api.plan import Caller

Row = tuple[Any, ...]
MOST_KEPT = 2048


class Form(StrEnum):
    """How a column is read: as its value, or in one of the forms in which the API shows it."""

    VALUE = "{}"
    HEX = "encode(uuid_send({}), 'hex')"
    UTC = "{} AT TIME ZONE 'UTC'"
    TEXT = "{}::text"


@dataclass(eq=False)
class Column:
    """A column of a select: one of the table's, or (without a field) one that `for_api` adds."""

    name: str
    form: Form
    field: Any
    index: int
    select: Select

    @property
    def position(self) -> int:
        """The place in a row: the key, then what `for_api` adds, then the table's columns."""
        if self.field is None:
            return 1 + self.index
        return self.index and len(self.select.added) + self.index

    @property
    def decode(self) -> Callable[[Any], Any] | None:
        """Return what makes the database's value the model's, or None where they are the same."""
        field = self.field or self.select.field_added(self.name)
        if self.form is not Form.VALUE:
            return None
        if isinstance(field, JsonColumn):
            return orjson.loads
        if not hasattr(field, "from_db_value"):
            return None
        return lambda value: field.from_db_value(value, None, connection)

    def decoded(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the model's values of the database's: at once, or each with care if that fails."""
        decode = self.decode
        if decode is None:
            return self._mended(values)
        try:
            decoded = [None if value is None else decode(value) for value in values]
        except ValueError:
            return [None if value is None else self._with_care(value) for value in values]
        kind = getattr(self.field, "kind", None)
        if kind is not None and not set(map(type, decoded)) <= {kind, NoneType}:
            return [None if value is None else self._with_care(value) for value in values]
        return decoded

    def _with_care(self, value: Any) -> Any:
        if isinstance(self.field, JsonColumn):
            return self.field.read(value)
        return stored.json_of(value, f"JSON as {self.name}")

    def _mended(self, values: Sequence[Any]) -> Sequence[Any]:
        field = self.field or self.select.field_added(self.name)
        if isinstance(field, models.DecimalField):
            is_text = self.form is Form.TEXT
            return stored.texts_of_numbers(values) if is_text else stored.numbers(values)
        return stored.texts_of_days(values) if self.form is Form.TEXT else values


class Select:
    """The columns that a plan reads of one model, and the statements that read them."""

    def __init__(self, model: Any) -> None:
        """Begin with the primary key alone, which is always the first."""
        self.model = model
        self.own: list[Column] = []
        self.added: list[Column] = []
        self.key = self.column("pk")
        self.deepest = 0  # the last level of the plan on which rows are wanted
        self._fields_added: dict[str, Any] = {}

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

    def field_added(self, name: str) -> Any:
        """Return the field that types what `for_api` adds, known once it was asked for."""
        return self._fields_added.get(name)

    # --- reading ----------------------------------------------------------------------------------

    def page(self, rows: QuerySet[Any], caller: Caller) -> list[Row]:
        """Return the rows of a queryset, in its order."""
        try:
            if not self.added:
                return Statement(self._reading(rows, "pk")).run()
            keys = [row[0] for row in Statement(rows.values_list("pk")).run()]
        except EmptyResultSet:
            return []
        found = self.by_keys(keys, caller)
        return [found[key] for key in keys if key in found]

    def by_keys(self, keys: Collection[Any], caller: Caller) -> dict[Any, Row]:
        """Return the rows with these primary keys, by key."""
        if not keys:
            return {}
        if not self.added and len(self.own) == 1:
            return {key: (key,) for key in keys}
        whose = caller.fingerprint if self.added else "everybody's"
        statement = KEPT.get((self, whose), lambda: self._by_keys(caller))
        return {row[0]: row for row in statement.run(keys)}

    def by_owners(
        self, relation: Belonging, owners: Collection[Any], caller: Caller
    ) -> tuple[dict[Any, Row], list[tuple[Any, Any]]]:
        """Return the rows that belong to the owners, and (owner, key) pairs in declared order."""
        if not owners:
            return {}, []
        at_once = not self.added or concrete_field(self.model, relation.owner) is not None
        whose = caller.fingerprint if self.added and at_once else "everybody's"
        key = (self, relation), whose
        read = KEPT.get(key, lambda: self._by_owners(relation, caller, at_once=at_once)).run(owners)
        pairs = [(row[0], row[1]) for row in read]
        if not at_once:  # `for_api` may count over the very relation, which is narrowed here
            return self.by_keys({key for _, key in pairs}, caller), pairs
        return {row[1]: row[1:] for row in read}, pairs

    # --- statements -------------------------------------------------------------------------------

    @cached_property
    def _columns(self) -> str:
        """The SQL of the table's columns, without the key."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        return ", ".join(
            column.form.format(f"{table}.{connection.ops.quote_name(column.field.column)}")
            for column in self.own[1:]
        )

    def _reading(self, rows: QuerySet[Any], *first: str) -> QuerySet[Any]:
        """Return a query for these columns and, after them, the table's."""
        if not self._columns:
            return rows.values_list(*first)
        rows = rows.annotate(plan_columns=Verbatim(self._columns))
        return rows.values_list(*first, "plan_columns")

    def _by_keys(self, caller: Caller) -> Statement:
        if not self.added:
            return Statement(self._reading(self.model._base_manager.filter(Among("pk")), "pk"))
        return self._adding(self.model._default_manager.filter(Among("pk")), "pk", caller=caller)

    def _by_owners(self, relation: Belonging, caller: Caller, *, at_once: bool) -> Statement:
        rows = self.model._default_manager.filter(Among(relation.owner))
        if relation.where is not None:
            rows = rows.filter(relation.where)
        rows = rows.order_by(*relation.order_by)
        if not at_once:
            return Statement(rows.values_list(relation.owner, "pk"))
        return self._adding(rows, relation.owner, "pk", caller=caller)

    def _adding(self, rows: QuerySet[Any], *first: str, caller: Caller) -> Statement:
        """Return the statement for these columns, then what `for_api` adds, then the table's."""
        names = [column.name for column in self.added]
        rows = for_api(rows, caller.user) if names else rows
        annotations = rows.query.annotations
        self._fields_added = {
            name: annotations[name].output_field for name in names if name in annotations
        }
        return Statement(self._reading(rows, *first, *names))


@dataclass(frozen=True)
class Belonging:
    """How rows belong to their owners: over a reverse foreign key, or a many-to-many relation."""

    owner: str
    where: Q | None
    order_by: tuple[str, ...]


class Statement:
    """SQL with its parameters, one of which may stand for the keys that it is run with."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        """Compile a query.

        :raises EmptyResultSet: when no row can match.
        """
        self._sql, self._params = rows.query.sql_with_params()

    @property
    def depends_on_time(self) -> bool:
        """Tell whether the moment of its making is in it."""
        return any(isinstance(param, date) for param in self._params)

    def run(self, keys: Collection[Any] = ()) -> list[Row]:
        """Return what it reads."""
        given = list(keys)
        params = [given if param is KEYS else param for param in self._params]
        with connection.cursor() as cursor:
            stored.cast_by(stored.QUICK, cursor)
            cursor.execute(self._sql, params)
            try:
                rows: list[Row] = cursor.fetchall()
            except (ValueError, OverflowError):  # a time that Python has not
                stored.cast_by(stored.CAREFUL, cursor)
                cursor.execute(self._sql, params)
                rows = cursor.fetchall()
        return rows


class Kept:
    """The statements that were needed last; those of one caller go with the caller."""

    def __init__(self, most: int) -> None:
        """Begin with none."""
        self._most, self._lock = most, Lock()
        self._statements: OrderedDict[Hashable, Statement] = OrderedDict()

    def get(
        self, key: tuple[Hashable, Hashable | None], make: Callable[[], Statement]
    ) -> Statement:
        """Return the statement under a key, made if need be; without a whole key it is not kept."""
        with self._lock:
            if key in self._statements:
                self._statements.move_to_end(key)
                return self._statements[key]
        made = make()
        if key[1] is not None and not made.depends_on_time:
            with self._lock:
                self._statements[key] = made
                if len(self._statements) > self._most:
                    self._statements.popitem(last=False)
        return made


KEPT = Kept(MOST_KEPT)


# --- pieces of queries ----------------------------------------------------------------------------


class _Keys:
    """The parameter that stands for keys until a statement is run."""


KEYS = _Keys()


class Among(models.Func):
    """The condition that something is one of the keys that the statement is run with."""

    template = "%(expressions)s = ANY(%%s)"
    output_field = models.BooleanField()

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        """Put the keys' parameter after those of the expression."""
        sql, params = super().as_sql(*args, **kwargs)
        return sql, (*params, KEYS)


class Verbatim(Expression):
    """Columns as text, the last of a select: Django would take long to name each of them."""

    output_field = models.TextField()

    def __init__(self, columns: str) -> None:
        """Take the SQL."""
        super().__init__()
        self._columns_sql = columns

    def as_sql(self, *_: Any, **__: Any) -> tuple[str, Any]:
        """Return the columns."""
        return self._columns_sql, ()

    def get_group_by_cols(self) -> list[Any]:
        """Return none: they depend on the key, by which such a query is grouped."""
        return []


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
