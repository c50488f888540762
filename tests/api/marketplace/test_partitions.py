"""Partitions over the API: whole bodies, where they are shown, and what is wrong with a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketplace.models import OfferingPartition
from tests.factories.marketplace import OfferingFactory, OfferingPartitionFactory

if TYPE_CHECKING:
    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

NUMBERS = (
    "cpu_bind",
    "def_cpu_per_gpu",
    "def_mem_per_cpu",
    "def_mem_per_gpu",
    "def_mem_per_node",
    "default_time",
    "grace_time",
    "max_cpus_per_node",
    "max_cpus_per_socket",
    "max_mem_per_cpu",
    "max_mem_per_node",
    "max_nodes",
    "max_time",
    "min_nodes",
    "priority_tier",
)
FLAGS = ("exclusive_topo", "exclusive_user", "req_resv")
TEXTS = ("cpu_arch", "gpu_arch", "qos")


def nested(partition: OfferingPartition, **differs: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(NUMBERS),
        **dict.fromkeys(FLAGS, False),
        **dict.fromkeys(TEXTS, ""),
        "partition_name": partition.partition_name,
        "qos_options": [],
        "uuid": partition.uuid.hex,
        **differs,
    }


def whole(partition: OfferingPartition, **differs: Any) -> dict[str, Any]:
    return {
        **nested(partition, **differs),
        "created": partition.created.isoformat().replace("+00:00", "Z"),
        "modified": partition.modified.isoformat().replace("+00:00", "Z"),
        "offering": partition.offering.uuid.hex,
        "offering_name": "LUMI-C",
    }


@pytest.fixture
def here(offering: Offering) -> str:
    return f"marketplace-provider-offerings/{offering.uuid.hex}/"


def test_a_partition_is_added_with_all_that_there_is_to_say(
    ask: Any, here: str, offering: Offering, carol: User
) -> None:
    said = {
        **{name: number for number, name in enumerate(NUMBERS, start=1)},
        **dict.fromkeys(FLAGS, True),
        "cpu_arch": "x86_64/amd/zen3",
        "gpu_arch": "amd/gfx90a",
        "qos": "normal",
        "max_nodes": 20,
        "partition_name": "standard-g",
    }

    status, body = ask(carol, "post", f"{here}add_partition/", said | {"offering": offering.uuid})

    partition = OfferingPartition.objects.get()
    assert (status, body) == (201, whole(partition, **said))


def test_a_partition_needs_a_name_only(
    ask: Any, here: str, offering: Offering, carol: User
) -> None:
    body = {"offering": offering.uuid.hex, "partition_name": "small"}

    status, answer = ask(carol, "post", f"{here}add_partition/", body)

    assert (status, answer) == (201, whole(OfferingPartition.objects.get()))


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"offering": None}, {"offering": ["This field may not be null."]}),
        ({"offering": "0" * 32}, {"offering": ["This is not the offering of the address."]}),
        ({"partition_name": ""}, {"partition_name": ["This field may not be blank."]}),
        ({"partition_name": "gpu; rm"}, {"partition_name": ["Enter a valid value."]}),
        ({"partition_name": "gpu\n"}, None),
        (
            {"partition_name": "taken"},
            {"partition_name": ["The offering has such a partition already."]},
        ),
        (
            {"max_time": -1},
            {"max_time": ["Ensure this value is greater than or equal to 0."]},
        ),
        (
            {"max_time": 2**40},
            {"max_time": ["Ensure this value is less than or equal to 2147483647."]},
        ),
        ({"max_nodes": "many"}, {"max_nodes": ["A valid integer is required."]}),
        ({"req_resv": None}, {"req_resv": ["This field may not be null."]}),
        (
            {"min_nodes": 3, "max_nodes": 2},
            {"min_nodes": ["Must not be greater than max_nodes."]},
        ),
    ],
)
def test_what_cannot_be_is_refused(
    ask: Any, here: str, offering: Offering, carol: User, more: dict[str, Any], answer: Any
) -> None:
    OfferingPartitionFactory(offering=offering, partition_name="taken")
    body = {"offering": offering.uuid.hex, "partition_name": "gpu", **more}

    status, got = ask(carol, "post", f"{here}add_partition/", body)

    if answer is None:  # blanks around a name are not part of it
        assert (status, got["partition_name"]) == (201, "gpu")
    else:
        assert (status, got) == (400, answer)
        assert OfferingPartition.objects.count() == 1


def test_what_must_be_said(ask: Any, here: str, carol: User) -> None:
    required = ["This field is required."]

    assert ask(carol, "post", f"{here}add_partition/", {}) == (
        400,
        {"offering": required, "partition_name": required},
    )
    for method, path in (("patch", "update_partition"), ("post", "remove_partition")):
        assert ask(carol, method, f"{here}{path}/", {}) == (400, {"partition_uuid": required})


def test_a_partition_is_changed_in_part(
    ask: Any, here: str, offering: Offering, carol: User
) -> None:
    partition = OfferingPartitionFactory(offering=offering, partition_name="old", max_nodes=4)
    body = {"partition_uuid": str(partition.uuid), "partition_name": "new", "max_time": None}

    status, answer = ask(carol, "patch", f"{here}update_partition/", body)

    partition.refresh_from_db()
    assert (status, answer) == (200, whole(partition, max_nodes=4))
    assert answer["partition_name"] == "new"


def test_a_partition_that_is_not_there_is_told_so(ask: Any, here: str, carol: User) -> None:
    foreign = {"partition_uuid": OfferingPartitionFactory().uuid.hex}
    unknown = (400, {"partition_uuid": ["Partition not found in this offering."]})

    assert ask(carol, "patch", f"{here}update_partition/", foreign | {"qos": "x"}) == unknown
    assert ask(carol, "post", f"{here}remove_partition/", foreign) == unknown
    assert OfferingPartition.objects.exists()


def test_a_partition_is_removed_once(ask: Any, here: str, offering: Offering, carol: User) -> None:
    gone = {"partition_uuid": OfferingPartitionFactory(offering=offering).uuid.hex}

    assert ask(carol, "post", f"{here}remove_partition/", gone) == (204, None)
    assert ask(carol, "post", f"{here}remove_partition/", gone)[0] == 400


def test_both_sides_see_them_by_name(
    ask: Any, here: str, offering: Offering, carol: User, alice: User
) -> None:
    rows = [OfferingPartitionFactory(offering=offering, partition_name=name) for name in ("b", "a")]
    OfferingPartitionFactory(offering=OfferingFactory(customer=offering.customer))
    shown = [nested(row, max_time=2880) for row in reversed(rows)]
    public = f"marketplace-public-offerings/{offering.uuid.hex}/"

    assert ask(carol, "get", here)[1]["partitions"] == shown
    assert ask(alice, "get", public)[1]["partitions"] == shown
    fields = "field=components&field=customer_uuid&field=partitions&field=plugin_options"
    status, asked = ask(carol, "get", f"{here}?{fields}")
    assert (status, asked["partitions"]) == (200, shown)
    assert set(asked) == {"components", "customer_uuid", "partitions", "plugin_options"}


def test_an_offering_without_any_says_so(ask: Any, here: str, carol: User) -> None:
    assert ask(carol, "get", f"{here}?field=partitions") == (200, {"partitions": []})


def test_a_synchronization_is_asked_for(
    ask: Any, here: str, offering: Offering, carol: User
) -> None:
    status, body = ask(carol, "post", f"{here}sync_resources/")

    assert (status, body) == (
        202,
        {"status": "Synchronization of resources has been scheduled."},
    )
    _, (event,) = ask(carol, "get", f"{here}events/")
    assert event["kind"] == "offering.sync_requested"
