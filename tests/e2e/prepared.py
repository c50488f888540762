"""A folder of the service whose database is migrated already, for tests of what comes after that.

The embedded server's files are made once for the migrations of today, as an operator would make
them, and stay in `var/`; each test gets a copy.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from django.conf import settings

from tests.database.template import digest_of_migrations
from tests.e2e.processes import environment

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = settings.BASE_DIR / "var" / "migrated"


def prepare(var: Path) -> Path:
    """Give a folder of the service a migrated database, and return it."""
    var.mkdir(parents=True)
    _copied(_made(), var / "postgres")
    return var


def _made() -> Path:
    """Return the files of a migrated server that is stopped; one process makes them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = FOLDER / digest_of_migrations()
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for former in FOLDER.iterdir():
                if former.is_dir():
                    shutil.rmtree(former)
            under_way = FOLDER / "under-way"
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                cwd=settings.BASE_DIR,
                env=environment(under_way, 8000),
                check=True,
            )
            under_way.rename(made)
    return made / "postgres"


def _copied(files: Path, to: Path) -> None:
    """Copy the files with their owners, which are another user's where root runs the server."""
    subprocess.run(["/bin/cp", "-a", str(files), str(to)], check=True)
