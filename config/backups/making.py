"""Making a backup, also while the service runs: the dump is of one moment."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config.backups import archive, programs

if TYPE_CHECKING:
    from datetime import datetime

Tell = Callable[[str], object]


def make(file: Path, *, now: datetime, tell: Tell) -> None:
    """Write a backup of the database and its keys; `tell` hears what is being done.

    :raises ProgramFailed: the database could not be read.
    :raises OSError: the file could not be written.
    """
    manifest = archive.Manifest(
        version=settings.VERSION, created=now.isoformat(), migrations=newest_migrations()
    )
    keys = archive.Keys(tuple(settings.ENCRYPTION_KEYS), settings.SECRET_KEY)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        dump = Path(folder) / archive.DATABASE
        tell(f"Reading the database {settings.DATABASES['default']['NAME']} ...")
        programs.run("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={dump}")
        tell(f"Packing {dump.stat().st_size:,} bytes with the keys ...")
        archive.write(file, manifest, keys, dump)


def newest_migrations() -> dict[str, str]:
    """Return the name of the newest applied migration of each app; nothing in an empty database."""
    return dict(sorted(MigrationRecorder(connection).applied_migrations()))
