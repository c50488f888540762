"""What integrators read in the published document is written for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = settings.BASE_DIR / "docs" / "openapi.yaml"
FOR_DEVELOPERS = re.compile(r":raises|:param|:return|\bself\b|`_\w")
ONE_SEX_ONLY = re.compile(r"(?<![-A-Za-z])([Ss]?[Hh]e|[Hh](im|is|imself|ers?|erself))(?![-A-Za-z])")
"""Also between underscores, as in the name of a test; HE and `demo-he` are a Hosting Entity."""


def texts(part: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key in {"description", "summary"} and isinstance(value, str):
                yield place, value
            yield from texts(value, f"{place}/{key}")
    elif isinstance(part, list):
        for value in part:
            yield from texts(value, place)


def test_published_texts_are_for_integrators_and_people_are_they() -> None:
    found = list(texts(yaml.load(DOCUMENT.read_text(), yaml.CSafeLoader)))
    assert len(found) > 500
    wrong = [
        f"{place}: {text}"
        for place, text in found
        if FOR_DEVELOPERS.search(text) or ONE_SEX_ONLY.search(text)
    ]
    assert wrong == []
