"""SQL that is compiled once: statements, the cache that has them, and the expressions in them.

Django's queries cost half a millisecond of Python each, and several where they count and compare:
most of it goes into naming columns and resolving conditions, the same ones for each request. So the
statements of a read plan are compiled once and then run with other keys.

The invariant of the cache: statements under equal keys have equal SQL and parameters. The key names
the select (a plan's, with its columns), the lookup, and the caller's fingerprint, or `ANY_CALLER`
where no caller was asked. What a request brings goes in as the keys that a statement is run with.
Under `settings.CHECK_CACHED_STATEMENTS` (debugging, tests) statements that are taken from the cache
are compiled anew and compared: the first time, the second, the fourth, the eighth and so on, since
each time would make tests a sixth slower.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from django.conf import settings
from django.db import connection, models
from django.db.models.expressions import Expression

from common import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable

    from django.db.models import QuerySet

Row = tuple[Any, ...]

MAX_STATEMENTS = 2048
"""How many statements a process has in its cache."""

ANY_CALLER = "any caller"
"""Stands for the fingerprint in the keys of statements that ask nothing of the caller."""


# --- expressions ----------------------------------------------------------------------------------


class _KeysParameter:
    """The parameter that stands for the keys until a statement is run."""

    def __repr__(self) -> str:
        return "KEYS"


KEYS = _KeysParameter()


class InKeys(models.Func):
    """The condition that a column is one of the keys that the statement is run with."""

    template = "%(expressions)s = ANY(%%s)"
    output_field = models.BooleanField()

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        """Put the keys' parameter after those of the expression."""
        sql, params = super().as_sql(*args, **kwargs)
        return sql, (*params, KEYS)


class RawColumns(Expression):
    """A list of columns as SQL, the last of a select: Django takes long to compile each of them.

    Like `RawSQL`, but without the parentheses, which would make one row value of it.
    """

    output_field = models.TextField()

    def __init__(self, columns: str) -> None:
        """Take the SQL."""
        super().__init__()
        self._sql = columns

    def as_sql(self, *_: Any, **__: Any) -> tuple[str, Any]:
        """Return the columns."""
        return self._sql, ()

    def get_group_by_cols(self) -> list[Any]:
        """Return none: they depend on the primary key, by which such a query is grouped."""
        return []


# --- statements -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Statement:
    """SQL with its parameters, one of which may stand for the keys that it is run with."""

    sql: str
    params: tuple[Any, ...]

    @classmethod
    def compiled(cls, rows: QuerySet[Any]) -> Statement:
        """Compile a query.

        :raises EmptyResultSet: when no row can match.
        """
        sql, params = rows.query.sql_with_params()
        return cls(sql, tuple(params))

    @property
    def depends_on_time(self) -> bool:
        """Tell whether a moment is among its parameters, which is another one each time."""
        return any(isinstance(param, date) for param in self.params)

    def execute(self, keys: Collection[Any] = ()) -> list[Row]:
        """Return the rows that it selects."""
        given = list(keys)
        params = [given if param is KEYS else param for param in self.params]
        with connection.cursor() as cursor:
            stored.cast_by(stored.QUICK, cursor)
            cursor.execute(self.sql, params)
            try:
                rows: list[Row] = cursor.fetchall()
            except (ValueError, OverflowError):  # a time that Python has not
                stored.cast_by(stored.CAREFUL, cursor)
                cursor.execute(self.sql, params)
                rows = cursor.fetchall()
        return rows


class StatementKey(NamedTuple):
    """All that the SQL and the parameters of a statement depend on."""

    select: Hashable
    lookup: Hashable
    caller: Hashable | None
    """The caller's fingerprint, or `ANY_CALLER`; None: the statement must not be cached."""


class StaleStatement(RuntimeError):
    """A cached statement would be compiled differently now: its key leaves something out."""

    def __init__(self, key: StatementKey, cached: Statement, compiled: Statement) -> None:
        """Take the key and both statements."""
        super().__init__(
            f"The statement cached under {key} is not the one that is compiled for it now. A query "
            "of `for_api` or of a nested relation depends on something that is not part of the key:"
            " ask the caller only for what the fingerprint has, and the database for the time."
            f"\ncached: {cached}\ncompiled: {compiled}"
        )


Kept = TypeVar("Kept", bound=Statement)


class StatementCache:
    """The statements that were used last; those of one caller go when the caller does not return.

    What is not used is removed first, so a caller's statements leave after their last request.
    """

    def __init__(self, size: int) -> None:
        """Begin with none, for a number of statements at most."""
        self._size, self._lock = size, Lock()
        self._statements: OrderedDict[StatementKey, Any] = OrderedDict()
        self._hits: Counter[StatementKey] = Counter()

    def get(self, key: StatementKey, compile_: Callable[[], Kept]) -> Kept:
        """Return the statement under a key, compiled if it is not there.

        :raises StaleStatement: in debugging, when the one that is there is not what is compiled.
        """
        with self._lock:
            cached: Kept | None = self._statements.get(key)
            if cached is not None:
                self._statements.move_to_end(key)
        if cached is not None:
            if settings.CHECK_CACHED_STATEMENTS:
                self._check(key, cached, compile_)
            return cached
        compiled = compile_()
        if key.caller is not None and not compiled.depends_on_time:
            with self._lock:
                self._statements[key] = compiled
                if len(self._statements) > self._size:
                    oldest, _ = self._statements.popitem(last=False)
                    self._hits.pop(oldest, None)
        return compiled

    def _check(self, key: StatementKey, cached: Kept, compile_: Callable[[], Kept]) -> None:
        self._hits[key] += 1
        is_power_of_two = self._hits[key].bit_count() == 1
        if is_power_of_two and cached != (compiled := compile_()):
            raise StaleStatement(key, cached, compiled)


STATEMENTS = StatementCache(MAX_STATEMENTS)
