"""A receiver of webhooks: a server on 127.0.0.1 that keeps what it gets and answers as it is told.

It verifies signatures by the program that the documentation gives its readers.
"""

from __future__ import annotations

import json
import runpy
import socket
import ssl
import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERIFY = runpy.run_path(str(settings.BASE_DIR / "examples" / "webhooks" / "verify.py"))["verify"]


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    def is_signed_with(self, secret: str) -> bool:
        return bool(VERIFY(secret, self.headers, self.body))


@dataclass
class Receiver:
    """What was received, and how it is answered: by `answers` in turn, then by `status`.

    While the `gate` is shut, what was received is not answered.
    """

    port: int = 0
    scheme: str = "http"
    status: int = 200
    delay: float = 0.0
    gate: threading.Event = field(default_factory=threading.Event)
    headers: dict[str, str] = field(default_factory=dict)
    answers: deque[int] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook?site=one"

    def took(self) -> list[str]:
        """Return the UUIDs of the events in the order in which they were received."""
        return [one.payload["uuid"] for one in self.received]

    def take(self, request: Received) -> int:
        with self.lock:
            self.received.append(request)
            return self.answers.popleft() if self.answers else self.status


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.take(Received(self.path, headers, body))
            receiver.gate.wait(120)
            time.sleep(receiver.delay)
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def handle_error(self, *_: Any) -> None:
        """Stay quiet when the other side hangs up."""


@contextmanager
def receiving(*, port: int = 0, certificate: Path | None = None) -> Iterator[Receiver]:
    """Listen until the end of the block, over TLS when there is a certificate with its key."""
    receiver = Receiver(scheme="https" if certificate else "http")
    receiver.gate.set()
    server = _Server(("127.0.0.1", port), _handler(receiver))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
