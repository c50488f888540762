"""The AAI as tests have it: a real SCIM server, and before it a proxy that goes wrong when told."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import requests
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "a key of the tests"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
DROPPED = ("Connection", "Transfer-Encoding", "Content-Length", "Server", "Date")


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    `status` answers it without the server; `lost` has the server do it and loses the answer, `half`
    loses half of it, or all where that is nothing; `refused` loses the request; `slow` waits so
    many seconds before the answer.
    """

    kind: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def status(code: int, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault("status", status=code, headers=named)


LOST, HALF, REFUSED = Fault("lost"), Fault("half"), Fault("refused")
GARBAGE, HUGE = Fault("garbage"), Fault("huge")


@dataclass
class FakeAai:
    """The proxy's address, the faults to come, and what has passed; and the server behind it."""

    url: str
    server: str
    faults: deque[Fault] = field(default_factory=deque)
    passed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def patches(self) -> int:
        return sum(method == "PATCH" for method, _ in self.passed)

    def register(self, cuid: str, *values: str, **attributes: Any) -> None:
        """Have the AAI know somebody, with entitlements from elsewhere."""
        body = {
            "schemas": [USER],
            "userName": cuid,
            "entitlements": [{"value": value} for value in values],
            **attributes,
        }
        self._ask("POST", "/Users", json=body).raise_for_status()

    def forget(self, cuid: str) -> None:
        """Have the AAI know somebody no more."""
        self._ask("DELETE", f"/Users/{cuid}").raise_for_status()

    def values(self, cuid: str) -> list[str]:
        """Return the entitlements that somebody has, as they stand there: also what is doubled."""
        found = self._ask("GET", f"/Users/{cuid}").json()
        return sorted(one["value"] for one in found.get("entitlements", ()))

    def put(self, cuid: str, *values: str) -> None:
        """Put entitlements as if somebody else did."""
        self._patch(cuid, {"op": "add", "path": "entitlements", "value": _listed(values)})

    def take(self, cuid: str, value: str) -> None:
        """Take an entitlement as if somebody else did."""
        self._patch(cuid, {"op": "remove", "path": f'entitlements[value eq "{value}"]'})

    def _patch(self, cuid: str, operation: dict[str, Any]) -> None:
        body = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [operation],
        }
        self._ask("PATCH", f"/Users/{cuid}", json=body).raise_for_status()

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"X-API-Key": KEY}
        return requests.request(
            method, f"{self.server}/scim/v2{path}", headers=headers, timeout=10, **more
        )


def _listed(values: Any) -> list[dict[str, str]]:
    return [{"value": value} for value in values]


@contextmanager
def scim_server(*options: str) -> Iterator[str]:
    """Run the server as a process of its own; return its address."""
    with process_of("tests.access_plane.scim_server", KEY, *options) as address:
        yield address


@contextmanager
def process_of(module: str, *words: str) -> Iterator[str]:
    """Run a module that serves and prints its port; return its address."""
    command = [sys.executable, "-m", module, *words]
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


@contextmanager
def proxied(server: str) -> Iterator[FakeAai]:
    """Run a proxy before a server."""
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxying)
    proxy.daemon_threads = True
    fake = FakeAai(f"http://127.0.0.1:{proxy.server_port}", server)
    proxy.fake = fake  # type: ignore[attr-defined]
    thread = threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        proxy.shutdown()
        proxy.server_close()


class Proxying(BaseHTTPRequestHandler):
    """Passes a request on, or does what the next fault says."""

    def do_GET(self) -> None:
        fake: FakeAai = self.server.fake  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = fake.faults.popleft() if fake.faults else Fault("none")
        fake.passed.append((self.command, self.path))
        if fault.kind == "status":
            self._answer(fault.status, fault.headers, b'{"detail": "not now"}')
        elif fault.kind == "garbage":
            self._answer(200, {"Content-Type": "application/scim+json"}, b"<html>proxy</html>")
        elif fault.kind == "huge":
            self._answer(200, {"Content-Type": "application/scim+json"}, b" " * 2_000_000)
        elif fault.kind != "refused":
            code, headers, answer = self._forward(fake.server, body)
            time.sleep(fault.seconds)
            if fault.kind == "half" and answer:
                self._answer(code, headers, answer, sent=len(answer) // 2)
            elif fault.kind not in {"half", "lost"}:
                self._answer(code, headers, answer)
        self.close_connection = True

    def _forward(self, server: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=10)
        kept = {k: v for k, v in self.headers.items() if k not in {"Connection", "Host"}}
        connection.request(self.command, self.path, body, kept)
        answer = connection.getresponse()
        read = answer.read()
        connection.close()
        headers = {k: v for k, v in answer.getheaders() if k not in DROPPED}
        return answer.status, headers, read

    def _answer(
        self, code: int, headers: dict[str, str], body: bytes, sent: int | None = None
    ) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:sent])

    do_PATCH = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names of the base class

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""
