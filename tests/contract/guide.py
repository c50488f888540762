"""Examples in a guide that are requests to the running service and its answers.

A guide marks where an example stands; `Guide.write` fills in what was sent and answered.
Hosts, UUIDs, tokens and times, which differ from run to run, are replaced by fixed ones.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import httpx
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Collection

HOST = "http://localhost:8000"
_UUID = re.compile(r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b")
_TOKEN = re.compile(r'"token":"[0-9a-f]{40}"')
_MOMENT = re.compile(r"(?!2099)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
"""A time of the run's; those in 2099 are chosen, and stay, so that a reader can send them, too."""
_SLUG = re.compile(r'(slug":"[a-z-]+?)(?:-\d{1,9})?(-[0-9a-f]{12})?"')
_MARK = re.compile(r"<!-- example: (?P<name>[\w-]+) -->\n.*?<!-- end -->", re.DOTALL)
ORDER = "-4474ce242fb9"
PATIENCE = 60.0  # the machine may be busy with the other tests
TOKEN = "0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e"


class Guide:
    """Sends requests, remembers them as examples, and writes them into a text.

    Each is sent with the token of `who`, which is shown as a variable of the shell of that name.
    """

    def __init__(self, base_url: str, fixed: Collection[str] = ()) -> None:
        """Take the service's address, and the UUIDs that are the same in every run."""
        self.base_url, self.fixed = base_url, frozenset(fixed)
        self.tokens: dict[str, str] = {}
        self.who: str | None = None
        self.examples: dict[str, str] = {}
        self._seen: dict[str, str] = {}

    def call(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """Send a request, keep it with its answer as an example, and return the answer."""
        headers = {"Authorization": f"Token {self.tokens[self.who]}"} if self.who else {}
        response = httpx.request(
            method, self.base_url + path, json=body, headers=headers, timeout=PATIENCE
        )
        assert response.is_success, f"{name}: {response.status_code} {response.text}"
        answer = response.json() if response.content else None
        self.examples[name] = "\n".join(
            (
                "```http",
                *self._request(method, path, body),
                "```",
                "```http",
                *self._answer(response, answer),
                "```",
            )
        )
        return answer

    def _request(self, method: str, path: str, body: Any) -> list[str]:
        lines = [self.stable(f"{method} {path}")]
        if self.who:
            lines.append(f"Authorization: Token ${self.who}")
        if body is not None:
            lines += ["Content-Type: application/json", "", self._pretty(body)]
        return lines

    def _answer(self, response: httpx.Response, answer: Any) -> list[str]:
        lines = [f"HTTP/1.1 {response.status_code} {response.reason_phrase}"]
        lines += [
            self.stable(f"{name}: {response.headers[name]}")
            for name in ("Link", "Location", "X-Result-Count")
            if name in response.headers
        ]
        return lines if answer is None else [*lines, "", self._pretty(answer)]

    def _pretty(self, value: Any) -> str:
        text = self.stable(json.dumps(value, separators=(",", ":"), sort_keys=True))
        return json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False)

    def stable(self, text: str) -> str:
        """Return the text with what differs from run to run replaced."""
        text = text.replace(self.base_url, HOST)
        text = _TOKEN.sub(f'"token":"{TOKEN}"', text)
        text = _SLUG.sub(lambda slug: slug[1] + (ORDER if slug[2] else "") + '"', text)
        text = _MOMENT.sub("2026-12-01T09:30:00.000000Z", text)
        text = text.replace(f"{timezone.now():%Y-%m}-01", "2026-12-01")
        return _UUID.sub(lambda match: self._same(match[0]), text)

    def _same(self, uuid: str) -> str:
        plain = uuid.replace("-", "")
        if plain == TOKEN or plain in self.fixed:
            return uuid
        number = len(self._seen)
        return self._seen.setdefault(plain, uuid5(NAMESPACE_URL, f"{HOST}/{number}").hex)

    def write(self, text: str) -> str:
        """Return a guide's text with every mark filled.

        :raises KeyError: for a mark without an example.
        """

        def fill(match: re.Match[str]) -> str:
            name = match["name"]
            return f"<!-- example: {name} -->\n{self.examples[name]}\n<!-- end -->"

        return _MARK.sub(fill, text)

    def unused(self, text: str) -> set[str]:
        """Return the examples that the text has no mark for."""
        return set(self.examples) - {match["name"] for match in _MARK.finditer(text)}
