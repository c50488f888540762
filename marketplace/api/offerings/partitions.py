"""Partitions of offerings, as they are sent and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework import serializers

from common.api.inputs import Input
from common.api.json_shapes import TEXT, TRUTH, JsonField, list_of, record
from common.api.reads.outputs import Computed, Output, UuidField
from identity.api.inputs import Columns
from marketplace.api.nested.serializers import UUID_TEXT
from marketplace.models import OfferingPartition

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from marketplace.models import Offering

NAMES = (
    "cpu_arch cpu_bind def_cpu_per_gpu def_mem_per_cpu def_mem_per_gpu def_mem_per_node"
    " default_time exclusive_topo exclusive_user gpu_arch grace_time max_cpus_per_node"
    " max_cpus_per_socket max_mem_per_cpu max_mem_per_node max_nodes max_time min_nodes"
    " partition_name priority_tier qos req_resv"
)
SETTINGS = tuple(NAMES.split())
ITS_OWN = ("created", "modified", "offering", "offering_name", "qos_options", "uuid")


QOS_OPTION = record(
    {**dict.fromkeys(("qos", "uuid"), UUID_TEXT), "is_default": TRUTH, "qos_name": TEXT}
)


class NestedPartitionOutput(Output):
    """A partition, within its offering."""

    class Meta:
        model = OfferingPartition
        fields: tuple[str, ...] = (*SETTINGS, "qos_options", "uuid")

    # Which qualities a partition offers is the site's own; the one that it has by name is `qos`.
    qos_options = Computed(fn=list, output=JsonField(list_of(QOS_OPTION)))


class OfferingPartitionOutput(NestedPartitionOutput):
    """A partition of an offering."""

    class Meta:
        model = OfferingPartition
        fields = (*SETTINGS, *ITS_OWN)
        always = (*ITS_OWN, "partition_name")

    offering = UuidField(source="offering.uuid")
    offering_name = serializers.CharField(source="offering.name")


class PartitionName(serializers.RegexField):
    """A name that Slurm can have: nothing else reaches a site's command line."""

    def __init__(self, **kwargs: Any) -> None:
        """Take DRF's arguments; the pattern is that of the agent's Slurm plugin."""
        super().__init__(
            r"^[A-Za-z0-9_-]+\Z",
            max_length=255,
            error_messages={"invalid": "Enter a valid value."},
            **kwargs,
        )


class OfferingPartitionInput(Columns):
    """A new partition; `offering` is the one in the address."""

    class Meta(Input.Meta):
        model = OfferingPartition
        fields: ClassVar[tuple[str, ...]] = (*SETTINGS, "offering")

    offering = serializers.UUIDField()
    partition_name = PartitionName()

    def validate_offering(self, value: UUID) -> UUID:
        """Refuse another offering than the address names."""
        here: Offering = self.context["offering"]
        if value != here.uuid:
            raise serializers.ValidationError("This is not the offering of the address.")
        return value

    def validate(self, attrs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the partition's own settings."""
        return {name: value for name, value in attrs.items() if name != "offering"}


class OfferingPartitionUpdateInput(Columns):
    """What changes about a partition; `partition_uuid` says which one."""

    class Meta(Input.Meta):
        model = OfferingPartition
        fields: ClassVar[tuple[str, ...]] = (*SETTINGS, "partition_uuid")
        required: ClassVar[tuple[str, ...]] = ("partition_name", "partition_uuid")

    partition_name = PartitionName()
    partition_uuid = serializers.UUIDField()

    def validate(self, attrs: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse a change that does not say of which partition, though any other part may be."""
        if "partition_uuid" not in attrs:
            raise serializers.ValidationError({"partition_uuid": ["This field is required."]})
        return dict(attrs)


class RemovePartitionInput(Input):
    """The partition to remove."""

    partition_uuid = serializers.UUIDField()
