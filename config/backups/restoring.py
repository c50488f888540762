"""Bringing back a backup: database and keys together, and nothing half.

The dump is read into a database beside the service's and takes its place when it is whole; what was
there before is kept under another name. A database of an operator's own (`DATABASE_URL`) has to be
empty, and is filled in one transaction.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg2 import sql

from config.backups import archive, programs
from standalone.embedded_postgres import hold, is_alone, maintenance

if TYPE_CHECKING:
    from datetime import datetime

    from config.backups.archive import Keys, Manifest
    from standalone.embedded_postgres import Cluster

Tell = Callable[[str], object]


class CannotRestore(Exception):
    """Nothing was changed; the message says why, and what to do."""


def restore(file: Path, *, replace: bool, now: datetime, tell: Tell) -> None:
    """Make the database and the keys what they were; `tell` hears what is being done.

    :raises NoBackup: the file is none.
    :raises CannotRestore: it is newer than this version, there is something in the database that is
        not to be replaced, somebody uses it, or the keys in the environment are others.
    :raises ProgramFailed: the dump could not be read into a database.
    """
    if settings.EMBEDDED_CLUSTER:
        hold(settings.EMBEDDED_CLUSTER)
    manifest, keys = archive.read(file)
    check_version(manifest)
    check_keys(file, keys)
    check_unused()
    filled = holds_anything()
    if filled and not (replace and settings.EMBEDDED_CLUSTER):
        raise CannotRestore(_why_not_over_it())
    tell(f"The backup is of {manifest.created}, by version {manifest.version}.")
    connection.close()
    with tempfile.TemporaryDirectory(prefix="efp-restore-") as folder:
        dump = Path(folder) / archive.DATABASE
        archive.unpack_database(file, dump)
        tell(f"Reading {dump.stat().st_size:,} bytes into the database ...")
        if settings.EMBEDDED_CLUSTER:
            _exchange(settings.EMBEDDED_CLUSTER, dump, now=now, keep=filled, tell=tell)
        else:
            programs.load(dump, str(settings.DATABASES["default"]["NAME"]))
    if settings.ON_ONE_MACHINE:
        put_keys_back(keys, now=now, tell=tell)


def check_version(manifest: Manifest) -> None:
    """See that this version knows every migration that the backup has.

    :raises CannotRestore: it does not.
    """
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    unknown = [f"{app}.{name}" for app, name in manifest.migrations.items()
               if (app, name) not in known]  # fmt: skip
    if unknown:
        raise CannotRestore(
            f"The backup was made by version {manifest.version}, which is newer than this one "
            f"({settings.VERSION} does not know {', '.join(unknown)}): restore it with that one."
        )


def check_keys(file: Path, keys: Keys) -> None:
    """See that what is sealed in the backup can be opened afterwards.

    :raises CannotRestore: the environment names keys, and not all of the backup's are among them.
    """
    if not settings.KEYS_FROM_ENVIRONMENT or set(keys.encryption) <= set(settings.ENCRYPTION_KEYS):
        return
    raise CannotRestore(
        "ENCRYPTION_KEYS does not have all the keys of the backup, so its secrets could not be "
        f"opened. Append those that `tar -xOf {file} {archive.ENCRYPTION_KEYS}` prints, separated "
        "by commas, and restore again."
    )


def check_unused() -> None:
    """See that nothing of the service runs on the database.

    :raises CannotRestore: something does.
    """
    if settings.EMBEDDED_CLUSTER and not is_alone(settings.EMBEDDED_CLUSTER):
        raise CannotRestore("The service runs: stop it first, its web server and its worker.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        (others,) = cursor.fetchone()
    if others:
        raise CannotRestore(
            f"The database is in use ({others} connections): stop the service first."
        )


def holds_anything() -> bool:
    """Tell whether the database has any table yet."""
    return bool(connection.introspection.table_names())


def _why_not_over_it() -> str:
    if settings.EMBEDDED_CLUSTER:
        return (
            "There is something in the database already. `make restore FILE=... REPLACE=1` puts "
            "the backup in its place, and keeps it under another name."
        )
    return "The database that DATABASE_URL names is not empty: make an empty one, and name that."


def _exchange(cluster: Cluster, dump: Path, *, now: datetime, keep: bool, tell: Tell) -> None:
    """Fill a database beside the service's, and let it take its place."""
    name = str(settings.DATABASES["default"]["NAME"])
    stamp = now.strftime("%Y%m%d_%H%M%S")
    fresh, former = f"{name}_restored_{stamp}", f"{name}_before_{stamp}"
    maintenance.execute(cluster, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(fresh)))
    try:
        programs.load(dump, fresh)
    except programs.ProgramFailed:
        maintenance.execute(cluster, sql.SQL("DROP DATABASE {}").format(sql.Identifier(fresh)))
        raise
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    maintenance.execute(cluster, rename.format(sql.Identifier(name), sql.Identifier(former)))
    maintenance.execute(cluster, rename.format(sql.Identifier(fresh), sql.Identifier(name)))
    if keep:
        tell(f"What was there before is in the database {former}.")
    else:
        maintenance.execute(cluster, sql.SQL("DROP DATABASE {}").format(sql.Identifier(former)))


def put_keys_back(keys: Keys, *, now: datetime, tell: Tell) -> None:
    """Write the keys into their files, where the environment does not name them.

    Keys of another value that are there already are kept beside them.
    """
    if not settings.KEYS_FROM_ENVIRONMENT:
        _put(settings.VAR_DIR / "encryption_key", "\n".join(keys.encryption), now, tell)
    if not settings.SECRET_KEY_FROM_ENVIRONMENT:
        _put(settings.VAR_DIR / "secret_key", keys.secret, now, tell)


def _put(file: Path, text: str, now: datetime, tell: Tell) -> None:
    if file.exists() and file.read_text(encoding="utf-8").strip() == text:
        return
    if file.exists():
        former = file.with_name(f"{file.name}.before-{now:%Y%m%d-%H%M%S}")
        file.rename(former)
        tell(f"The former {file.name} is kept as {former}.")
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    tell(f"Put {file} back.")
