"""The one form in which the contract and our own schema are compared.

The contract (``waldur-8.1.3.json``) holds facts read from the published client, one operation or
schema per line. ``openapi.py`` brings an OpenAPI document into the same form.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

CONTRACT_FILE = Path(__file__).with_name("waldur-8.1.3.json")


@dataclass(frozen=True, slots=True)
class Node:
    """A value on the wire: its type and, for containers, what is inside."""

    type: str = "any"
    ref: str | None = None
    nullable: bool = False
    required: bool = False
    read_only: bool = False
    enum: frozenset[str] | None = None
    items: "Node | None" = None
    values: "Node | None" = None
    fields: Mapping[str, "Node"] = field(default_factory=dict)
    options: tuple["Node", ...] = ()

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """Read a node of the contract file."""
        return cls(
            type=raw.get("type", "any"),
            ref=raw.get("ref"),
            nullable=raw.get("null", False),
            required=raw.get("required", False),
            read_only=raw.get("read_only", False),
            enum=frozenset(map(str, raw["enum"])) if "enum" in raw else None,
            items=cls.parse(raw["items"]) if "items" in raw else None,
            values=cls.parse(raw["values"]) if "values" in raw else None,
            fields={name: cls.parse(inner) for name, inner in raw.get("fields", {}).items()},
            options=tuple(cls.parse(option) for option in raw.get("one_of", ())),
        )

    @property
    def inner(self) -> "Node | None":
        """What an array or a map contains, or the first of several alternatives."""
        return self.options[0] if self.options else self.items or self.values


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, with what it takes and what it answers."""

    id: str
    query: Mapping[str, Node]
    request: Node | None
    responses: Mapping[str, Node | None]

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """Read an operation of the contract file."""
        return cls(
            id=raw["id"],
            query={name: Node.parse(node) for name, node in raw.get("query", {}).items()},
            request=Node.parse(raw["request"]["schema"]) if "request" in raw else None,
            responses={
                code: Node.parse(node) if node else None for code, node in raw["responses"].items()
            },
        )

    @property
    def successes(self) -> Mapping[str, Node | None]:
        """The answers that a client takes for success."""
        return {code: node for code, node in self.responses.items() if code.startswith("2")}


@dataclass(frozen=True, slots=True)
class Document:
    """All operations of an API and the schemas they share."""

    name: str
    operations: Mapping[str, Operation]
    schemas: Mapping[str, Node]

    def resolve(self, node: Node) -> Node:
        """Follow references; a null allowed anywhere on the way is allowed at the end."""
        flags = node
        while node.ref:
            node = self.schemas[node.ref]
            flags = replace(flags, nullable=flags.nullable or node.nullable)
        return replace(
            node,
            nullable=flags.nullable,
            required=flags.required,
            read_only=flags.read_only,
        )


def shape(key: str) -> str:
    """Forget what path parameters are called: ``GET /api/x/{uuid}/`` → ``GET /api/x/{}/``."""
    return re.sub(r"\{[^}]*\}", "{}", key.rstrip("/") + "/")


def client_module(operation: Mapping[str, Any]) -> str:
    """Name the module of the published client that calls an operation."""
    return f"waldur_api_client.api.{operation['tag'].replace('-', '_')}.{operation['id']}"


def read_contract_file(path: Path = CONTRACT_FILE) -> Mapping[str, Any]:
    """Read the contract as plain data."""
    data: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def load_contract(path: Path = CONTRACT_FILE) -> Document:
    """Read the contract, ready to compare."""
    raw = read_contract_file(path)
    return Document(
        name=f"{raw['source']['package']} {raw['source']['version']}",
        operations={key: Operation.parse(op) for key, op in raw["operations"].items()},
        schemas={name: Node.parse(node) for name, node in raw["schemas"].items()},
    )
