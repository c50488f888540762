"""Runs commands of the cluster in copies of a process that has imported them already.

Started with the path of its socket by the agent environment's own Python. A command (see
`tests/agent/cluster.py`) sends its words, its folder, its environment and its three streams; a copy
of this process is then that command, and answers with the status it ends with.
"""

from __future__ import annotations

import marshal
import os
import signal
import socket
import sys
from contextlib import suppress
from importlib.metadata import distribution
from typing import Any

MAX_BYTES = 1 << 20


def serve(path: str) -> None:
    """Answer until somebody ends the process."""
    mains = {
        entry.name: entry.load()
        for entry in distribution("slurm-emulator").entry_points
        if entry.module in {"emulator.commands.dispatcher", "emulator.cli.main"}
    }
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a copy ended
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(100)
        while True:
            asked, _ = listener.accept()
            if os.fork():
                asked.close()
                continue
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            be(asked, mains)


def be(asked: socket.socket, mains: dict[str, Any]) -> None:
    """Be the command that somebody asks for, and end like it."""
    message, streams, _, _ = socket.recv_fds(asked, MAX_BYTES, 3)
    while more := asked.recv(MAX_BYTES):
        message += more
    words, folder, environment = marshal.loads(message)  # noqa: S302 (from our own command)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    status = ended(mains[os.path.basename(words[0])])  # noqa: PTH119
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    with suppress(OSError):  # whoever asked may be gone
        asked.send(str(status).encode())
    os._exit(status)


def ended(main: Any) -> int:
    """Run a command, and return the status that Python would end with."""
    try:
        status = main()
    except SystemExit as end:
        status = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    if status is None or isinstance(status, int):
        return (status or 0) & 255
    sys.stderr.write(f"{status}\n")
    return 1


if __name__ == "__main__":
    serve(sys.argv[1])
