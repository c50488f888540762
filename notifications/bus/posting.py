"""One POST over HTTP to somebody else's server, which nobody here trusts.

The connection is made to an address that was checked, with the certificate checked against the
name. No redirect is followed, no proxy of the environment is asked, and whatever the server does,
it is over within `TOTAL_SECONDS`.
"""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

from django.conf import settings

from common import outgoing
from common.errors import DomainError
from notifications import destinations
from notifications.destinations import PORTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notifications.destinations import Destination

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 20.0
STORED_OF_ANSWER = 500
"""Characters of an answer that are stored for whoever looks why it is not what they expected."""


@dataclass(frozen=True)
class Answer:
    """What came of a POST: a status with the beginning of the body, or why there is none."""

    status: int | None
    text: str = ""
    error: str = ""
    milliseconds: int = 0
    retry_after: int | None = None

    @property
    def is_success(self) -> bool:
        """Tell whether it was taken."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Tell whether the receiver wants nothing any more."""
        return self.status == 410


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a body and return what came of it; a failure is an answer too."""
    started = time.monotonic()
    try:
        status, text, retry_after = _post(url, body, headers)
    except (OSError, HTTPException, ValueError, DomainError) as error:
        return Answer(None, error=_error_text(error), milliseconds=_since(started))
    failure = "" if 200 <= status < 300 else f"HTTP {status}"
    return Answer(status, text, failure, _since(started), retry_after)


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, int | None]:
    until = time.monotonic() + TOTAL_SECONDS
    allow_private = settings.WEBHOOK_ALLOW_PRIVATE
    destination = destinations.read(url, allow_private=allow_private)
    addresses = destinations.resolve(destination, allow_private=allow_private)
    sock = _connected(destination, addresses)
    with closing(sock), outgoing.over_within(until - time.monotonic(), sock):
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        return _exchange(sock, destination, body, headers)


def _connected(destination: Destination, addresses: list[str]) -> socket.socket:
    """Return a socket to the first address that takes the connection, all within the time."""
    until = time.monotonic() + CONNECT_SECONDS
    failure: OSError = OSError("The name has no address.")
    for address in addresses:
        try:
            left = max(0.1, until - time.monotonic())
            sock = socket.create_connection((address, destination.port), timeout=left)
        except OSError as error:
            failure = error
            continue
        sock.settimeout(READ_SECONDS)
        if not destination.is_encrypted:
            return sock
        return _encrypted(sock, destination.host)
    raise failure


def _encrypted(sock: socket.socket, host: str) -> ssl.SSLSocket:
    """Return the socket as one of TLS, on which no word has been exchanged yet."""
    try:
        return outgoing.trust(settings.WEBHOOK_CA_FILE).wrap_socket(
            sock, server_hostname=host, do_handshake_on_connect=False
        )
    except BaseException:
        sock.close()
        raise


def _exchange(
    sock: socket.socket, destination: Destination, body: bytes, headers: Mapping[str, str]
) -> tuple[int, str, int | None]:
    connection = HTTPConnection(destination.host, destination.port)
    connection.default_port = PORTS["https" if destination.is_encrypted else "http"]
    connection.auto_open = 0
    connection.sock = sock
    connection.request("POST", destination.path, body, {**headers, "Connection": "close"})
    with closing(connection.getresponse()) as response:
        text = response.read(STORED_OF_ANSWER * 4).decode(errors="replace").replace("\x00", "")
        return response.status, text[:STORED_OF_ANSWER], _seconds(response.getheader("Retry-After"))


def _seconds(text: str | None) -> int | None:
    """Return how long a receiver wants to be left alone; a date counts as nothing."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 7 else None


def _error_text(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "It took too long."
    return f"{type(error).__name__}: {error}"[:STORED_OF_ANSWER].replace("\x00", "")


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
