"""Celery's broker for one machine: messages are files in a folder, and no server runs.

kombu's own transport of this kind creates a message and then writes it, so a worker that looks in
between reads an empty file and dies of it (kombu issue 1551); the tables of bindings have the same
gap. Here a file gets its name when it is complete, and is taken by a rename, which one worker wins.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

Table = list[filesystem.exchange_queue_t]


class FileChannel(filesystem.Channel):
    """A channel whose files are never seen half written."""

    _exchange_file: Callable[[str], Path]  # of the parent, whose stubs leave it out

    # The stubs of kombu's base class and of its child contradict each other, hence the ignores.
    def get_table(self, exchange: str) -> Table:  # type: ignore[override]
        """Read which queues are bound to the exchange."""
        try:
            text = self._exchange_file(exchange).read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [filesystem.exchange_queue_t(*row) for row in loads(text)]  # read by field name

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._change(exchange, lambda table: table if bound in table else [bound, *table])

    def _delete(
        self, queue: str, exchange: str, routing_key: str, pattern: str, *_: Any, **__: Any
    ) -> None:
        self._purge(queue)
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._change(exchange, lambda table: [row for row in table if row != bound])

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        # The name sorts by time; what follows its first dot says for which queue it is.
        name = f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        _write(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        wanted = f"{queue}.msg"
        for name in sorted(os.listdir(folder)):  # noqa: PTH208 (names only; this is polled)
            if name.partition(".")[2] != wanted:
                continue
            taken = folder / f"{name}.taken"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:  # another worker was first
                continue
            text = taken.read_text(encoding="utf-8")
            taken.unlink()
            return loads(text)
        raise Empty

    def _change(self, exchange: str, change: Callable[[Table], Table]) -> None:
        """Change the bindings of an exchange, one process at a time."""
        file = self._exchange_file(exchange)
        with _alone(file.with_suffix(".lock")):
            before = self.get_table(exchange)
            after = change(before)
            if after != before:
                _write(file, dumps(after))


class Transport(filesystem.Transport):
    """kombu's file system transport with the channel above."""

    Channel = FileChannel


def _write(path: Path, text: str) -> None:
    """Put a complete file in place; until then its name is one that nobody looks for."""
    aside = path.with_name(f".{uuid.uuid4()}")
    aside.write_text(text, encoding="utf-8")
    aside.rename(path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes out of this block."""
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
