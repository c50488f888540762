"""The migrated database of which those of the tests are copies, named after what made it.

It stays in the embedded server of the tests, which keeps templates (`Cluster.disposable`). The
first process that finds none for the migrations of today makes it, while others wait; an
unfinished one has no mark, and is made anew.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "template_efp_"


def ready_template(connection: BaseDatabaseWrapper) -> str:
    """Return the name of a database that all migrations of today were applied to."""
    name = f"{PREFIX}{digest_of_migrations()}"
    with connection._nodb_cursor() as cursor:
        if not _is_complete(cursor, name):
            # Held until the connection of this cursor is closed.
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [PREFIX])
            if not _is_complete(cursor, name):
                _drop_all(cursor)
                cursor.execute(f"CREATE DATABASE {name}")
                _migrate(connection, name)
                cursor.execute(
                    f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true"
                )
    return name


def create_migrated(connection: BaseDatabaseWrapper, name: str) -> None:
    """Make a database that has all tables, in place of any of that name.

    It is a copy, but on somebody else's server, where it is migrated.
    """
    is_copied = "EMBEDDED" in connection.settings_dict
    template = f" TEMPLATE {ready_template(connection)}" if is_copied else ""
    quoted = connection.ops.quote_name(name)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {quoted}{template}")
    if not is_copied:
        _migrate(connection, name)


def _is_complete(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name])
    return cursor.fetchone() is not None


def _drop_all(cursor: Any) -> None:
    """Drop what other migrations made, and what was left unfinished."""
    cursor.execute(
        "SELECT datname, datistemplate FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"]
    )
    for name, is_template in cursor.fetchall():
        if is_template:
            cursor.execute(f"ALTER DATABASE {name} WITH IS_TEMPLATE false")
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrate(connection: BaseDatabaseWrapper, name: str) -> None:
    with _connected_to(connection, name):
        call_command("migrate", verbosity=0, interactive=False, database=connection.alias)


@contextmanager
def _connected_to(connection: BaseDatabaseWrapper, name: str) -> Iterator[None]:
    connection.close()
    usual = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def digest_of_migrations() -> str:
    """Return a name for the migrations (they import nothing of ours) and what applies them."""
    found = hashlib.sha256(f"{django.VERSION} {settings.INSTALLED_APPS}".encode())
    for app in sorted(apps.get_app_configs(), key=lambda each: each.label):
        for file in sorted(Path(app.path, "migrations").glob("*.py")):
            found.update(f"{app.label} {file.name}\n".encode() + file.read_bytes())
    return found.hexdigest()[:16]
