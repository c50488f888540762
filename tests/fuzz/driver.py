"""Sends one made-up request at a time, undoes what it did, and judges the answer."""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.signals import got_request_exception
from django.db import IntegrityError, transaction

from tests.fuzz.values import TEXTS, Maker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rest_framework.test import APIClient

    from tests.fuzz.promises import Document, Operation
    from tests.fuzz.values import Seen

DEEP = (b"[" * 60_000, b'{"a":' * 60_000, b"[" * 300 + b"]" * 300)
BROKEN = (b"{not json", b"", b"\xff\xfe", b'{"a": 1,}', b'"\\ud800"', b'{"name": "\\ud800"}', *DEEP)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "x",
         "application/json; charset=latin-1", "application/json; charset=nope", "",
         "multipart/form-data")  # fmt: skip
HEADERS: tuple[dict[str, str], ...] = (
    {"HTTP_ACCEPT": "application/problem+json"},
    {"HTTP_ACCEPT": "text/html"},
    {"HTTP_ACCEPT": "application/json;q=x, */*;q=0.1"},
    {"HTTP_IDEMPOTENCY_KEY": "once"},
    {"HTTP_IDEMPOTENCY_KEY": "x" * 300},
    {"HTTP_IDEMPOTENCY_KEY": "a\x00b"},
    {"HTTP_IF_MATCH": '"nothing"'},
    {"HTTP_IF_MATCH": "*"},
    {"HTTP_IF_NONE_MATCH": "*"},
    {"HTTP_AUTHORIZATION": "Token nonsense"},
    {"HTTP_AUTHORIZATION": "Token \x00"},
    {"HTTP_AUTHORIZATION": "Token"},
    {"HTTP_X_REQUEST_ID": "\x00" * 500},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
)
NAMES_IN_PATHS = (
    "0" * 32, "x", "me", "%00", "%ff", "%ed%a0%80", "..", "a" * 3000, "%0a", "%F0%9F%92%A9", "-1",
)  # fmt: skip


IN_A_BROWSER = "staff in a browser"
"""Somebody with a session instead of a token: one of the nine, now and then."""

REFUSED = 300  # successes are below
LONG = 500  # characters of a request that are shown
NUMBER = re.compile(r"(?<=/)[0-9]+")
ARGUMENT = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True)
class Request:
    """What is sent, and as whom."""

    operation: Operation
    person: str
    url: str
    body: bytes
    headers: dict[str, str]
    chosen: bool
    state: str | None = None

    def __str__(self) -> str:
        shown = self.body if len(self.body) < LONG else self.body[:LONG] + b"..."
        what = (
            f"{self.operation.method} {self.url[:LONG]} as {self.person} ({self.state or 'as is'})"
        )
        return f"{what} {self.headers} {shown!r}"


@dataclass(frozen=True)
class Finding:
    """One thing that was wrong; `signature` is the same for the same cause."""

    signature: str
    request: str
    detail: str

    def __str__(self) -> str:
        return f"{self.signature}\n    {self.request}\n    {self.detail}"


