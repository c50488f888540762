"""Clients that keep a server waiting: idle ones, and such that send or read a byte at a time."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

PACE_SECONDS = 0.5
"""How often each slow client moves on by a byte."""

HEAD = b"GET /api/version/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"a" * 4000
BODY = (
    b"POST /api-auth/logout/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 4000\r\n\r\n"
)
SMALL_BUFFER = 4096
"""Bytes that the system takes in for a reader who does not read."""


@dataclass
class SlowClients:
    """So many connections to a port of this machine, kept busy by one thread until the block ends.

    The readers ask for `path`, an answer longer than what the system buffers for them.
    """

    port: int
    idle: int
    slow: int
    path: str = "/api/schema/"
    _sockets: list[socket.socket] = field(default_factory=list)
    _senders: list[tuple[socket.socket, bytes]] = field(default_factory=list)
    _readers: list[socket.socket] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Connect all of them."""
        for _ in range(self.idle):
            self._connected()
        for number in range(self.slow):
            (self._slow_head, self._slow_body, self._slow_reader)[number % 3]()
        self._thread = threading.Thread(target=self._keep_slow, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        self._is_over.set()
        self._thread.join()
        for one in self._sockets:
            one.close()

    @property
    def open(self) -> int:
        """How many connections the server has not closed."""
        readable, _, _ = select.select(self._sockets, [], [], 0)
        closed = [one for one in readable if not one.recv(1, socket.MSG_PEEK)]
        return len(self._sockets) - len(closed)

    def _connected(self, *, buffer: int = 0) -> socket.socket:
        one = socket.socket()
        self._sockets.append(one)
        if buffer:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        one.settimeout(10)
        one.connect(("127.0.0.1", self.port))
        return one

    def _slow_head(self) -> None:
        one = self._connected()
        one.sendall(HEAD[:20])
        self._senders.append((one, HEAD[20:]))

    def _slow_body(self) -> None:
        one = self._connected()
        one.sendall(BODY)
        self._senders.append((one, b" " * 4000))

    def _slow_reader(self) -> None:
        one = self._connected(buffer=SMALL_BUFFER)
        request = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        one.sendall(request.encode())
        self._readers.append(one)

    def _keep_slow(self) -> None:
        position = 0
        while not self._is_over.wait(PACE_SECONDS):
            for one, text in self._senders:
                with suppress(OSError):
                    one.sendall(text[position : position + 1])
            for one in self._readers:
                with suppress(OSError):
                    one.recv(16)
            position += 1
