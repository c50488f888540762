"""The loop of docs/events.md, with a service that does not always have a stream for it."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENT = b'id: 2\nevent: order_done\ndata: {"sequence": 2}\n\n'
ANSWERS: tuple[tuple[int, str | None, bytes], ...] = (
    (429, "7", b""),
    (502, None, b""),
    (503, "Mon, 30 Nov 2026 09:00:00 GMT", b""),
    (200, None, EVENT),
    (410, None, b""),
)


@pytest.fixture
def address() -> Iterator[str]:
    """Serve the answers, one after the other."""
    waiting = iter(ANSWERS)

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, wait, body = next(waiting)
            self.send_response(status)
            if wait:
                self.send_header("Retry-After", wait)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_the_loop_waits_as_it_is_told_and_stops_at_what_does_not_pass(address: str) -> None:
    guide = (settings.BASE_DIR / "docs" / "events.md").read_text()
    (source,) = re.findall(r"^```python\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    pauses: list[float] = []
    written: dict[str, Any] = {}
    exec(source, written)  # noqa: S102 - our own words
    written["time"] = SimpleNamespace(sleep=pauses.append)
    found = written["follow"](address, "a token", "1")

    assert next(found) == ("2", {"sequence": 2})
    assert pauses == [7, 3, 3]
    with pytest.raises(httpx.HTTPStatusError, match="410"):
        next(found)
    assert pauses == [7, 3, 3, 3]
