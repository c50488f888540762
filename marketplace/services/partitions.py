"""Partitions of offerings: which there are, and how their jobs are treated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes, storing
from common.errors import Invalid
from identity import events
from marketplace import event_kinds as kinds
from marketplace.models import OfferingPartition
from marketplace.services import locking

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import AbstractContextManager
    from datetime import datetime
    from uuid import UUID

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import Offering


class PartitionExists(Invalid):
    """The offering has a partition of that name already."""

    code = "partition_exists"


class UnknownPartition(Invalid):
    """The offering has no such partition."""

    code = "unknown_partition"


class ContradictoryNodes(Invalid):
    """A job would need more nodes than it may have."""

    code = "contradictory_nodes"


@transaction.atomic
def add(
    offering: Offering, *, partition_name: str, actor: User, now: datetime, **settings: Any
) -> OfferingPartition:
    """Add a partition to an offering.

    :raises PartitionExists: the offering has one of the name.
    :raises ContradictoryNodes: the least number of nodes is above the most.
    """
    partition = OfferingPartition(
        offering=locking.offering(offering.pk),
        partition_name=partition_name,
        created=now,
        **settings,
    )
    with _refusing():
        partition.save(force_insert=True)
    _record(kinds.PARTITION_ADDED, partition, actor=actor, now=now)
    return partition


@transaction.atomic
def change(
    offering: Offering, partition_uuid: UUID, *, actor: User, now: datetime, **wanted: Any
) -> OfferingPartition:
    """Change settings of one of an offering's partitions; what is not named stays.

    :raises UnknownPartition: the offering has none of the UUID.
    :raises PartitionExists: another one has the new name.
    :raises ContradictoryNodes: the least number of nodes would be above the most.
    """
    partition = _of(locking.offering(offering.pk), partition_uuid)
    with _refusing():
        changed = changes.write(partition, wanted, now=now)
    if changed:
        _record(kinds.PARTITION_CHANGED, partition, actor=actor, now=now, changed=changed)
    return partition


@transaction.atomic
def remove(offering: Offering, partition_uuid: UUID, *, actor: User, now: datetime) -> None:
    """Take a partition out of its offering.

    :raises UnknownPartition: the offering has none of the UUID.
    """
    partition = _of(locking.offering(offering.pk), partition_uuid)
    _record(kinds.PARTITION_REMOVED, partition, actor=actor, now=now)
    partition.delete()


def _of(held: Offering, uuid: UUID) -> OfferingPartition:
    found: OfferingPartition | None = OfferingPartition.objects.filter(
        offering=held, uuid=uuid
    ).first()
    if found is None:
        raise UnknownPartition({"partition_uuid": ["Partition not found in this offering."]})
    found.offering = held
    return found


def _refusing() -> AbstractContextManager[None]:
    """Refuse what the constraints of partitions do, in Waldur's words."""
    taken = {"partition_name": ["The offering has such a partition already."]}
    nodes = {"min_nodes": ["Must not be greater than max_nodes."]}
    return storing.refusing(
        a_partition_once_per_offering=PartitionExists(taken),
        partition_nodes=ContradictoryNodes(nodes),
    )


def _record(
    kind: Kind,
    partition: OfferingPartition,
    *,
    actor: User,
    now: datetime,
    changed: Collection[str] = (),
) -> None:
    changes.touch(partition.offering, now=now)
    events.record(
        kind,
        partition,
        actor=actor,
        now=now,
        payload={
            "offering_uuid": partition.offering.uuid.hex,
            "partition_name": partition.partition_name,
            "changed": list(changed),
        },
    )
