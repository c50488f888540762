"""The commands of `slurm-emulator`, each begun in a hundredth of a second.

The agent runs dozens of them in every cycle, and each spends a fifth of a second of a processor on
its imports. Here one process has imported them (`quick_start/resident.py`); what the agent finds
under a command's name sends what it was told to that process, of which a copy then is the command.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMANDS = (
    "sacct",
    "sacctmgr",
    "scancel",
    "scontrol",
    "sinfo",
    "slurm-emulator",
    "sreport",
    "sshare",
)
RESIDENT = settings.BASE_DIR / "tests" / "agent" / "quick_start" / "resident.py"
PATIENCE = 180.0
# In C and built in, all of it: what this imports is what a command costs.
COMMAND = """#!{python} -IS
import _socket, marshal, posix, sys
from array import array
asked = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
asked.connect({path!r})
environment = {{k.decode(): v.decode() for k, v in posix.environ.items()}}
told = marshal.dumps((sys.argv, posix.getcwd(), environment))
sent = asked.sendmsg([told], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array("i", [0, 1, 2]))])
asked.sendall(told[sent:])
asked.shutdown(_socket.SHUT_WR)
posix._exit(int(asked.recv(8) or 1))
"""


@contextmanager
def resident(python: Path) -> Iterator[Path]:
    """Yield the folder of the commands; `python` is the agent environment's."""
    with tempfile.TemporaryDirectory() as temporary:  # a socket's path has to be short
        folder, path = Path(temporary), str(Path(temporary) / "socket")
        for name in COMMANDS:
            (folder / name).write_text(COMMAND.format(python=python, path=path))
            (folder / name).chmod(0o755)
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen([python, RESIDENT, path], stderr=log)
            try:
                _wait_until_it_listens(server, Path(path), folder / "log")
                yield folder
            finally:
                server.terminate()
                server.wait(PATIENCE)


def _wait_until_it_listens(server: subprocess.Popen[bytes], path: Path, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.is_socket():
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
