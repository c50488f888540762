"""Partitions of offerings: added, changed, removed."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity.models import Event
from marketplace.models import OfferingPartition
from marketplace.services import partitions
from tests.factories.marketplace import OfferingPartitionFactory

pytestmark = pytest.mark.django_db

NODES = st.none() | st.integers(0, 5)


@pytest.fixture
def partition(offering):
    return OfferingPartitionFactory(offering=offering, partition_name="standard", max_nodes=4)


def told():
    return [
        (event.kind, event.actor, event.provider, event.payload)
        for event in Event.objects.order_by("pk")
    ]


def about(offering, name, *changed):
    return {
        "offering_uuid": offering.uuid.hex,
        "partition_name": name,
        "changed": list(changed),
    }


def test_a_partition_is_added(offering, carol, now):
    made = partitions.add(offering, partition_name="gpu", max_time=60, actor=carol, now=now)

    made.refresh_from_db()
    assert (made.offering, made.partition_name, made.max_time, made.created) == (
        offering,
        "gpu",
        60,
        now,
    )
    assert (made.min_nodes, made.exclusive_user, made.qos) == (None, False, "")
    assert told() == [("partition.added", carol, offering.customer, about(offering, "gpu"))]


def test_a_name_is_there_once_per_offering(partition, offering, carol, now):
    with pytest.raises(partitions.PartitionExists):
        partitions.add(offering, partition_name="standard", actor=carol, now=now)
    OfferingPartitionFactory(offering=offering, partition_name="gpu")
    with pytest.raises(partitions.PartitionExists):
        partitions.change(offering, partition.uuid, partition_name="gpu", actor=carol, now=now)
    assert told() == []
    assert OfferingPartitionFactory(partition_name="standard").offering != offering


def test_a_change_leaves_what_it_does_not_name(partition, offering, carol, now):
    wanted = {"partition_name": "standard", "min_nodes": 2}
    partitions.change(offering, partition.uuid, **wanted, actor=carol, now=now)

    partition.refresh_from_db()
    assert (partition.min_nodes, partition.max_nodes, partition.modified) == (2, 4, now)
    assert told() == [
        (
            "partition.changed",
            carol,
            offering.customer,
            about(offering, "standard", "min_nodes"),
        )
    ]


def test_a_change_to_what_is_so_is_none(partition, offering, carol, now):
    partitions.change(offering, partition.uuid, max_nodes=4, actor=carol, now=now)

    assert told() == []


def test_a_partition_is_removed_once(partition, offering, carol, now):
    partitions.remove(offering, partition.uuid, actor=carol, now=now)

    assert not OfferingPartition.objects.exists()
    assert told() == [("partition.removed", carol, offering.customer, about(offering, "standard"))]
    with pytest.raises(partitions.UnknownPartition):
        partitions.remove(offering, partition.uuid, actor=carol, now=now)


@pytest.mark.parametrize("action", [partitions.change, partitions.remove])
def test_another_offering_s_partition_is_unknown(offering, carol, now, action):
    foreign = OfferingPartitionFactory()

    for uuid in (foreign.uuid, UUID(int=0)):
        with pytest.raises(partitions.UnknownPartition):
            action(offering, uuid, actor=carol, now=now)
    assert OfferingPartition.objects.filter(pk=foreign.pk).exists()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(least=NODES, most=NODES)
def test_the_service_refuses_what_the_database_does(partition, offering, carol, now, least, most):
    wanted = {"min_nodes": least, "max_nodes": most}
    with transaction.atomic():
        try:
            partitions.change(offering, partition.uuid, **wanted, actor=carol, now=now)
            refused = False
        except partitions.ContradictoryNodes:
            refused = True
        transaction.set_rollback(True)
    try:
        with transaction.atomic():
            OfferingPartition.objects.filter(pk=partition.pk).update(**wanted)
            transaction.set_rollback(True)
        forbidden = False
    except IntegrityError:
        forbidden = True
    assert refused == forbidden
