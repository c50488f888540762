"""Whatever ends the processes that share the embedded PostgreSQL, it ends with the last of them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from standalone.embedded_postgres import Cluster
from tests.e2e.processes import (
    PATIENCE,
    free_port,
    is_ready,
    processes_naming,
    running,
    wait_until,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
WEB = ["python", "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
WORKER = [
    *("python", "-m", "celery", "--quiet", "--app", "config.celery", "worker", "--beat"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
]
ROUNDS = 2


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    """The database that the processes share; what they do does not need its tables."""
    return Cluster(tmp_path / "var" / "postgres", database="efp")


def test_told_to_end_together_the_web_server_and_the_worker_end_the_database(
    tmp_path: Path, cluster: Cluster
) -> None:
    log, var = tmp_path / "log", tmp_path / "var"
    for number in range(ROUNDS):
        port = free_port()
        with ExitStack() as stack:
            both = [stack.enter_context(running(run, var, port, log)) for run in (WEB, WORKER)]
            wait_until(lambda: is_ready(port), log, *both)  # noqa: B023 - called at once
            wait_until(lambda: any(var.glob("celerybeat-schedule*")), log, *both)
            assert cluster.is_up()
            for process in both[:: 1 if number % 2 else -1]:
                process.terminate()
            assert [process.wait(PATIENCE) for process in both] == [0, 0], log.read_text()
            assert not cluster.is_up()
            assert processes_naming(str(tmp_path)) == []
        for file in var.glob("celerybeat-schedule*"):
            file.unlink()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_processes_that_end_before_they_listen_or_without_a_word_leave_no_database(
    tmp_path: Path, cluster: Cluster, number: signal.Signals
) -> None:
    log, var = tmp_path / "log", tmp_path / "var"
    with ExitStack() as stack:
        both = [stack.enter_context(running(run, var, free_port(), log)) for run in (WEB, WORKER)]
        wait_until(cluster.is_up, log, *both)
        for process in both:
            process.send_signal(number)
        for process in both:
            process.wait(PATIENCE)
        wait_until(lambda: not cluster.is_up(), log)
        wait_until(lambda: processes_naming(str(tmp_path)) == [], log)


def test_a_process_that_begins_while_the_last_one_ends_finds_a_database(tmp_path: Path) -> None:
    """Beginning and ending take turns, without a moment in which the one is lost."""
    ask = (
        "import sys; from pathlib import Path\n"
        "from standalone.embedded_postgres import Cluster, hold\n"
        "import psycopg2; c = Cluster(Path(sys.argv[1]), database='efp'); hold(c)\n"
        "psycopg2.connect(host=str(c.socket_folder), user='postgres', dbname='efp').close()"
    )
    folder = tmp_path / "postgres"
    started = []
    for number in range(6):
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", ask, str(folder)],
                cwd=settings.BASE_DIR,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        time.sleep(0.1 * number)
    assert [process.communicate()[1] for process in started] == [""] * len(started)
    assert not Cluster(folder).is_up()
