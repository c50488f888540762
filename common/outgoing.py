"""What every exchange with somebody else's server is held to: whom it trusts, and how long it is.

Proxies and certificates of the environment have no say in it.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager, suppress
from functools import lru_cache
from threading import Event, Timer
from typing import TYPE_CHECKING

import certifi

if TYPE_CHECKING:
    from collections.abc import Iterator


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
