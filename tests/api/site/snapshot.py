"""All that the database holds, so that a test can say that nothing was left behind."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection

UNSTEADY = {"identity_token": {"last_used"}}
"""Columns by table that every request may change."""

Snapshot = dict[str, list[tuple[Any, ...]]]


def snapshot() -> Snapshot:
    """Return every row of every table, those of the event log too."""
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    return {table: _rows(table, model) for table, model in sorted(tables.items())}


def _rows(table: str, model: Any) -> list[tuple[Any, ...]]:
    quote = connection.ops.quote_name
    unsteady = UNSTEADY.get(table, set())
    fields = [f.column for f in model._meta.concrete_fields if f.column not in unsteady]
    columns = ", ".join(f"{quote(column)}::text" for column in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {quote(table)} ORDER BY 1")  # noqa: S608
        return list(cursor.fetchall())


def changes(before: Snapshot, after: Snapshot) -> dict[str, list[tuple[Any, ...]]]:
    """Return, by table, the rows that are not in both."""
    return {
        table: sorted(set(before[table]) ^ set(after[table]), key=repr)
        for table in before
        if sorted(before[table], key=repr) != sorted(after[table], key=repr)
    }
