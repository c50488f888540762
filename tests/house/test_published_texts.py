"""What integrators read in the published document is written for them, and all of it is there."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = settings.BASE_DIR / "docs" / "openapi.yaml"
FOR_DEVELOPERS = re.compile(
    r":raises|:param|:return|\bself\b|`_\w|\bADR\b"
    r"|`[\w/]*\.py`|`(?:common|identity|marketplace|allocations|accounting|config)\.[a-z]"
    r"|\b(?:viewset|queryset|serializer|docstring|middleware|ORM|SQL)s?\b|\bcolumns? of\b"
    r"|\{(?:one|many|the)\}",
    re.IGNORECASE,
)
ONE_SEX_ONLY = re.compile(r"(?<![-A-Za-z])([Ss]?[Hh]e|[Hh](im|is|imself|ers?|erself))(?![-A-Za-z])")
"""Also between underscores, as in the name of a test; HE and `demo-he` are a Hosting Entity."""


@lru_cache
def document() -> Any:
    return yaml.load(DOCUMENT.read_text(), yaml.CSafeLoader)


def texts(part: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key in {"description", "summary"} and isinstance(value, str):
                yield place, value
            yield from texts(value, f"{place}/{key}")
    elif isinstance(part, list):
        for value in part:
            yield from texts(value, place)


def operations() -> Iterator[tuple[str, Any]]:
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_published_texts_are_for_integrators_and_people_are_they() -> None:
    found = list(texts(document()))
    assert len(found) > 1500
    wrong = [
        f"{place}: {text}"
        for place, text in found
        if FOR_DEVELOPERS.search(text) or ONE_SEX_ONLY.search(text)
    ]
    assert wrong == []


def test_every_operation_has_a_summary_of_its_own() -> None:
    summaries = Counter(operation.get("summary") for _, operation in operations())
    assert [text for text, number in summaries.items() if number > 1 or not text] == []
    assert [text for text in summaries if "an object" in text or text.endswith(".")] == []


def test_every_operation_says_what_it_does_and_whom_it_is_allowed_for() -> None:
    silent = [
        name
        for name, operation in operations()
        if "Allowed for: " not in operation.get("description", "")
        or operation["description"].startswith("Allowed for: ")
    ]
    assert silent == []


def test_every_group_of_operations_says_what_it_is_about() -> None:
    used = {tag for _, operation in operations() for tag in operation["tags"]}
    assert {tag["name"]: bool(tag["description"]) for tag in document()["tags"]} == dict.fromkeys(
        used, True
    )
