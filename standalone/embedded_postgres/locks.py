"""The locks by which the processes that share an embedded server agree: files beside its data.

The kernel gives up the lock of a killed process, so nobody has to be counted and a `kill -9` leaves
nothing to repair.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from standalone.embedded_postgres.cluster import Cluster
from standalone.embedded_postgres.server_user import CannotStart

GATE = "gate.lock"
HOLDERS = "holders.lock"
KEEPER = "keeper.lock"


def open_lock(cluster: Cluster, name: str) -> int:
    """Open a file to be locked, and return its descriptor."""
    return os.open(cluster.folder / name, os.O_CREAT | os.O_RDWR, 0o600)


def alone(lock: int) -> bool:
    """Take a lock for oneself alone if nobody has it, and tell whether that was so."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def gate(cluster: Cluster) -> Iterator[None]:
    """Let one process at a time start or stop the server.

    :raises CannotStart: the folder cannot be used.
    """
    try:
        cluster.folder.mkdir(parents=True, exist_ok=True)
        lock = open_lock(cluster, GATE)
    except OSError as error:
        raise CannotStart(
            f"The embedded PostgreSQL cannot use {cluster.folder}: {error.strerror}. It may belong "
            "to another user; set EMBEDDED_POSTGRES_DIR to a folder of yours, or DATABASE_URL."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
