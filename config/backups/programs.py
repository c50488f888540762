"""PostgreSQL's own programs, run against the service's database.

They come from the wheel that brings the embedded server (PostgreSQL 18), so that nothing has to be
installed; they talk to every PostgreSQL that the service runs on. The password goes through the
environment: a command line can be read by everybody on the machine.
"""

from __future__ import annotations

import os
import subprocess
from typing import Any

from django.conf import settings
from psycopg2.extensions import make_dsn

from config.embedded_postgres.cluster import programs


class ProgramFailed(Exception):
    """A program of PostgreSQL's did not succeed; the message is its own."""


def connection_of(database: str | None = None) -> tuple[str, dict[str, str]]:
    """Return where the service's database is, as libpq reads it, and the environment beside it."""
    given: dict[str, Any] = settings.DATABASES["default"]
    places = {
        "dbname": database or given["NAME"],
        "host": given.get("HOST"),
        "port": given.get("PORT"),
        "user": given.get("USER"),
        **given.get("OPTIONS", {}),
    }
    dsn = make_dsn(**{name: value for name, value in places.items() if value not in {None, ""}})
    inherited = {name: value for name, value in os.environ.items() if name[:2] != "PG"}
    password = {"PGPASSWORD": given["PASSWORD"]} if given.get("PASSWORD") else {}
    return dsn, {**inherited, **password, "LC_ALL": "C"}


def run(program: str, *arguments: str, database: str | None = None) -> None:
    """Run a program on the service's database, or another one beside it.

    :raises ProgramFailed: with what it said.
    """
    dsn, environment = connection_of(database)
    done = subprocess.run(  # noqa: S603 (our own program, no shell)
        [str(programs() / program), *arguments, f"--dbname={dsn}"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise ProgramFailed(f"{program} failed:\n{said}")
