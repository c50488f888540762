"""Calls that should not have been sent, as they are told in `mistakes/*.txt`.

Each is a paragraph: why it is wrong, method and path, the body if there is one, and the answer.
What stands in angle brackets is a name of something that the test has made.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.test import APIClient

TOLD = Path(__file__).parent / "mistakes"


@dataclass(frozen=True)
class Call:
    """A call and its answer, with the names of things still in them."""

    why: str
    method: str
    path: str
    body: str
    answer: str

    def send(self, client: APIClient, names: Mapping[str, str]) -> tuple[int, Any]:
        """Send the call; return the status and the body of the answer."""
        path = f"/api/{with_names(self.path, names)}"
        kind = {"content_type": "application/json"} if self.body else {}
        send = getattr(client, self.method.lower())
        got = send(path, with_names(self.body, names) or None, **kind)
        return got.status_code, got.json() if got.content else None

    def expected(self, names: Mapping[str, str]) -> tuple[int, Any]:
        """Return the status and the body that are told."""
        status, _, body = with_names(self.answer, names).partition(" ")
        return int(status), json.loads(body) if body else None


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Return a text with the names of things in it replaced."""
    return re.sub(r"<(\w+)>", lambda found: names[found[1]], text)


def told(*files: str) -> list[Call]:
    """Return the calls of some files."""
    paragraphs = [
        paragraph.strip().splitlines()
        for file in files
        for paragraph in (TOLD / f"{file}.txt").read_text().split("\n\n")
    ]
    return [
        Call(why, *_method_and_path(call), "".join(body), answer)
        for why, call, *body, answer in paragraphs
    ]


def _method_and_path(call: str) -> tuple[str, str]:
    method, _, path = call.partition(" ")
    return method, path
