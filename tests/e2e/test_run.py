"""`make run` on a machine with nothing on it, and the containers' commands side by side."""

from __future__ import annotations

import secrets
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx
import psutil
import pytest
import yaml
from django.conf import settings

from standalone import identity_provider
from tests.e2e.prepared import prepare
from tests.e2e.processes import (
    PATIENCE,
    environment,
    free_port,
    is_ready,
    processes_naming,
    running,
    wait_until,
)
from tests.oidc.provider import action_of, is_needed_and_missing

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
RUN = ["python", "manage.py", "run"]


@pytest.mark.parametrize(
    ("begin", "number"), [(Path, signal.SIGINT), (prepare, signal.SIGTERM)], ids=["empty", "again"]
)
def test_the_service_runs_tells_how_to_enter_and_leaves_nothing_behind(
    tmp_path: Path, begin: Callable[[Path], Path], number: signal.Signals
) -> None:
    port, log = free_port(), tmp_path / "log"
    with running(RUN, begin(tmp_path / "var"), port, log) as service:
        wait_until(lambda: "hosting entity" in log.read_text(), log, service)
        assert f"http://localhost:{port}/api/" in log.read_text()
        assert f"http://localhost:{port}/admin/" in log.read_text()
        assert is_ready(port)
        service.send_signal(number)
        assert service.wait(PATIENCE) == 0, log.read_text()
        assert processes_naming(str(tmp_path)) == []
    assert not (tmp_path / "var" / "postgres" / "data" / "postmaster.pid").exists()


@pytest.mark.oidc
def test_a_newcomer_logs_in_by_an_institution(tmp_path: Path) -> None:
    if is_needed_and_missing():
        pytest.skip(identity_provider.MISSING)
    port, log = free_port(), tmp_path / "log"
    with running(RUN, prepare(tmp_path / "var"), port, log) as service:
        wait_until(lambda: "Log in by an institution" in log.read_text(), log, service)
        with httpx.Client(follow_redirects=True, timeout=60) as browser:
            asked = browser.get(f"http://localhost:{port}/oidc/local/login/")
            form = {"account": "ada", "mfa": "yes", "act": "login"}
            page = browser.post(urljoin(str(asked.url), action_of(asked.text)), data=form)
        assert page.url == f"http://localhost:{port}/login/"
        assert "You are logged in as <strong>Ada Lovelace</strong>" in page.text
        service.send_signal(signal.SIGTERM)
        assert service.wait(PATIENCE) == 0
        assert processes_naming(str(tmp_path)) == []


def test_a_killed_supervisor_takes_the_web_server_and_the_worker_with_it(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    with running(RUN, prepare(tmp_path / "var"), port, log) as service:
        wait_until(lambda: "Ctrl-C stops it" in log.read_text(), log, service)
        service.kill()
        wait_until(lambda: processes_naming(str(tmp_path)) == [], log)


def test_a_worker_that_dies_ends_the_service_with_an_error(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    with running(RUN, prepare(tmp_path / "var"), port, log) as service:
        wait_until(lambda: "Ctrl-C stops it" in log.read_text(), log, service)
        worker = next(c for c in psutil.Process(service.pid).children() if "celery" in c.cmdline())
        worker.kill()
        assert service.wait(PATIENCE) == 1
        assert "the worker ended by itself with code -9" in log.read_text()
        assert processes_naming(str(tmp_path)) == []


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port, log = int(taken.getsockname()[1]), tmp_path / "log"
        with running(RUN, tmp_path / "var", port, log) as service:
            assert service.wait(PATIENCE) == 1
    assert f"Port {port} cannot be used (Address already in use)" in log.read_text()
    assert not (tmp_path / "var" / "postgres").exists()


def test_a_database_of_its_own_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    keys = {name: secrets.token_urlsafe(64) for name in ("SECRET_KEY", "ENCRYPTION_KEYS")}
    url = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/real", **keys}
    with running(RUN, tmp_path / "var", port, log, url) as service:
        assert service.wait(PATIENCE) == 1
    assert "DATABASE_URL is set, and `make run` is a trial" in log.read_text()
    assert "Traceback" not in log.read_text()


def test_the_containers_commands_work_together_on_one_database_and_broker(tmp_path: Path) -> None:
    port, log, var = free_port(), tmp_path / "log", tmp_path / "var"
    services = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]
    ping = services["worker"]["healthcheck"]["test"][1]
    with ExitStack() as stack:

        def run(name: str) -> subprocess.Popen[bytes]:
            command = services[name]["command"].split()
            return stack.enter_context(running(command, var, port, log))

        assert run("migrate").wait(PATIENCE) == 0, log.read_text()
        processes = [run(name) for name in ("web", "worker", "hooks", "beat")]
        wait_until(lambda: is_ready(port), log, *processes)
        wait_until(lambda: any(var.glob("celerybeat-schedule*")), log, *processes)
        wait_until(lambda: pong(ping, var, port), log, *processes)
        for process in processes:
            process.terminate()
        assert [process.wait(PATIENCE) for process in processes] == [0, 0, 0, 0], log.read_text()
        assert processes_naming(str(tmp_path)) == []


def pong(health_check: str, var: Path, port: int) -> bool:
    command = health_check.replace("celery@$$HOSTNAME", f"celery@{socket.gethostname()}")
    with (var.parent / "ping").open("ab") as output:
        done = subprocess.run(
            command.replace("python ", f"{sys.executable} ", 1),
            shell=True,
            cwd=settings.BASE_DIR,
            env=environment(var, port),
            stdout=output,
            stderr=output,
            check=False,
        )
    return done.returncode == 0
