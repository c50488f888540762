"""One row that an address names, as an instance of its model, by SQL that is compiled once.

To name the columns of a row, and of the rows that are selected with it, takes Django longer than to
find them. So the statement is kept like those of read plans, under all that the rows which a caller
sees depend on (`Caller.visibility`); the row's UUID goes in as the key that it is run with.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.query import ModelIterable

from common.api.reads.sql import MAX_STATEMENTS, InKeys, Statement, StatementCache, StatementKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.db.models import QuerySet

    from common.api.reads.caller import Caller


@dataclass(frozen=True)
class RowStatement(Statement):
    """A statement that selects instances of a model, each with those of `select_related`."""

    shape: Any = field(compare=False, repr=False)
    """A compiler that knows what the columns are, and no condition."""

    @classmethod
    def compiled(cls, rows: QuerySet[Any]) -> RowStatement:
        """Compile a query.

        :raises EmptyResultSet: when no row can match.
        """
        compiler: Any = rows.query.get_compiler(connection.alias)
        sql, params = compiler.as_sql()
        shape: Any = rows.model._base_manager.all().query.get_compiler(connection.alias)
        for known in ("select", "klass_info", "annotation_col_map", "col_count"):
            setattr(shape, known, getattr(compiler, known))
        return cls(sql, tuple(params), shape)

    def instance(self, key: Any) -> Any:
        """Return the instance that is found by a key, or None."""
        found = self.execute([key])
        compiler = copy(self.shape)
        compiler.connection = connection
        compiler.execute_sql = lambda **_: [found]
        query = SimpleNamespace(get_compiler=lambda **_: compiler)
        rows: Any = SimpleNamespace(query=query, db=connection.alias, _known_related_objects={})
        return next(iter(ModelIterable(rows)), None)


ROW_STATEMENTS = StatementCache(MAX_STATEMENTS)


def one_row(of: Any, rows: Callable[[], QuerySet[Any]], uuid: UUID, caller: Caller) -> Any | None:
    """Return the row with a UUID, or None.

    `of` names the rows: with the caller's visibility it is all that they may depend on.
    """

    def compile_() -> RowStatement:
        # One row needs no order, which `first()` would add: a third of compiling.
        return RowStatement.compiled(rows().filter(InKeys("uuid")).order_by()[:1])

    try:
        statement = ROW_STATEMENTS.get(StatementKey(of, "uuid", caller.visibility), compile_)
    except EmptyResultSet:
        return None
    return statement.instance(uuid)
