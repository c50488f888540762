"""How a floor is made: hand-written SQL on a bare cursor, dicts by `zip`, nothing else.

What belongs to a parent is read once per distinct parent. Joins instead were tried on orders and
resources: PostgreSQL plans them for longer than it takes to read the parents one table at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from psycopg2.extras import register_default_jsonb

from identity.permissions import Permission, roles_with
from identity.roles import ScopeType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from identity.models import User

Row = dict[str, Any]

GRANTS = """
SELECT role.name, grants.scope_type, grants.scope_id
FROM identity_grant grants JOIN identity_role role ON role.id = grants.role_id
WHERE grants.user_id = %s AND grants.is_active
  AND (grants.expiration_time IS NULL OR grants.expiration_time > now())
"""


@dataclass(frozen=True)
class Below:
    """Rows of another table; the first column is the key by which the rows above find them."""

    sql: str
    parents: Mapping[str, Below] = field(default_factory=dict)
    lists: Mapping[str, Below] = field(default_factory=dict)


@dataclass(frozen=True)
class Floor:
    """A list: its count, its page, and what is below its rows.

    In `parents`, the keys name columns that hold parents' primary keys; in `lists`, keys of the
    answer, and the rows above are found by the column `_id`. `scope` is the condition for who is
    not staff; `others` the list as such people see it, where it is another one.
    """

    count: str
    page: str
    scope: str
    parents: Mapping[str, Below] = field(default_factory=dict)
    lists: Mapping[str, Below] = field(default_factory=dict)
    others: Floor | None = None

    def answer(self, cursor: Any, user: User, base: str, size: int) -> tuple[int, bytes]:
        """Return how many rows there are, and the first page of them as JSON."""
        if self.others is not None and not user.is_staff:
            return self.others.answer(cursor, user, base, size)
        register_default_jsonb(cursor.cursor, loads=orjson.Fragment)
        params = {"base": base, "size": size, "user": user.pk}
        where = "true"
        if not user.is_staff:
            params, where = params | reach(cursor, user), self.scope
        cursor.execute(self.count.replace("{scope}", where), params)
        (count,) = cursor.fetchone()
        cursor.execute(self.page.replace("{scope}", where), params)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        complete(cursor, rows, self, params)
        return count, orjson.dumps(rows, option=orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z)


def reach(cursor: Any, user: User) -> dict[str, list[int]]:
    """Return what somebody reaches as a consumer and as a provider, by primary keys."""
    cursor.execute(GRANTS, [user.pk])
    held = cursor.fetchall()

    def scopes(permission: Permission, kind: ScopeType) -> list[int]:
        roles = roles_with(permission)
        return [scope for role, of, scope in held if role in roles and of == kind]

    return {
        "any_customers": [scope for _, kind, scope in held if kind == ScopeType.CUSTOMER],
        "customers": scopes(Permission.VIEW_RESOURCE, ScopeType.CUSTOMER),
        "projects": scopes(Permission.VIEW_RESOURCE, ScopeType.PROJECT),
        "providers": scopes(Permission.VIEW_PROVIDER_SIDE, ScopeType.CUSTOMER),
        "offerings": scopes(Permission.VIEW_PROVIDER_SIDE, ScopeType.OFFERING),
    }


def complete(
    cursor: Any, rows: Sequence[Row], of: Floor | Below, params: Mapping[str, Any]
) -> None:
    """Read what is below the rows, and put it into them."""
    for column, below in of.parents.items():
        keys = {row[column] for row in rows} - {None}
        found = dict(read(cursor, below, keys, params))
        for row in rows:
            row.update(found.get(row.pop(column), {}))
    for name, below in of.lists.items():
        several: dict[int, list[Row]] = {row["_id"]: [] for row in rows}
        for key, row in read(cursor, below, several.keys(), params):
            several[key].append(row)
        for row in rows:
            row[name] = several[row["_id"]]
    for row in rows:
        row.pop("_id", None)


def read(cursor: Any, below: Below, keys: Any, params: Mapping[str, Any]) -> list[tuple[int, Row]]:
    """Return rows of another table with their keys, complete."""
    if not keys:
        return []
    cursor.execute(below.sql, {**params, "keys": list(keys)})
    names = [column.name for column in cursor.description[1:]]
    found = [(key, dict(zip(names, row, strict=True))) for key, *row in cursor.fetchall()]
    if below.parents or below.lists:
        complete(cursor, [row for _, row in found], below, params)
    return found


# --- Pieces of SQL ----------------------------------------------------------------------------


def hexed(column: str) -> str:
    """Return the SQL of a UUID as the API writes it."""
    return f"encode(uuid_send({column}), 'hex')"


def url(collection: str, column: str) -> str:
    """Return the SQL of a row's URL."""
    return f"%(base)s || '/api/{collection}/' || {hexed(column)} || '/'"


def utc(*columns: str, of: str = "t") -> str:
    """Return the SQL of moments under their own names."""
    return ", ".join(f"{of}.{name} AT TIME ZONE 'UTC' AS {name}" for name in columns)


def plain(*columns: str, of: str = "t") -> str:
    """Return the SQL of columns under their own names."""
    return ", ".join(f"{of}.{name}" for name in columns)


def named(prefix: str, *columns: str) -> str:
    """Return the SQL of a parent's columns, with a prefix before their names; UUIDs as digits."""
    return ", ".join(
        f"{hexed(f't.{name}') if name == 'uuid' else f't.{name}'} AS {prefix}_{name}"
        for name in columns
    )


def constant(value: object) -> str:
    """Return the SQL of a JSON value that is the same in every row."""
    text = orjson.dumps(value).decode().replace("'", "''").replace("%", "%%")
    return f"'{text}'::jsonb"
