"""What our own OpenAPI document promises of each operation, ready to judge an answer by it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
SHOWN = 3  # faults of one answer that are told; the others are of the same kind


class Document:
    """The document, its references followed, its schemas as strict as they can be meant."""

    def __init__(self, raw: Schema) -> None:
        self.raw = raw
        self._components = {
            name: _closed(_spelled_out(schema))
            for name, schema in raw["components"]["schemas"].items()
        }
        self._judges: dict[str, jsonschema_rs.Draft4Validator] = {}

    def operations(self) -> list[Operation]:
        """Return every operation, in the order of paths."""
        return [
            Operation(self, method.upper(), path, item[method])
            for path, item in self.raw["paths"].items()
            for method in METHODS
            if method in item
        ]

    def follow(self, node: Schema) -> Schema:
        """Return what a node refers to, or the node."""
        while "$ref" in node:
            _, _, kind, name = node["$ref"].split("/")
            node = self.raw["components"][kind][name]
        return node

    def judge(self, schema: Schema) -> jsonschema_rs.Draft4Validator:
        """Return the compiled validator of a schema."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self._judges:
            wanted = _spelled_out(schema)
            used = {name: self._components[name] for name in sorted(self._closure(wanted))}
            whole = {**wanted, "components": {"schemas": used}} if used else wanted
            self._judges[key] = jsonschema_rs.Draft4Validator(whole)
        return self._judges[key]

    def _closure(self, schema: Schema) -> set[str]:
        found: set[str] = set()
        waiting = [*_references(schema)]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += _references(self._components[name])
        return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _references(one)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for one in node.values():
            yield from _references(one)


def _spelled_out(node: Any) -> Any:
    """Say what OpenAPI 3.0 means in the words of a JSON schema.

    A `oneOf` of formats is an `anyOf`, as formats are not checked: UUIDs are plain hex here.
    """
    if isinstance(node, list):
        return [_spelled_out(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {
        {"oneOf": "anyOf"}.get(key, key): _spelled_out(value)
        for key, value in node.items()
        if key not in {"nullable", "format", "readOnly", "description"} or isinstance(value, dict)
    }
    return {"anyOf": [plain, {"enum": [None]}]} if node.get("nullable") is True else plain


def _closed(schema: Schema) -> Schema:
    """Allow an object no key that it does not declare."""
    if "properties" in schema and "additionalProperties" not in schema:
        return {**schema, "additionalProperties": False}
    return schema


@dataclass
class Operation:
    """One method of one path: what it takes, and what it may answer."""

    document: Document
    method: str
    path: str
    raw: Schema
    responses: dict[str, Schema] = field(init=False)

    def __post_init__(self) -> None:
        self.responses = {
            code: self.document.follow(answer) for code, answer in self.raw["responses"].items()
        }

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @cached_property
    def query(self) -> dict[str, Schema]:
        """The query parameters, by name."""
        found = [one for one in self.raw.get("parameters", ()) if one["in"] == "query"]
        return {one["name"]: one for one in found}

    @cached_property
    def body(self) -> Schema | None:
        """The schema of the body, or None when none is taken."""
        content = self.raw.get("requestBody", {}).get("content", {})
        schema: Schema | None = content.get("application/json", {}).get("schema")
        return schema

    @property
    def is_list(self) -> bool:
        """Tell whether it answers rows to whoever asks without an argument."""
        content = self.responses.get("200", {}).get("content", {}).get("application/json", {})
        is_bare = "{" not in self.path and not any(
            one.get("required") for one in self.query.values()
        )
        return self.method == "GET" and is_bare and content.get("schema", {}).get("type") == "array"

    def faults(self, answer: Any, *, chosen: bool) -> list[str]:
        """Return what about an answer is not as promised; `chosen`: `field=` was given."""
        promised = self.responses.get(str(answer.status_code))
        if promised is None:
            return [f"status {answer.status_code} is not documented"]
        contents = promised.get("content", {})
        body = answer.content
        media = answer.get("Content-Type", "").partition(";")[0]
        if not contents:
            return ["a body where none is documented"] if body else []
        if media not in contents:
            return [f"{answer.status_code} as {media or 'nothing'} is not documented"]
        schema = contents[media].get("schema", {})
        if media == "text/plain":  # as it is
            body = json.dumps(body.decode()).encode()
        judge = self.document.judge(schema if chosen else _in_full(schema))
        return [f"{answer.status_code} {fault}" for fault in _faults(judge, body)]


def _faults(judge: jsonschema_rs.Draft4Validator, body: bytes) -> list[str]:
    try:
        value = json.loads(body, parse_constant=_refuse)
    except ValueError as error:
        return [f"no JSON: {error}"]
    errors = islice(judge.iter_errors(value), SHOWN)
    return [f"{'/'.join(map(str, one.instance_path))}: {one.message[:160]}" for one in errors]


def _in_full(schema: Schema) -> Schema:
    """Return the first of two where `field=` makes the second one possible."""
    if "items" in schema:
        return {**schema, "items": _in_full(schema["items"])}
    first, *others = [one.get("$ref", "") for one in schema.get("anyOf", ())] or [""]
    return {"$ref": first} if first and others == [f"{first}Fields"] else schema


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
