"""The process that stops the embedded server when nobody is left who could.

The last holder to leave in an orderly way stops the server (`holders.py`). But a process
may be killed, may be told to end before it listens, or may be a child that ends without a word: so
beside each server there is this one. It waits for the lock that all holders share, which the kernel
gives it the moment the last of them is gone.

It is started as `python -m standalone.embedded_postgres.keeper FOLDER`, in a session of its own.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from standalone.embedded_postgres.cluster import Cluster
from standalone.embedded_postgres.locks import HOLDERS, KEEPER, alone, gate, open_lock

GRACE_SECONDS = 1.0
"""How long nobody may hold the server until it is stopped: whoever starts anew finds it running."""

GONE_WITHIN_SECONDS = 3.0


def start_keeper(cluster: Cluster) -> None:
    """Start the keeper of a server that is about to start, unless there is one; the gate is held.

    It comes before the server: whoever starts it may be killed at any moment.
    """
    lock = open_lock(cluster, KEEPER)
    try:
        if not alone(lock):
            return
        root = Path(__file__).resolve().parents[2]
        # Its parent ends at once, so that it is no child of ours for which anybody would wait. It
        # has the lock from us: between us and it there is no moment without.
        subprocess.run(  # noqa: S603 (our own program, no shell)
            [sys.executable, "-m", __name__, str(cluster.folder), str(lock)],
            cwd=root,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[lock],
            start_new_session=True,
            check=False,
        )
    finally:
        os.close(lock)


def end_keeper(cluster: Cluster) -> None:
    """End the keeper of a server that was stopped, and wait until it has; the gate is held."""
    lock = open_lock(cluster, KEEPER)
    try:
        deadline = time.monotonic() + GONE_WITHIN_SECONDS
        while not alone(lock) and time.monotonic() < deadline:
            with suppress(ValueError, OSError):  # who has the lock has written its PID there
                os.kill(int(os.pread(lock, 20, 0)), signal.SIGKILL)
            time.sleep(0.01)
    finally:
        os.close(lock)


def keep(cluster: Cluster) -> None:
    """Wait until nobody holds the server any more, and stop it unless somebody has."""
    while True:
        holders = open_lock(cluster, HOLDERS)
        fcntl.flock(holders, fcntl.LOCK_EX)
        os.close(holders)
        time.sleep(GRACE_SECONDS)
        with gate(cluster):
            holders = open_lock(cluster, HOLDERS)
            try:
                if alone(holders):
                    cluster.stop()
                    return
            finally:
                os.close(holders)


def main() -> None:
    """Leave the process that started this one, and keep the server."""
    folder, lock = sys.argv[1], int(sys.argv[2])
    if keeper := os.fork():
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(keeper).encode(), 0)
        os._exit(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # its time comes when nobody holds the server
    keep(Cluster(Path(folder)))


if __name__ == "__main__":
    main()
