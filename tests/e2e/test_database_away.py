"""A database that goes away and comes back: the service says so, and goes on by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest

from standalone.embedded_postgres import Cluster
from tests.e2e.processes import free_port, is_ready, running, wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
KEY = "a-key-of-nobody-that-is-long-enough-for-what-is-signed-with-it"
WEB = ["python", "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]


def test_while_the_database_is_away_the_answer_is_503_and_afterwards_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = Cluster(tmp_path / "postgres", database="efp")
    cluster.folder.mkdir()
    cluster.start()
    folder = quote(str(cluster.socket_folder), safe="")
    port, log = free_port(), tmp_path / "log"
    given = {"SECRET_KEY": KEY, "ENCRYPTION_KEYS": KEY, "HTTPS_ONLY": "false"}
    given["DATABASE_URL"] = f"postgresql://postgres@/efp?host={folder}"
    given["CELERY_BROKER_URL"] = "filesystem://localhost"
    monkeypatch.setattr("tests.e2e.processes.OWN", {"DJANGO_SETTINGS_MODULE", "TEST_RUN"})
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
    try:
        with running(WEB, tmp_path / "var", port, log) as web:
            wait_until(lambda: is_ready(port), log, web)
            cluster.stop()
            ready = http.get("/health/ready")
            assert (ready.status_code, ready.json()["database"]) == (503, "down")
            for path, headers in (
                ("/api/marketplace-public-offerings/", {}),
                ("/api/customers/", {"authorization": f"Token {'a' * 40}"}),
            ):
                away = http.get(path, headers=headers)
                assert away.status_code == 503, away.text
                assert away.json() == {"detail": "The database does not answer; try again."}
                assert away.headers["retry-after"] == "5"
            cluster.start()
            wait_until(lambda: is_ready(port), log, web)
            body = {"username": "nobody", "password": "x"}
            # Its tables are not there; that it is asked at all is what counts.
            assert http.post("/api-auth/password/", json=body).status_code != 503
    finally:
        http.close()
        cluster.stop()
