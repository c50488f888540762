"""The production server as a child, on a free port of this machine."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

from standalone.readiness import wait_until_ready

if TYPE_CHECKING:
    from bench.database import BenchDatabase
    from standalone.processes import Processes


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def start(
    processes: Processes, database: BenchDatabase, *, counting: bool, worker_class: str = ""
) -> int:
    """Start gunicorn as `make serve` does, with the floors; return its port when it answers."""
    other = ["--worker-class", worker_class] if worker_class else []
    port = free_port()
    processes.start(
        "bench server",
        [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", *other, "config.wsgi"],
        {
            **database.environment,
            "BIND_ADDRESS": "127.0.0.1",
            "PORT": str(port),
            "BENCH_FLOOR": "true",
            "BENCH_COUNT_SQL": "true" if counting else "false",
        },
    )
    wait_until_ready(processes, f"http://127.0.0.1:{port}/health/ready")
    return port
