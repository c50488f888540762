"""Waiting until a server that was started as a child answers."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from standalone.processes import Processes

READY_WITHIN_SECONDS = 90.0


class NotReady(RuntimeError):
    """A server did not answer in time."""


def wait_until_ready(processes: Processes, probe: str) -> None:
    """Wait until the server at an address answers, and has what it needs to serve.

    :raises ChildDied: it ended instead.
    :raises NotReady: it takes too long.
    """
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        processes.check()
        try:
            with urllib.request.urlopen(probe, timeout=2):  # noqa: S310 (our own address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise NotReady(f"{probe} did not answer within {READY_WITHIN_SECONDS:.0f} seconds.")
