"""A client of event streams, each in a thread: what it was sent, and how the stream ended."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 120.0


@dataclass
class Sent:
    """One block of a stream."""

    id: str = ""
    event: str = ""
    data: Any = None


@dataclass
class Reader:
    """Reads a stream until it ends or is closed."""

    url: str
    token: str
    last_id: str = ""
    sent: list[Sent] = field(default_factory=list)
    comments: int = 0
    status: int = 0
    headers: httpx.Headers = field(default_factory=httpx.Headers)

    def start(self) -> Self:
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        wait_for(lambda: self.status != 0)
        return self

    def _read(self) -> None:
        headers = {"authorization": f"Token {self.token}", "accept": "text/event-stream"}
        if self.last_id:
            headers["last-event-id"] = self.last_id
        timeout = httpx.Timeout(10, read=40)
        with httpx.stream("GET", self.url, headers=headers, timeout=timeout) as response:
            stream = response.extensions["network_stream"]
            self._socket: socket.socket = stream.get_extra_info("socket")
            self.headers, self.status = response.headers, response.status_code
            block = Sent()
            with suppress(httpx.TransportError):  # we hung up, or the server died
                for line in response.iter_lines():
                    block = self._take(line, block)

    def _take(self, line: str, block: Sent) -> Sent:
        name, _, value = line.partition(": ")
        if name == "id":
            block.id = self.last_id = value
        elif name == "event":
            block.event = value
        elif name == "data":
            block.data = json.loads(value)
        elif line.startswith(":"):
            self.comments += 1
        elif not line:
            if block.data is not None:
                self.sent.append(block)
            return Sent()
        return block

    @property
    def events(self) -> list[Sent]:
        return [block for block in self.sent if block.event != "end"]

    @property
    def end(self) -> Any:
        """Why the server ended the stream; None while it has not."""
        return next((block.data for block in self.sent if block.event == "end"), None)

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def close(self) -> None:
        """Hang up; the thread is waiting for the next line."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)


@contextmanager
def reading(url: str, token: str, last_id: str = "") -> Iterator[Reader]:
    reader = Reader(url, token, last_id).start()
    try:
        yield reader
    finally:
        reader.close()


def wait_for(happened: Callable[[], bool], seconds: float = PATIENCE) -> float:
    """Wait for something; return how long that took."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < seconds
        time.sleep(0.02)
    return time.monotonic() - begun
