"""Every list of the contract, read by the published client with its own models.

The client is strict: a null where it knows none, a state it does not know, or a key that it needs
and does not get ends the whole call. So one allocation with all that belongs to it is made first,
and every list then has a row to trip over.
"""

import importlib.util

import pytest

from tests.cases import each
from tests.contract.documents import client_module
from tests.contract.world import EMPTY, LISTS, OPERATIONS, SINGLE, World

pytestmark = pytest.mark.e2e

SPARSE = [key for key in LISTS if "field" in OPERATIONS[key].get("query", ())]


def counting(key: str) -> str:
    """Name the client's module that counts a list by HEAD; some lists have none."""
    name = client_module(OPERATIONS[key]).removesuffix("_list") + "_count"
    return name if importlib.util.find_spec(name) else ""


@each("key", LISTS)
def test_staff_reads_the_list_and_finds_a_row(world: World, key: str) -> None:
    rows = world.call(key, world.cast.staff)

    assert rows or key in EMPTY


@each("key", LISTS)
@each("who", ["allocator", "hosting_entity"])
def test_the_others_can_read_what_they_may_see_of_the_list(
    world: World, key: str, who: str
) -> None:
    client = getattr(world.cast, who)

    answer = world.send("GET", key, client)

    assert answer.status_code in {200, 403, 404}
    if answer.status_code == 200:
        assert len(world.call(key, client)) == len(answer.json())


@each("key", [key for key in LISTS if OPERATIONS[key].get("paginated")])
def test_the_list_announces_its_length_to_get_and_head_alike(world: World, key: str) -> None:
    listed = world.send("GET", key, world.cast.staff, page_size=300)
    counted = world.send("HEAD", key, world.cast.staff)

    assert counted.status_code == 200
    assert counted.content == b""
    assert counted.headers["X-Result-Count"] == listed.headers["X-Result-Count"]
    assert min(int(listed.headers["X-Result-Count"]), 300) == len(listed.json())


@each("key", [key for key in LISTS if counting(key)])
def test_the_client_can_count_the_list(world: World, key: str) -> None:
    staff = world.cast.staff

    assert world.call(key, staff, counting(key)) >= len(world.call(key, staff))


@each("key", [key for key in SINGLE if not key.endswith("/details/")])
def test_staff_reads_the_object(world: World, key: str) -> None:
    assert world.call(key, world.cast.staff).to_dict()


@each("key", [key for key in LISTS if "field" in OPERATIONS[key].get("query", ())])
def test_the_list_can_be_asked_for_single_fields(world: World, key: str) -> None:
    name = "user_uuid" if "project_permissions" in key else "uuid"

    rows = world.send("GET", key, world.cast.staff, field=[name, "no_such_field"]).json()

    assert [row for row in rows if row.keys() != {name}] == []
