"""What an operation may answer instead of success, for the OpenAPI document: all of it, declared.

Which statuses an operation can give follows from what it declares: whether it takes a body, filters
or pages, whether it can be sent again (`Idempotency-Key`) or made conditional (`If-Match`).
Every error has Waldur's body, or RFC 9457's for clients that accept it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from common.api.conditional import SAFE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.api.actions import Declared

Schema = dict[str, Any]

JSON, PROBLEM = "application/json", "application/problem+json"
ALWAYS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
AFTER_A_WHILE = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
SENT_ALREADY = HTTPStatus.NOT_MODIFIED
UNREADABLE = HTTPStatus.BAD_REQUEST

MEANINGS = {
    HTTPStatus.NOT_MODIFIED: "The client has it already (`If-None-Match`).",
    HTTPStatus.BAD_REQUEST: "A value cannot be read, or a rule does not allow it.",
    HTTPStatus.UNAUTHORIZED: "There is no token, or it is not one that is accepted.",
    HTTPStatus.FORBIDDEN: "You may see it, but not do this with it.",
    HTTPStatus.NOT_FOUND: "There is no such thing that you may see, or no such page.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The address takes other methods; `Allow` names them.",
    HTTPStatus.NOT_ACCEPTABLE: "There is no answer of the type that `Accept` asks for.",
    HTTPStatus.CONFLICT: "Its state does not allow that now, or somebody else was quicker.",
    HTTPStatus.PRECONDITION_FAILED: "It has changed since it was read (`If-Match`).",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is of a type that is not read.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The `Idempotency-Key` was used for another request.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests; wait for as long as `Retry-After` says.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The service is busy or its database away; try again later.",
}
"""When each status is answered."""

SCHEMAS: dict[str, Schema] = {
    "Error": {
        "type": "object",
        "description": "An error of the request as a whole; some name what they are about.",
        "properties": {"detail": {"type": "string"}},
        "additionalProperties": {"$ref": "#/components/schemas/Fault"},
    },
    "Fault": {
        "description": "What is wrong: a message, several, or a map of places to what is wrong.",
        "anyOf": [
            {"type": "string"},
            {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
            {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Fault"}},
        ],
    },
    "ValidationError": {
        "description": "Messages by field (`non_field_errors` and `detail` are about the whole), a"
        " list of messages, or, for a body that is a list, an object for each entry (`{}`: right).",
        "anyOf": [
            {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Fault"}},
            {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
        ],
    },
    "Problem": {
        "type": "object",
        "description": "Problem details (RFC 9457), for clients that accept them. What else is"
        " known stands beside: the state that something is in, the component, what is needed.",
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "state": {"type": "string"},
            "valid_states": {"type": "array", "items": {"type": "string"}},
            "component": {"type": "string"},
            "needs": {"type": "array", "items": {"type": "string"}},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
                    "required": ["detail", "pointer"],
                },
            },
        },
        "additionalProperties": {},
        "required": ["code", "detail", "errors", "instance", "status", "title", "type"],
    },
}

PARTIAL = "Fields"
"""What the name of a component ends in that is another one, of which `field=` chose keys."""


def statuses(view: Any, method: str, path: str, declared: Declared) -> list[HTTPStatus]:
    """Return what an operation may answer beside its successes, in order."""
    found = set(ALWAYS)
    is_write = method not in SAFE
    if is_write or "{" in path or (declared.many and declared.paged):
        found.add(HTTPStatus.NOT_FOUND)  # a page beyond the last one is not found either
    if "{" in path:
        found.add(HTTPStatus.METHOD_NOT_ALLOWED)  # the argument is another address's name: `me`
    found |= _of_writes(view, declared) if is_write else _of_reads(view, declared)
    if method == "POST" and view.action not in view.never_replayed:
        found.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    return sorted(found)


def _of_reads(view: Any, declared: Declared) -> set[HTTPStatus]:
    filterset = declared.filterset or (view.filterset_class if view.action == "list" else None)
    return {SENT_ALREADY} if filterset is None else {SENT_ALREADY, UNREADABLE}


def _of_writes(view: Any, declared: Declared) -> set[HTTPStatus]:
    found = {UNREADABLE, HTTPStatus.CONFLICT}
    if declared.input is not None:
        found.add(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if view.detail:
        found.add(HTTPStatus.PRECONDITION_FAILED)
    return found


def reference(status: HTTPStatus) -> Schema:
    """Return the reference to the answer of a status."""
    return {"$ref": f"#/components/responses/{_name(status)}"}


def _name(status: HTTPStatus) -> str:
    return status.phrase.title().replace(" ", "")


def _answer(status: HTTPStatus) -> Schema:
    if status is SENT_ALREADY:
        return {"description": MEANINGS[status]}
    body = "ValidationError" if status is UNREADABLE else "Error"
    answer: Schema = {"description": MEANINGS[status], "content": _content(body)}
    if status in AFTER_A_WHILE:
        seconds = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        answer["headers"] = {"Retry-After": seconds}
    return answer


def _content(body: str) -> Schema:
    named = {JSON: body, PROBLEM: "Problem"}
    return {
        media: {"schema": {"$ref": f"#/components/schemas/{name}"}} for media, name in named.items()
    }


def complete(result: Schema, **_: Any) -> Schema:
    """Add what refusals refer to, problem details to all errors, and what `field=` leaves.

    A hook of drf-spectacular: it gets the whole document and returns it.
    """
    components = result["components"]
    components["schemas"].update(SCHEMAS)
    used: set[HTTPStatus] = set()
    for operation in _operations(result):
        for code, answer in operation["responses"].items():
            if "$ref" in answer:
                used.add(HTTPStatus(int(code)))
            elif code >= "400":
                answer["content"][PROBLEM] = _content("Error")[PROBLEM]
        if any(parameter["name"] == "field" for parameter in operation.get("parameters", ())):
            _let_keys_be_chosen(operation, components["schemas"])
    components["responses"] = {_name(status): _answer(status) for status in sorted(used)}
    components["schemas"] = dict(sorted(components["schemas"].items()))
    return result


def _operations(result: Schema) -> Iterator[Schema]:
    for item in result["paths"].values():
        yield from (one for one in item.values() if isinstance(one, dict) and "responses" in one)


def _let_keys_be_chosen(operation: Schema, schemas: dict[str, Schema]) -> None:
    """Say that with `field=` no key is sure to be there; without it, the first of two holds."""
    content = operation["responses"].get("200", {}).get("content", {}).get(JSON, {})
    holder = content.get("schema", {})
    row = holder.get("items", holder)
    name = row.get("$ref", "").rpartition("/")[2]
    if not schemas.get(name, {}).get("required"):
        return
    if name + PARTIAL not in schemas:
        partial = {key: value for key, value in schemas[name].items() if key != "required"}
        partial["description"] = f"The keys of a {name} that `field` asks for."
        schemas[name + PARTIAL] = partial
    either = {"anyOf": [row, {"$ref": f"#/components/schemas/{name}{PARTIAL}"}]}
    if "items" in holder:
        holder["items"] = either
    else:
        content["schema"] = either
