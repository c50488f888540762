"""What the published document says of each key of a body and of each parameter.

A key means the same wherever it occurs, so each app says it once, in a table: `api/meanings.py`.
The setting `API_MEANINGS` names all of them. Where one object differs, the table names it as well:
`Order.state`. What keys of a common form mean (`offering_uuid`) follows from their parts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from common.api.operation_texts import Noun

Schema = dict[str, Any]


@lru_cache
def tables() -> tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str]]:
    """Return what keys mean, what the first parts of keys stand for, and what their last parts say.

    The third is the sentence of a key that is put together of two parts, by its last part.
    """
    found: tuple[Mapping[str, str], ...] = import_string(settings.API_MEANINGS)
    keys, nouns, endings = found
    return keys, nouns, endings


def of_key(key: str, *owners: str, schema: Schema | None = None) -> str:
    """Return what a key of an object, or a parameter, means; nothing where its name says all."""
    keys, nouns, _ = tables()
    for place in (*(f"{owner}.{one}" for owner in owners for one in (key, "*")), key):
        if place in keys:
            return keys[place]
    if key not in nouns:
        return _of_parts(key)
    if schema is None:
        return f"The {nouns[key]}."
    given = {"uri": "URL", "uuid": "UUID"}.get(schema.get("format", ""))
    return f"{given} of the {nouns[key]}." if given else ""


def _of_parts(key: str) -> str:
    """Return what a key means that is put together: the longest noun that it begins with counts."""
    _, nouns, endings = tables()
    parts = key.split("_")
    for length in range(len(parts) - 1, 0, -1):
        noun, ending = nouns.get("_".join(parts[:length])), "_".join(parts[length:])
        if noun and ending in endings:
            return endings[ending].format(noun)
    return ""


def of_path(name: str, noun: Noun) -> str:
    """Return what an argument of an address stands for."""
    return f"UUID of {noun.the}, with or without hyphens." if name == "uuid" else of_key(name)


def of_parameter(name: str, filterset: Any, hint: str) -> str:
    """Return what a parameter of a query selects, and how its value is read (`hint`)."""
    if hint.startswith("Accepted, but"):
        return hint
    owners = [one.__name__ for one in getattr(filterset, "__mro__", ())]
    meaning = re.sub(r" \(UTC\)|; null [^.;]*", "", of_key(name, *owners))
    return f"{meaning} {hint}".strip()


def complete(result: Schema, **_: Any) -> Schema:
    """Say what the keys of all objects mean that do not say it themselves.

    A hook of drf-spectacular: it gets the whole document and returns it.
    """
    for name, schema in result["components"]["schemas"].items():
        for holder, key, place in _properties(schema, owner_of(name)):
            given = holder[key]
            meaning = "" if "description" in given else of_key(key, place, schema=given)
            if given.get("nullable") and meaning and "null" not in meaning:
                meaning = f"{meaning.rstrip('.')}; null where there is none."
            if meaning:
                holder[key] = described(holder[key], meaning)
    return result


def owner_of(component: str) -> str:
    """Return what the tables call an object, from any of the names that the document has for it."""
    return component.removeprefix("Patched").removesuffix("Request").removesuffix("Fields")


def described(schema: Schema, meaning: str) -> Schema:
    """Return a schema with a description; beside a reference it would not be read."""
    inner = {"allOf": [schema]} if "$ref" in schema else schema
    return {**inner, "description": meaning}


def _properties(schema: Any, owner: str) -> Iterator[tuple[Schema, str, str]]:
    """Yield where each property is, its key, and of what it is a property: `Offering.options`."""
    if isinstance(schema, list):
        for one in schema:
            yield from _properties(one, owner)
    elif isinstance(schema, dict):
        holder = schema.get("properties", {})
        for key in list(holder):
            yield from _properties(holder[key], key)
            yield holder, key, owner
        for key, value in schema.items():
            if key != "properties":
                yield from _properties(value, owner)
