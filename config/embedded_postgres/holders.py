"""Who uses the embedded server: it starts for the first process and stops after the last.

Each process keeps a shared lock on a file for as long as it lives. Whoever leaves tries to get the
lock for itself alone; that succeeds only for the last one, which then stops the server. The kernel
gives up the lock of a killed process, so nobody has to be counted and a `kill -9` leaves nothing to
repair.
"""

import atexit
import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from config.embedded_postgres.cluster import Cluster
from config.embedded_postgres.server_user import CannotStart

_held: dict[Cluster, int] = {}
_threads = threading.RLock()


def hold(cluster: Cluster, *, again: bool = False) -> None:
    """Make sure the server runs, and keeps running while this process lives.

    :raises CannotStart: the folder cannot be used, or the server refuses to start.
    """
    if cluster in _held and not again:
        return
    with _threads, _gate(cluster):
        if cluster not in _held:
            _held[cluster] = _shared_lock(cluster)
        cluster.start()


def release(cluster: Cluster) -> None:
    """Let go of the server, and stop it when no other process uses it."""
    with _threads:
        lock = _held.pop(cluster, None)
        if lock is None:
            return
        with _gate(cluster):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            else:
                cluster.stop()
            finally:
                os.close(lock)


def is_alone(cluster: Cluster) -> bool:
    """Tell whether no other process uses the server that this one holds."""
    with _threads, _gate(cluster):
        lock = _held[cluster]
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            fcntl.flock(lock, fcntl.LOCK_SH)
        return True


@contextmanager
def _gate(cluster: Cluster) -> Iterator[None]:
    """Let one process at a time start or stop the server."""
    try:
        cluster.folder.mkdir(parents=True, exist_ok=True)
        gate = os.open(cluster.folder / "gate.lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise CannotStart(
            f"The embedded PostgreSQL cannot use {cluster.folder}: {error.strerror}. It may belong "
            "to another user; set EMBEDDED_POSTGRES_DIR to a folder of yours, or DATABASE_URL."
        ) from error
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield
    finally:
        os.close(gate)


def _shared_lock(cluster: Cluster) -> int:
    """Register the calling process as a user of the server."""
    lock = os.open(cluster.folder / "holders.lock", os.O_CREAT | os.O_RDWR, 0o600)
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
    for cluster in list(_held):
        release(cluster)


os.register_at_fork(after_in_child=_hold_in_child)
atexit.register(_release_all)
