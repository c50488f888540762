"""An OpenAPI document made from the contract itself: what a perfect server would publish.

The comparison's own tests damage it and expect the damage to be found.
"""

from collections.abc import Mapping
from typing import Any

Raw = Mapping[str, Any]
OpenApi = dict[str, Any]


def _schema(node: Raw) -> OpenApi:
    """Write one node of the contract as an OpenAPI 3.0 schema, as drf-spectacular spells it."""
    if "ref" in node:
        reference: OpenApi = {"$ref": f"#/components/schemas/{node['ref']}"}
        bare = not (node.get("null") or node.get("read_only"))
        out = reference if bare else {"allOf": [reference]}
    elif "one_of" in node:
        out = {"oneOf": [_schema(option) for option in node["one_of"]]}
    elif node["type"] == "any":
        out = {}
    else:
        out = {key: node[key] for key in ("type", "format", "enum") if key in node}
        out |= _contents(node)
    out |= {"nullable": True} if node.get("null") else {}
    return out | ({"readOnly": True} if node.get("read_only") else {})


def _contents(node: Raw) -> OpenApi:
    out: OpenApi = {}
    if "items" in node:
        out["items"] = _schema(node["items"])
    if "values" in node:
        out["additionalProperties"] = _schema(node["values"])
    if "fields" in node:
        out["properties"] = {name: _schema(inner) for name, inner in node["fields"].items()}
        out["required"] = [name for name, inner in node["fields"].items() if inner.get("required")]
    return out


def _operation(raw: Raw) -> OpenApi:
    out: OpenApi = {
        "operationId": raw["id"],
        "tags": [raw["tag"]],
        "parameters": [
            {
                "in": "query",
                "name": name,
                "schema": _schema(node),
                "required": node.get("required", False),
            }
            for name, node in raw.get("query", {}).items()
        ],
        "responses": {
            code: {"content": {"application/json": {"schema": _schema(node)}}} if node else {}
            for code, node in raw["responses"].items()
        },
    }
    if "request" in raw:
        content = {"application/json": {"schema": _schema(raw["request"]["schema"])}}
        out["requestBody"] = {"content": content, "required": True}
    return out


def openapi_of(contract: Raw) -> OpenApi:
    """Write the whole contract as an OpenAPI document."""
    paths: OpenApi = {}
    for key, raw in contract["operations"].items():
        method, url = key.split(" ", 1)
        paths.setdefault(url, {})[method.lower()] = _operation(raw)
    schemas = {name: _schema(node) for name, node in contract["schemas"].items()}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Synthetic", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }
