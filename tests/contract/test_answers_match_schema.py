"""What the running service answers is what its own schema says, to the last null."""

from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from tests.cases import each
from tests.contract.documents import shape
from tests.contract.world import LISTS, OWN, SINGLE, World

pytestmark = pytest.mark.e2e

ONLY_NULL = {"enum": [None]}
OTHER_WORDS = {"oneOf": "anyOf"}


def spelled_out(node: Any) -> Any:
    """Say what drf-spectacular means in words that a validator takes so.

    ``nullable`` holds beside ``allOf`` and ``oneOf`` too, where OpenAPI 3.0 ignores it. Formats are
    not checked, as UUIDs are plain hex, so an empty text may be of both kinds of a ``oneOf``.
    """
    if isinstance(node, list):
        return [spelled_out(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {OTHER_WORDS.get(key, key): spelled_out(value) for key, value in node.items()}
    if plain.get("nullable") is True and "type" not in plain:
        del plain["nullable"]
        return {"anyOf": [plain, ONLY_NULL]}
    return plain


@pytest.fixture(scope="module")
def promises(published_schema: dict[str, Any]) -> dict[str, OAS30Validator]:
    """What is promised of each successful GET, by the shape of its path."""
    schema = spelled_out(published_schema)
    found = {}
    for path, item in schema["paths"].items():
        answers = item["get"]["responses"] if "get" in item else {}
        content = answers.get("200", {}).get("content", {})
        if "application/json" in content:
            promise = content["application/json"]["schema"]
            found[shape(f"GET {path}")] = OAS30Validator(
                {**promise, "components": schema["components"]}
            )
    return found


@each("key", [*LISTS, *SINGLE, *OWN])
def test_the_answer_is_as_the_schema_declares_it(
    world: World, promises: dict[str, OAS30Validator], key: str
) -> None:
    for client in (world.cast.staff, world.cast.allocator, world.cast.hosting_entity):
        answer = world.send("GET", key, client)
        if answer.status_code == 200:
            errors = promises[shape(key)].iter_errors(answer.json())
            assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []


def test_a_null_is_taken_where_the_schema_allows_it_and_nowhere_else() -> None:
    plan = {"allOf": [{"type": "object"}], "nullable": True}
    promise = OAS30Validator(
        spelled_out({"properties": {"plan": plan, "name": {"type": "string"}}})
    )

    assert promise.is_valid({"plan": None, "name": "x"})
    assert not promise.is_valid({"plan": None, "name": None})
    assert not promise.is_valid({"plan": "Standard", "name": "x"})
