"""Reading an OpenAPI 3.0 or 3.1 document (drf-spectacular's) into a comparable one."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from tests.contract.documents import Document, Node, Operation

METHODS = ("get", "post", "put", "patch", "delete")
SCALARS = frozenset({"string", "integer", "number", "boolean"})
COMBINATIONS = ("allOf", "oneOf", "anyOf")

Raw = Mapping[str, Any]


class Reader:
    """Turns the schemas and operations of one OpenAPI document into nodes."""

    def __init__(self, spec: Raw) -> None:
        self._components: Raw = spec.get("components") or {}
        self.schemas: dict[str, Node] = {}

    def operation(self, raw: Raw, shared: Iterable[Raw]) -> Operation:
        """Read one operation; ``shared`` are the parameters declared for its whole path."""
        query = {}
        for parameter in map(self._follow, [*shared, *raw.get("parameters", ())]):
            if parameter["in"] == "query":
                node = self.node(parameter.get("schema"))
                query[parameter["name"]] = replace(node, required=parameter.get("required", False))
        body = raw.get("requestBody")
        return Operation(
            id=raw.get("operationId", ""),
            query=query,
            request=(self._content(body) or Node()) if body else None,
            responses={
                str(code): self._content(answer) for code, answer in raw["responses"].items()
            },
        )

    def node(self, raw: Raw | None) -> Node:
        """Read one schema; an empty one is ``any``."""
        if not raw:
            return Node()
        if "$ref" in raw:
            name = raw["$ref"].rsplit("/", 1)[-1]
            self._remember(name)
            return Node(ref=name)
        parts = next((raw[word] for word in COMBINATIONS if raw.get(word)), None)
        node = self._combined(parts) if parts else self._plain(raw)
        return replace(node, nullable=True) if _may_be_null(raw) else node

    def _plain(self, raw: Raw) -> Node:
        kind = _type_name(raw)
        if "enum" in raw or "const" in raw:
            values = raw.get("enum", [raw.get("const")])
            known = frozenset(str(value) for value in values if value is not None)
            return Node(type=kind or "string", enum=known)
        if kind == "array":
            return Node(type="array", items=self.node(raw.get("items")))
        if kind == "object" or "properties" in raw:
            return self._object(raw)
        return Node(type=kind) if kind in SCALARS else Node()

    def _object(self, raw: Raw) -> Node:
        if raw.get("properties"):
            return Node(type="object", fields=self._fields(raw))
        values = raw.get("additionalProperties")
        if isinstance(values, Mapping) and values:
            return Node(type="object", values=self.node(values))
        return Node(type="object")

    def _fields(self, raw: Raw) -> dict[str, Node]:
        required = frozenset(raw.get("required") or ())
        return {
            name: replace(
                self.node(inner),
                required=name in required,
                read_only=bool(inner.get("readOnly")),
            )
            for name, inner in raw["properties"].items()
        }

    def _combined(self, parts: Iterable[Raw]) -> Node:
        """Read alternatives; the enums of only null or only "" are flags, not alternatives."""
        options, nullable = [], False
        for part in parts:
            values = self._follow(part).get("enum")
            if values == [None] or part.get("type") == "null":
                nullable = True
            elif values != [""]:
                options.append(self.node(part))
        if len(options) == 1:
            return replace(options[0], nullable=options[0].nullable or nullable)
        return Node(type="any", options=tuple(options), nullable=nullable)

    def _content(self, holder: Raw) -> Node | None:
        content = self._follow(holder).get("content") or {}
        media: Raw = content.get("application/json") or next(iter(content.values()), {})
        return self.node(media["schema"]) if media.get("schema") else None

    def _remember(self, name: str) -> None:
        if name not in self.schemas:
            self.schemas[name] = Node()  # a placeholder ends the recursion of a schema in itself
            self.schemas[name] = self.node(self._components["schemas"][name])

    def _follow(self, raw: Raw) -> Raw:
        while "$ref" in raw:
            kind, name = raw["$ref"].split("/")[-2:]
            raw = self._components[kind][name]
        return raw


def _type_name(raw: Raw) -> str | None:
    kind = raw.get("type")
    if isinstance(kind, list):  # OpenAPI 3.1
        return next((name for name in kind if name != "null"), None)
    return kind


def _may_be_null(raw: Raw) -> bool:
    kind = raw.get("type")
    listed = isinstance(kind, list) and "null" in kind
    return bool(raw.get("nullable")) or listed or None in raw.get("enum", ())


def read_openapi(spec: Raw) -> Document:
    """Bring an OpenAPI document, parsed already, into comparable form."""
    reader, operations = Reader(spec), {}
    for url, item in (spec.get("paths") or {}).items():
        for method in METHODS:
            if method in item:
                key = f"{method.upper()} {url}"
                operations[key] = reader.operation(item[method], item.get("parameters", ()))
    info = spec.get("info", {})
    name = f"{info.get('title', '?')} {info.get('version', '')}".strip()
    return Document(name=name, operations=operations, schemas=reader.schemas)


def load_openapi(path: Path) -> Document:
    """Read an OpenAPI file, YAML or JSON (which is YAML too)."""
    with path.open(encoding="utf-8") as file:
        return read_openapi(yaml.load(file, Loader=yaml.CSafeLoader))
