"""A registry as a userinfo service, as a process: people by CUID below `/userinfo/`.

Run as `python -m tests.access_plane.userinfo_server KEY`; it prints its port. `PUT` makes a person.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

PEOPLE: dict[str, dict[str, Any]] = {}


class Userinfo(BaseHTTPRequestHandler):
    """Answers whoever has the key."""

    key = ""

    def do_PUT(self) -> None:
        PEOPLE[unquote(self.path).lower()] = json.loads(
            self.rfile.read(int(self.headers["Content-Length"]))
        )
        self._answer(200, {})

    def do_GET(self) -> None:
        found = PEOPLE.get(unquote(self.path).lower())
        if self.headers.get("Authorization") != f"Bearer {self.key}":
            self._answer(401, {"error": "invalid_token"})
        elif found is None:
            self._answer(404, {"error": "not_found"})
        else:
            self._answer(200, found)

    def _answer(self, status: int, body: Any) -> None:
        sent = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


def main(key: str) -> None:
    """Serve until the process ends."""
    Userinfo.key = key
    server = ThreadingHTTPServer(("127.0.0.1", 0), Userinfo)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