class Driver:
    """Sends requests of everybody to every operation."""

    def __init__(
        self,
        document: Document,
        clients: dict[str, APIClient],
        seen: Seen,
        rows: dict[str, list[str]],
        models: dict[str, Any],
    ) -> None:
        """Take the clients by person; UUIDs and models of an address, by what is before it."""
        self.document, self.clients, self.seen = document, clients, seen
        self.rows, self.models = rows, models
        self.statuses: dict[str, dict[int, int]] = {}
        self.people = [person for person in clients if person != IN_A_BROWSER]
        self.lists = {one.path: one for one in document.operations() if one.is_list}

    def make(self, operation: Operation, person: str, chance: Random) -> Request:
        """Make a request up."""
        maker = Maker(chance, self.document, self.seen, poison=chance.choice((0, 0, 0.08, 0.3)))
        maker.is_sober = not maker.poison and maker.may(0.6)
        query = self._query(operation, maker)
        path = self._address(operation.path, maker)
        body, media = self._body(operation, maker)
        headers = {"content_type": media}
        if maker.may(0.15):
            headers |= chance.choice(HEADERS)
        text = urlencode(query, doseq=True, errors="surrogatepass")
        chosen = any(name == "field" for name, _ in query)
        url = f"{path}?{text}" if text else path
        state = self._state(operation.path, maker)
        if person == "staff" and maker.may(0.1):
            person = IN_A_BROWSER
        return Request(operation, person, url, body, headers, chosen, state)

    def address(self, path: str, chance: Random) -> str:
        """Return a path of the document with the UUIDs of rows."""
        return ARGUMENT.sub(lambda found: chance.choice(self._rows(path[: found.start()])), path)

    def _rows(self, stem: str) -> list[str]:
        last = stem.rstrip("/").rpartition("/")[2]
        return self.rows.get(stem) or self.rows.get(f"/api/marketplace-{last}/") or self.seen.uuids

    def _address(self, path: str, maker: Maker) -> str:
        def name(found: re.Match[str]) -> str:
            if maker.may(0.85):
                return maker.chance.choice(self._rows(path[: found.start()]))
            odd = NAMES_IN_PATHS if maker.may(0.6) else self.seen.uuids
            return maker.chance.choice(odd)

        return ARGUMENT.sub(name, path)

    def _state(self, path: str, maker: Maker) -> str | None:
        """Return the state that the rows are put in before, which steps of a life cycle ask for."""
        model = self.models.get(path.partition("{")[0])
        if model is None or not maker.may(0.5):
            return None
        states = [field.choices for field in model._meta.fields if field.name == "state"]
        words = [word for word, _ in (states[0] if states else None) or ()]
        return maker.chance.choice(words) if words else None

    def _prepare(self, request: Request) -> None:
        if request.state is not None:
            model = self.models[request.operation.path.partition("{")[0]]
            with suppress(IntegrityError), transaction.atomic():
                model.objects.update(state=request.state)

    def _query(self, operation: Operation, maker: Maker) -> list[tuple[str, str]]:
        named = operation.query
        wanted = [name for name, one in named.items() if one.get("required") and maker.may(0.9)]
        if named and maker.may(0.75):
            wanted += maker.chance.sample(
                sorted(named), k=min(len(named), maker.chance.randint(1, 3))
            )
        pairs: list[tuple[str, str]] = []
        for name in wanted:
            value = maker.value(named[name]["schema"], name)
            values = value if isinstance(value, list) and value else [value]
            pairs += [(name, _as_text(one)) for one in values[:3]]
        if maker.may(0.05):
            pairs.append((maker.chance.choice(("o", "page", "nope", "format", "q")),
                          maker.chance.choice(TEXTS)))  # fmt: skip
        return pairs

    def _body(self, operation: Operation, maker: Maker) -> tuple[bytes, str]:
        media = "application/json"
        if operation.method == "GET" or (operation.body is None and maker.may(0.8)):
            return b"", media
        if maker.may(0.04):
            return maker.chance.choice(BROKEN), media
        value = maker.bad() if maker.may(0.03) else maker.value(operation.body or {})
        if maker.may(0.05):
            kind = maker.chance.choice(FORMS)
            flat = value if isinstance(value, dict) else {}
            text = urlencode({_as_text(k): _as_text(v) for k, v in flat.items()},
                             errors="surrogatepass")  # fmt: skip
            return text.encode(), kind
        return json.dumps(value, ensure_ascii=maker.may(0.9)).encode(errors="surrogatepass"), media

    def call(self, request: Request) -> Any:
        """Send a request."""
        client: Any = self.clients[request.person]
        return client.generic(
            request.operation.method, request.url, request.body, **request.headers
        )

    def send(self, request: Request) -> list[Finding]:
        """Send a request, see what others read afterwards, and undo what it did."""
        with undone():
            self._prepare(request)
            status, findings = self._judged(request)
            if request.operation.method != "GET" and status < REFUSED and not findings:
                after = f" after {request}"
                for look in self._looks(request):
                    findings += [
                        replace(one, request=one.request + after) for one in self._judged(look)[1]
                    ]
        counted = self.statuses.setdefault(str(request.operation), {})
        counted[status] = counted.get(status, 0) + 1
        return findings

    def _judged(self, request: Request) -> tuple[int, list[Finding]]:
        with exceptions() as raised:
            answer: Any = self.call(request)
        if raised:
            name = f"500 {type(raised[-1]).__name__} at {_place(raised[-1])}"
            return answer.status_code, [Finding(name, str(request), str(raised[-1])[:LONG])]
        operation, body = request.operation, answer.content[:200]
        return answer.status_code, [
            Finding(f"{operation} {NUMBER.sub('#', fault)}", str(request), f"{fault} {body!r}")
            for fault in operation.faults(answer, chosen=request.chosen)
        ]

    def _looks(self, request: Request) -> Iterator[Request]:
        """Return what staff read of the noun afterwards, the log, and some other list."""
        collection = "/".join(request.url.partition("?")[0].split("/")[:3]) + "/"
        chance = Random(str(request))  # noqa: S311 - is to be known
        lists = [collection, "/api/events/", chance.choice(sorted(self.lists))]
        for path in dict.fromkeys(lists):
            if path in self.lists:
                url = f"{path}?page_size=100"
                yield Request(self.lists[path], "staff", url, b"", {}, chosen=False)


def _place(error: BaseException) -> str:
    """Return the last line of ours that an error came through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        one for one in frames if "/.venv/" not in one.filename and "/tests/" not in one.filename
    ]
    return f"{os.path.relpath(ours[-1].filename)}:{ours[-1].lineno}" if ours else "?"


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@contextmanager
def undone() -> Iterator[None]:
    """Undo what is done within, so that the next request finds the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def exceptions() -> Iterator[list[BaseException]]:
    """Collect what a view raised and nobody caught."""
    raised: list[BaseException] = []

    def note(**_: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            raised.append(error)

    got_request_exception.connect(note)
    try:
        yield raised
    finally:
        got_request_exception.disconnect(note)
