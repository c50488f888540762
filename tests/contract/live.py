"""The real service, as a process of its own: gunicorn, production settings, its own database.

The database is a migrated one without rows on the PostgreSQL of the tests. What a test writes is
committed and stays, so tests make what they need and count on nothing else.
"""

import json
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from django.conf import settings
from django.db import connection

from tests.database.template import create_migrated

ROOT = Path(__file__).parents[2]
SERVER = [sys.executable, "-m", "gunicorn", "--config=config/gunicorn.py", "config.wsgi"]
PATIENCE = 180.0  # the machine may be busy with the other tests
PATIENCE_TO_STOP = 30.0


class ServiceDidNotStart(RuntimeError):
    """The server ended, or did not answer in time; the message holds what it wrote."""


@dataclass(frozen=True)
class LiveService:
    """A running service: where it is, which database it uses, and what it writes to its log."""

    base_url: str
    database: str
    log: Path

    def last_error(self) -> str:
        """Return the last traceback that the service logged."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        failures = [line for line in lines if '"exception"' in line]
        return str(json.loads(failures[-1])["exception"])[-2000:] if failures else ""


def create_database(name: str) -> None:
    """Make a migrated database on the PostgreSQL of the tests, in place of any of that name."""
    create_migrated(connection, name)


def drop_database(name: str) -> None:
    """Remove a database, whoever is still connected to it."""
    _execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)} WITH (FORCE)")


def _execute(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def connected_to(database: str) -> Iterator[None]:
    """Let Django's models in this process read and write another database."""
    connection.close()
    usual = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def database_url(settings_dict: Mapping[str, Any], name: str) -> str:
    """Write Django's connection settings as the URL that a deployment would be given."""
    password, port = settings_dict.get("PASSWORD"), settings_dict.get("PORT")
    who = quote(str(settings_dict["USER"]), safe="")
    who += f":{quote(str(password), safe='')}" if password else ""
    where = f"{who}@:{port}" if port else f"{who}@"
    options = {**settings_dict.get("OPTIONS", {}), "host": settings_dict["HOST"]}
    return f"postgresql://{where}/{quote(name, safe='')}?{urlencode(options)}"


def environment(database: str, var: Path) -> dict[str, str]:
    """Build the environment of a deployment on plain HTTP."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR", "VIRTUAL_ENV"}
    }
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(connection.settings_dict, database),
        "SECRET_KEY": settings.SECRET_KEY,
        "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
        "HTTPS_ONLY": "false",
        "SECOND_FACTOR_REQUIRED": "off",  # people of the tests log in by a password alone
        "VAR_DIR": str(var),
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def serve(env: Mapping[str, str], log: Path) -> Iterator[str]:
    """Run the production server and give its base URL; stop it afterwards.

    The socket is bound here and handed over, so no other process can take the port in between.

    :raises ServiceDidNotStart: it ended, or did not answer in time.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as output:
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [*SERVER, f"--bind=fd://{listener.fileno()}"],
            cwd=ROOT, env=env, stdout=output, stderr=output, pass_fds=[listener.fileno()],
        )  # fmt: skip
        try:
            base_url = f"http://127.0.0.1:{port}"
            _wait_until_ready(base_url, process, log)
            yield base_url
        finally:
            _stop(process)


def _wait_until_ready(base_url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{base_url}/health/ready", timeout=30).is_success:
                return
        except httpx.TransportError:
            pass  # the kernel accepts before the server does
        time.sleep(0.1)
    command = shlex.join(map(str, process.args)) if isinstance(process.args, list) else ""
    raise ServiceDidNotStart(f"{command}\n{log.read_text(errors='replace')[-4000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
