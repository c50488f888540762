"""A client that keeps its connection, as a portal's does, and takes the time."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class MeasuredAnswer:
    """What came back, its headers' names in small letters, and how long it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def data(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class Client:
    """One keep-alive connection to a server on this machine, in somebody's name."""

    def __init__(self, port: int, token: str) -> None:
        """Connect with the first request."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
        self._headers = {"Authorization": f"Token {token}", "Accept": "application/json"}

    def send(self, method: str, path: str, body: object = None) -> MeasuredAnswer:
        """Send one request and read its answer to the end."""
        headers, sent = self._headers, None
        if body is not None:
            headers, sent = headers | {"Content-Type": "application/json"}, json.dumps(body)
        started = perf_counter()
        self._connection.request(method, path, sent, headers)
        response = self._connection.getresponse()
        received = response.read()
        seconds = perf_counter() - started
        named = {name.lower(): value for name, value in response.getheaders()}
        return MeasuredAnswer(response.status, named, received, seconds)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
