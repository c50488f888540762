"""Processes of the service, started as an operator does, away from this checkout's own data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import httpx
import psutil
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

PATIENCE = 180.0
OWN = {
    "DJANGO_SETTINGS_MODULE",
    "TEST_RUN",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "SECRET_KEY",
    "ENCRYPTION_KEYS",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(var: Path, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in OWN}
    return {**inherited, "VAR_DIR": str(var), "PORT": str(port), "PYTHONUNBUFFERED": "1"}


@contextmanager
def running(
    command: Sequence[str],
    var: Path,
    port: int,
    log: Path,
    more: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process, and leave nothing of it behind when the test fails."""
    process = start(command, var, port, log, more or {})
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def start(
    command: Sequence[str], var: Path, port: int, log: Path, more: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    words = [sys.executable if word == "python" else word for word in command]
    with log.open("ab") as output:
        return subprocess.Popen(
            words,
            cwd=settings.BASE_DIR,
            env=environment(var, port) | dict(more),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until(happened: Callable[[], bool], log: Path, *needed: subprocess.Popen[bytes]) -> None:
    """Wait for something that the needed processes, which must not end before, bring about."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, log.read_text()[-4000:]
        assert all(process.poll() is None for process in needed), log.read_text()[-4000:]
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=30).status_code == 200
    except httpx.TransportError:
        return False


def processes_naming(text: str) -> list[str]:
    """The command lines and environments of this machine's processes that mention the text."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            told = [*process.cmdline(), *process.environ().values()]
            if process.pid != os.getpid() and any(text in word for word in told):
                found.append(f"{process.pid} {process.cmdline()}")
    return found
