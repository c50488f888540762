"""What integrators read in the published document is written for them, and all of it is there."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml
from django.conf import settings

from common.api.meanings import owner_of, tables
from config.documents.routes import all_routes
from config.openapi import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = settings.BASE_DIR / "docs" / "openapi.yaml"
FOR_DEVELOPERS = re.compile(
    r":raises|:param|:return|\bself\b|`_\w|\bADR\b"
    r"|`[\w/]*\.py`|(?-i:`(?:common|identity|marketplace|allocations|accounting|config)\.[a-z])"
    r"|\b(?:viewset|queryset|serializer|docstring|middleware|ORM|SQL)s?\b|\bcolumns? of\b"
    r"|\{(?:one|many|the)\}",
    re.IGNORECASE,
)
NOT_SENT = ("Never sent", "Always an empty list")
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


def properties(schema: Any, owner: str) -> Iterator[tuple[str, Any]]:
    """Yield each key below a schema, with what it is a key of; not those of what is never sent."""
    if isinstance(schema, list):
        for one in schema:
            yield from properties(one, owner)
    elif isinstance(schema, dict):
        for key, value in schema.get("properties", {}).items():
            yield f"{owner}.{key}", value
            if not value.get("description", "").startswith(NOT_SENT):
                yield from properties(value, key)
        for key, value in schema.items():
            if key != "properties":
                yield from properties(value, owner)


def all_properties() -> Iterator[tuple[str, Any]]:
    for name, schema in document()["components"]["schemas"].items():
        yield from properties(schema, owner_of(name))


def filters() -> Iterator[str]:
    for route in all_routes():
        declared = getattr(getattr(route.viewset, route.action), "api", None)
        found = (route.viewset.filterset_class, getattr(declared, "filterset", None))
        for filterset in filter(None, found):
            yield from (f"{filterset.__name__}.{name}" for name in filterset.base_filters)


def test_published_texts_are_for_integrators_and_people_are_they() -> None:
    found = list(texts(document()))
    assert len(found) > 5000
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


def test_every_parameter_says_more_than_its_name() -> None:
    silent = {
        f"{name}: {parameter['name']}"
        for name, operation in operations()
        for parameter in operation.get("parameters", ())
        if parameter.get("description", "").strip(".").lower()
        in {"", parameter["name"].replace("_", " "), "uuid of the object, with or without hyphens"}
    }
    assert sorted(silent) == []


def test_every_key_says_what_it_means() -> None:
    silent = {
        place
        for place, value in all_properties()
        if "description" not in value and "$ref" not in value
    }
    assert sorted(silent) == []


def test_every_meaning_is_used() -> None:
    keys, nouns, _ = tables()
    places = {*filters(), *(place for place, _ in all_properties())}
    used = {place.rpartition(".")[2] for place in places} | {
        parameter["name"]
        for _, operation in operations()
        for parameter in operation.get("parameters", ())
    }
    places |= {f"{place.rpartition('.')[0]}.*" for place in places}
    assert [key for key in keys if key not in places | used] == []
    assert [noun for noun in nouns if not any(key.startswith(noun) for key in used)] == []


def test_what_a_key_means_is_said_in_one_place() -> None:
    said = Counter(key for table in TABLES for key in table.KEYS)
    assert [key for key, times in said.items() if times > 1] == []
