"""PostgreSQL's own programs, run against the service's database.

They come from the wheel that brings the embedded server (PostgreSQL 18), so that nothing has to be
installed; they talk to every PostgreSQL that the service runs on. The password goes through the
environment: a command line can be read by everybody on the machine.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from psycopg2.extensions import make_dsn

from standalone.embedded_postgres.cluster import programs

if TYPE_CHECKING:
    from pathlib import Path

NEWER = re.compile(rb"SET transaction_timeout = .*")
"""What PostgreSQL 18's dumps begin with that servers before 17 do not know."""

HEAD = 40
"""Lines of a dump's text that hold its settings; no rows are among them."""


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


def load(dump: Path, database: str) -> None:
    """Read a dump into an empty database of whatever server, in one transaction.

    :raises ProgramFailed: with what was said; the database is as empty as before.
    """
    dsn, environment = connection_of(database)
    reading = ["pg_restore", "--no-owner", "--no-acl", "--file=-", str(dump)]
    filling = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    with tempfile.TemporaryFile() as said:
        reader = _start(*reading, env=environment, stdout=subprocess.PIPE, stderr=said)
        writer = _start(
            *filling, f"--dbname={dsn}", env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=said,
        )  # fmt: skip
        with reader, writer:
            _pass_on(reader, writer)
        if reader.returncode or writer.returncode:
            said.seek(0)
            raise ProgramFailed(f"the dump was not read:\n{said.read().decode().strip()}")


def _start(program: str, *arguments: str, **streams: Any) -> subprocess.Popen[Any]:
    command = [str(programs() / program), *arguments]
    return subprocess.Popen(command, **{"stdin": subprocess.DEVNULL, **streams})  # noqa: S603 (as above)


def _pass_on(reader: subprocess.Popen[Any], writer: subprocess.Popen[Any]) -> None:
    """Hand the text of a dump on; of one that breaks off, nothing must be kept."""
    source: IO[bytes] = reader.stdout  # type: ignore[assignment]
    sink: IO[bytes] = writer.stdin  # type: ignore[assignment]
    try:
        head = [source.readline() for _ in range(HEAD)]
        sink.writelines(line for line in head if not NEWER.match(line))
        shutil.copyfileobj(source, sink)
        if reader.wait():
            writer.kill()  # its end of input would be a commit
        sink.close()
    except BrokenPipeError:  # it has ended, and has said why
        reader.kill()
