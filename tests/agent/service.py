"""The service as an operator runs it: web server, worker and beat, with a site's preset in it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import psycopg2
from django.conf import settings
from django.db import connection

from tests.contract import live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

PRESET = settings.BASE_DIR / "config" / "presets" / "slurm_site.json"
ROWS: dict[str, Any] = json.loads(PRESET.read_text())
USAGE, LIMITS, NAMED, MOAB = (row["uuid"] for row in ROWS["offerings"])
PROJECT: str = ROWS["projects"][0]["uuid"]
USERS = {row["username"]: row["uuid"] for row in ROWS["users"]}
PATIENCE = 180.0
WORKER = [
    "-m", "celery", "--quiet", "--app", "config.celery", "worker", "--beat", "--concurrency=1",
    "--without-gossip", "--without-mingle", "--without-heartbeat",
]  # fmt: skip


class Impatient(AssertionError):
    """What was waited for did not happen in time."""


def eventually(happens: Callable[[], Any], what: str = "") -> Any:
    """Wait until something holds, and return it.

    :raises Impatient: it does not within a minute.
    """
    deadline = time.monotonic() + PATIENCE
    while not (found := happens()):
        if time.monotonic() > deadline:
            raise Impatient(what or getattr(happens, "__name__", "it"))
        time.sleep(0.25)  # each look is work for the service, which has enough
    return found


@dataclass
class Person:
    """Somebody who talks to the service over HTTP, by the paths below `/api/`."""

    base_url: str
    username: str
    token: str
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Token {self.token}"}
        self.http = httpx.Client(base_url=self.base_url, headers=headers, timeout=60)

    def get(self, path: str, **query: Any) -> Any:
        """Return what is read; anything but 200 fails the test."""
        answer = self.http.get(f"/api/{path}", params={"page_size": 100, **query})
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def post(self, path: str, body: Any = None, *, expect: int | None = None) -> Any:
        """Return what is answered; anything but success, or the expected status, fails the test."""
        return self._send("POST", path, body, expect)

    def patch(self, path: str, body: Any, *, expect: int | None = None) -> Any:
        """Return the changed object."""
        return self._send("PATCH", path, body, expect)

    def _send(self, method: str, path: str, body: Any, expect: int | None) -> Any:
        answer = self.http.request(method, f"/api/{path}", json=body)
        good = answer.status_code == expect if expect else answer.is_success
        assert good, (method, path, answer.status_code, answer.text)
        is_json = answer.headers.get("content-type", "").startswith("application/")
        return answer.json() if answer.content and is_json else None


@dataclass
class Service:
    """A running service, and the people of its preset."""

    base_url: str
    database: str
    log: Path
    people: dict[str, Person] = field(default_factory=dict)

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """Ask the service's database, or change what no call can."""
        url = live.database_url(connection.settings_dict, self.database)
        with closing(psycopg2.connect(url)) as database, database, database.cursor() as cursor:
            yield cursor

    def person(self, username: str) -> Person:
        """Return somebody of the preset, logged in."""
        if username not in self.people:
            answer = httpx.post(
                f"{self.base_url}/api-auth/password/",
                json={"username": username, "password": f"{username}-password"},
                timeout=PATIENCE,
            )
            token = answer.raise_for_status().json()["token"]
            self.people[username] = Person(self.base_url, username, token)
        return self.people[username]


@contextmanager
def run_service(
    database: str, folder: Path, more: Mapping[str, str] | None = None
) -> Iterator[Service]:
    """Run the service on a new database with the site's preset; leave nothing of it behind.

    `more` are variables of its environment, such as those of the message bus.
    """
    live.create_database(database)
    env = live.environment(database, folder / "var") | {"CELERY_POLLING_INTERVAL": "0.2"}
    env |= more or {}
    log = folder / "service.log"
    try:
        _manage(env, "load_preset", "--force", str(PRESET))
        with live.serve(env, log) as base_url, _worker(env, folder / "worker.log"):
            running = Service(base_url, database, log)
            try:
                yield running
            finally:
                for person in running.people.values():
                    person.http.close()
    finally:
        live.drop_database(database)


def _manage(env: Mapping[str, str], *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _worker(env: Mapping[str, str], log: Path) -> Iterator[None]:
    quiet = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *WORKER],
            cwd=settings.BASE_DIR, env={**env, **quiet}, stdout=output, stderr=output,
        )  # fmt: skip
        try:
            yield
            assert process.poll() is None, log.read_text()[-4000:]
        finally:
            process.terminate()
            process.wait(live.PATIENCE_TO_STOP)
