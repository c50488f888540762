"""What a client that iterates finds: every list, even an empty one, and how much of the rest."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.contract.documents import Document, Node, load_contract, shape
from tests.contract.world import LISTS, SINGLE, World

pytestmark = pytest.mark.e2e

TABLE = Path(__file__).with_name("sent_keys.toml")

NOT_SENT = {("GET /api/invoices/", "items")}
"""There are no rows until there is billing."""

WITHHELD = {
    ("GET /api/marketplace-provider-offerings/{}/list_customer_users/", "active_isds"),
    ("GET /api/marketplace-provider-offerings/{}/list_customer_users/", "affiliations"),
    ("GET /api/marketplace-provider-offerings/{}/list_customer_users/", "eduperson_assurance"),
    ("GET /api/marketplace-provider-offerings/{}/list_customer_users/", "identity_provider_fields"),
    ("GET /api/marketplace-service-providers/{}/users/", "nationalities"),
    ("GET /api/marketplace-provider-offerings/{}/list_customer_users/", "managed_isds"),
    ("GET /api/marketplace-provider-offerings/{}/list_customer_users/", "nationalities"),
    ("GET /api/marketplace-provider-offerings/{}/list_customer_users/", "permissions"),
}
"""Lists that have values which are not told here: no list is no lie, an empty one would be."""

HEADING = (
    "# How many of the keys that the contract declares are sent in the fullest row of an answer."
)

AS_STORED = ("plugin_options", "secret_options")
"""Documents of which a client gets what a provider wrote, and nothing is made up."""


def row_of(contract: Document, key: str) -> Node:
    """Return what the contract says of one row, or of the one object."""
    node = contract.resolve(contract.operations[key].responses["200"] or Node())
    return contract.resolve(node.items) if node.items else node


def fullest(answer: Any) -> dict[str, Any]:
    """Return the row with the most keys."""
    rows = answer if isinstance(answer, list) else [answer]
    return max((row for row in rows if isinstance(row, dict)), key=len, default={})


def missing_lists(contract: Document, node: Node, value: Any, path: str = "") -> list[str]:
    """Return where an object that was sent lacks a list that the contract never lets be null."""
    found = []
    node = contract.resolve(node)
    if isinstance(value, list):
        inner = node.items or Node()
        return [hit for one in value for hit in missing_lists(contract, inner, one, path + "[]")]
    if not isinstance(value, dict):
        return []
    for name, declared in node.fields.items():
        place, real = f"{path}.{name}" if path else name, contract.resolve(declared)
        if name in AS_STORED:
            continue
        if name in value:
            found += missing_lists(contract, real, value[name], place)
        elif real.type == "array" and not real.nullable:
            found.append(place)
    return found


@pytest.fixture(scope="module")
def rows(world: World) -> dict[str, dict[str, Any]]:
    """One row of every list, and every single object, as staff see them."""
    answers = {key: world.send("GET", key, world.cast.staff) for key in [*LISTS, *SINGLE]}
    return {key: fullest(a.json()) for key, a in answers.items() if a.status_code == 200}


def test_a_list_is_sent_also_when_it_is_empty(rows: dict[str, dict[str, Any]]) -> None:
    contract = load_contract()

    missing = {
        (shape(key), place)
        for key, row in rows.items()
        for place in missing_lists(contract, row_of(contract, key), row)
    }

    assert missing == WITHHELD | NOT_SENT


def test_as_many_keys_are_sent_as_the_table_says(rows: dict[str, dict[str, Any]]) -> None:
    """Not only declared: of the contract's keys, these are in a row. `WRITE_DOCS=1` writes it."""
    contract, counted = load_contract(), {}
    for key, row in rows.items():
        declared = row_of(contract, key).fields
        if row and declared:
            path = shape(key).removeprefix("GET ")
            counted[path] = f"{len(declared.keys() & row)} of {len(declared)}"
    if os.environ.get("WRITE_DOCS"):
        lines = [f'"{path}" = "{count}"' for path, count in sorted(counted.items())]
        TABLE.write_text("\n".join([HEADING, *lines, ""]), encoding="utf-8")

    assert counted == tomllib.loads(TABLE.read_text(encoding="utf-8"))
