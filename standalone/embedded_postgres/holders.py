"""Who uses the embedded server: it starts for the first process and stops after the last.

Each process keeps a shared lock on a file for as long as it lives. Whoever leaves tries to get the
lock for itself alone; that succeeds only for the last one, which then stops the server. Where the
last one cannot, since it was killed, the keeper does (`keeper.py`).
"""

import atexit
import fcntl
import os
import threading
import time
from contextlib import suppress

from standalone.embedded_postgres.cluster import Cluster
from standalone.embedded_postgres.keeper import end_keeper, start_keeper
from standalone.embedded_postgres.locks import HOLDERS, alone, gate, open_lock

CHILDREN_SECONDS = 5.0
"""How long a process that ends waits for its children, who hold the server too."""

_held: dict[Cluster, int] = {}
_threads = threading.RLock()


def hold(cluster: Cluster, *, again: bool = False) -> None:
    """Make sure the server runs, and keeps running while this process lives.

    :raises CannotStart: the folder cannot be used, or the server refuses to start.
    """
    if cluster in _held and not again:
        return
    with _threads, gate(cluster):
        if cluster not in _held:
            _held[cluster] = _shared_lock(cluster)
        start_keeper(cluster)
        cluster.start()


def release(cluster: Cluster) -> None:
    """Let go of the server, and stop it when no other process uses it."""
    with _threads:
        lock = _held.pop(cluster, None)
        if lock is None:
            return
        with gate(cluster):
            try:
                is_last = alone(lock)
                if is_last:
                    cluster.stop()
            finally:
                os.close(lock)
            if is_last:
                end_keeper(cluster)


def is_alone(cluster: Cluster) -> bool:
    """Tell whether no other process uses the server that this one holds."""
    with _threads, gate(cluster):
        lock = _held[cluster]
        try:
            return alone(lock)
        finally:
            fcntl.flock(lock, fcntl.LOCK_SH)


def _shared_lock(cluster: Cluster) -> int:
    """Register the calling process as a user of the server."""
    lock = open_lock(cluster, HOLDERS)
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def _hold_in_child() -> None:
    """Give a forked child a lock of its own: the inherited one is its parent's."""
    global _threads  # noqa: PLW0603 (another thread may have held it at the moment of the fork)
    _threads = threading.RLock()
    for cluster, inherited in list(_held.items()):
        # First let go: the parent may be leaving, and what it locked for itself alone stays locked
        # as long as the child keeps a copy. If it stops the server, the next connection starts it.
        os.close(inherited)
        _held[cluster] = _shared_lock(cluster)


def _release_all() -> None:
    """Let go of every server when the process ends in an orderly way."""
    if _held:
        _wait_for_children()
    for cluster in list(_held):
        release(cluster)


def _wait_for_children() -> None:
    """See children out who were told to end, so that it is we who leave last and stop the server.

    A worker's timetable is such a child, told to end a moment before its parent does.
    """
    deadline = time.monotonic() + CHILDREN_SECONDS
    with suppress(ChildProcessError):  # there are none, or none any more
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.02)


os.register_at_fork(after_in_child=_hold_in_child)
atexit.register(_release_all)
