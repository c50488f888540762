"""No 5xx, no undocumented status, no answer outside the schema: whoever asks, whatever is sent.

Seeded, so that a run is the same everywhere: `make fuzz SEED=7 ROUNDS=20` tries others.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fuzz.driver import Driver, Finding

pytestmark = pytest.mark.django_db
SEED = int(os.environ.get("FUZZ_SEED", "1"))
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "1"))
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"})
SHARES = 3  # tests that share the operations, so that several processes can


KNOWN: dict[str, str] = {}
"""What the signatures of known findings begin with, since when; to be empty, as all are mended."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Keep refusals, which are all that happens here, out of the log of a failure."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("share", range(SHARES))
def test_every_answer_is_as_documented(driver: Driver, share: int) -> None:
    found: dict[str, Finding] = {}
    times: Counter[str] = Counter()
    for turn in range(ROUNDS):
        for operation in driver.document.operations()[share::SHARES]:
            for person in driver.people:
                chance = Random(f"{SEED + turn} {operation} {person}")  # noqa: S311 - is to be known
                for finding in driver.send(driver.make(operation, person, chance)):
                    if finding.signature not in found:
                        sys.stdout.write(f"{finding}\n")
                    found.setdefault(finding.signature, finding)
                    times[finding.signature] += 1

    never = [
        operation
        for operation, counted in driver.statuses.items()
        if not any(status < 400 for status in counted)
    ]
    sys.stdout.write("Nobody got further than a refusal: " + ", ".join(never) + "\n")
    told = [
        f"{times[name]} x {finding}"
        for name, finding in sorted(found.items())
        if not name.startswith(tuple(KNOWN))
    ]
    if told:
        pytest.fail("\n".join(["", *told]), pytrace=False)


def test_a_method_that_an_address_has_not_is_refused_as_json(driver: Driver) -> None:
    wrong = []
    for path, item in driver.document.raw["paths"].items():
        chance = Random(path)  # noqa: S311 - is to be known
        address = driver.address(path, chance)
        for method in sorted(METHODS - {method.upper() for method in item}):
            person = chance.choice(("anonymous", "staff"))
            client: Any = driver.clients[person]
            answer = client.generic(method, address, b"{", "application/json")
            told = answer.status_code, answer["Content-Type"], set(json.loads(answer.content))
            if told != (405, "application/json", {"detail"}):
                wrong.append(f"{method} {address} as {person}: {told}")
    assert wrong == []
