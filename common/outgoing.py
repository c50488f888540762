"""What every exchange with somebody else's server is held to: whom it trusts, and how long it is.

Proxies and certificates of the environment have no say in it, and no redirect is followed.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPConnection, HTTPSConnection
from threading import Event, Timer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import certifi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class ExchangeBounds:
    """How long is waited to connect and for each piece, for all of it, and how large it may be."""

    wait: float
    total: float
    largest: int


@dataclass(frozen=True)
class ExchangeAnswer:
    """An answer that was read as a whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str],
    bounds: ExchangeBounds,
    ca_file: str,
) -> ExchangeAnswer:
    """Send one request over HTTP or HTTPS, and return its answer.

    :raises OSError: there is none in time.
    :raises HTTPException: it is none.
    :raises ValueError: it is too large, or the address cannot be asked.
    """
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, bounds.wait, ca_file)
    try:
        connection.connect()
        with over_within(bounds.total, connection.sock):
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            told = {"Accept": "application/json", "User-Agent": "efp-allocations", **headers}
            connection.request(method, path, body, told)
            response = connection.getresponse()
            answer = response.read(bounds.largest + 1)
    finally:
        connection.close()
    if len(answer) > bounds.largest:
        raise ValueError("too large")
    return ExchangeAnswer(response.status, dict(response.getheaders()), answer)


def _connection(
    scheme: str, host: str, port: int | None, wait: float, ca_file: str
) -> HTTPConnection:
    if scheme == "http":
        return HTTPConnection(host, port, timeout=wait)
    return _Encrypted(host, port, timeout=wait, context=trust(ca_file))


class _Encrypted(HTTPSConnection):
    """A connection that leaves the first words of TLS to the time in which all has to be over."""

    def __init__(self, host: str, port: int | None, *, timeout: float, context: ssl.SSLContext):
        super().__init__(host, port, timeout=timeout, context=context)
        self.trusted = context

    def connect(self) -> None:
        """Connect, and say nothing yet."""
        HTTPConnection.connect(self)
        self.sock = self.trusted.wrap_socket(
            self.sock, server_hostname=self.host, do_handshake_on_connect=False
        )


@lru_cache(maxsize=4)
def trust(file: str) -> ssl.SSLContext:
    """Return what says whose certificates are believed: those of a file, or of the public web."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=file or certifi.where())
    return context


@contextmanager
def over_within(seconds: float, sock: socket.socket) -> Iterator[None]:
    """End what is done with a socket after some time, whatever the server does.

    Every wait has a limit of its own, but a server that dribbles bytes would stay below it for
    hours.

    :raises TimeoutError: the time was over; what was read until then only looks like an answer.
    """
    is_over = Event()
    end = Timer(max(0.0, seconds), _shut, [sock, is_over])
    end.daemon = True
    end.start()
    try:
        yield
    finally:
        end.cancel()
    if is_over.is_set():
        raise TimeoutError


def _shut(sock: socket.socket, is_over: Event) -> None:
    is_over.set()
    with suppress(OSError):  # it may be closed already
        sock.shutdown(socket.SHUT_RDWR)
