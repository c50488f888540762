"""An exchange with somebody else's server ends in time, whatever that server does."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import suppress

import pytest

from common import outgoing

BOUNDS = outgoing.ExchangeBounds(wait=60, total=0.3, largest=1024)
LARGE_RECORD = b"\x16\x03\x03\x40\x00"
"""The beginning of a record of TLS, of which 16 kB should follow."""


@pytest.mark.parametrize(
    ("scheme", "beginning"), [("https", LARGE_RECORD), ("http", b"HTTP/1.1 200 OK\r\nX: ")]
)
def test_a_server_that_dribbles_is_hung_up_on(scheme: str, beginning: bytes) -> None:
    """It sends a byte at a time, so that no wait for a piece is ever over."""
    hung_up = threading.Event()

    def dribble() -> None:
        with suppress(OSError):
            caller, _ = server.accept()
            with caller:
                caller.sendall(beginning)
                while True:
                    caller.sendall(b"x")
                    time.sleep(0.02)
        hung_up.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"
        thread = threading.Thread(target=dribble, daemon=True)
        thread.start()
        with pytest.raises((TimeoutError, ssl.SSLError)):
            outgoing.exchange("GET", address, headers={}, bounds=BOUNDS, ca_file="")
        assert hung_up.wait(60)
        thread.join()
