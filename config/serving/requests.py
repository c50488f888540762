"""Requests as they come in, the limits that they have, and how the server itself refuses them."""

from __future__ import annotations

import json
import re
from typing import Any

from waitress.parser import HTTPRequestParser
from waitress.utilities import Error, ServerNotImplemented

LONGEST_LINE = 16_384
"""Bytes of a request's first line; the application refuses shorter ones in its own words."""

LARGEST_HEAD = 65_536
"""Bytes of a request's first line and headers."""

COSTLY = (
    "/api-auth/password",
    "/admin/login",
    "/admin/password_change",
    "/login",
    "/second-factor",
)
"""Where a password is checked or set, which takes a processor for a tenth of a second and more."""

REASONS = {
    400: "The request cannot be read.",
    413: "The body is too large.",
    414: "The address is too long.",
    431: "The headers are too large.",
    500: "A server error occurred.",
    501: "The server cannot do this.",
    503: "Too many passwords are being checked; try again in a few seconds.",
}


class TooLongLine(Error):  # type: ignore[misc]
    """The first line is longer than any of ours (414)."""

    code = 414
    reason = "URI Too Long"


class Busy(Error):  # type: ignore[misc]
    """So many passwords wait to be checked that one more would wait for too long (503)."""

    code = 503
    reason = "Service Unavailable"


class Request(HTTPRequestParser):  # type: ignore[misc]
    """A request, as far as it has come in."""

    asked = ""
    completed = False
    error: Error | None = None

    def received(self, data: bytes) -> int:
        """Take what came in; return how much of it belongs to this request."""
        if self.body_rcv is None and not self.completed:
            line = (self.header_plus + data)[: LONGEST_LINE + 1].lstrip(b"\r\n").split(b"\n", 1)[0]
            self.asked = line.decode("latin-1")
            if len(line) > LONGEST_LINE:
                self.parse_header(b"GET / HTTP/1.0\r\n")
                self.error = TooLongLine("")
                self.completed = True
                return len(data)
        taken: int = super().received(data)
        return taken

    @property
    def is_costly(self) -> bool:
        """Tell whether to serve it means to check or set a password."""
        if self.error is not None or getattr(self, "command", "") != "POST":
            return False
        path: str = self.path
        return path.startswith(COSTLY) or path.rstrip("/").endswith("/change_password")


def target_of(line: str) -> str:
    """Return what a first line asks for, as well as it can be read: path and query.

    A line that is refused may have blanks where none belong, or the server's name before the path.
    """
    target = "".join(line.split()[1:2])
    return re.sub(r"(?i)^[a-z][a-z0-9+.-]*://[^/?]*", "", target)


def refusal(request: Any) -> tuple[str, list[tuple[str, str]], bytes]:
    """Return the status, headers and body of a request that the application never sees."""
    code: int = request.error.code
    detail = REASONS.get(code, REASONS[400])
    if isinstance(request.error, ServerNotImplemented):
        detail = REASONS[501]
    target = target_of(getattr(request, "asked", ""))
    if target.startswith("/api"):
        body, kind = json.dumps({"detail": detail}).encode(), "application/json"
    else:
        body, kind = detail.encode(), "text/plain; charset=utf-8"
    headers = [
        ("Content-Type", kind),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if code == Busy.code:
        headers.append(("Retry-After", "5"))
    return f"{code} {request.error.reason}", headers, body
