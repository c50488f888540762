"""Pages of the partitions of offerings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import removal
from marketplace.models import OfferingPartition
from marketplace.services import partitions

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

WHAT = ("partition_name", "qos", "priority_tier", "cpu_arch", "gpu_arch", "cpu_bind")
TIMES = ("default_time", "max_time", "grace_time")
NODES = ("min_nodes", "max_nodes")
CPUS = ("def_cpu_per_gpu", "max_cpus_per_node", "max_cpus_per_socket")
MEMORY = (
    "def_mem_per_cpu",
    "def_mem_per_gpu",
    "def_mem_per_node",
    "max_mem_per_cpu",
    "max_mem_per_node",
)
ACCESS = ("exclusive_topo", "exclusive_user", "req_resv")
SETTINGS = (*WHAT, *TIMES, *NODES, *CPUS, *MEMORY, *ACCESS)


def _remove(partition: OfferingPartition, *, actor: User, now: datetime) -> None:
    partitions.remove(partition.offering, partition.uuid, actor=actor, now=now)


@admin.register(OfferingPartition)
class OfferingPartitionAdmin(RecordAdmin):
    """The queues of clusters in which the jobs of allocations run."""

    list_display = (
        "partition_name",
        columns.of("offering.name", "offering"),
        "qos",
        "max_nodes",
        "max_time",
        "modified",
    )
    list_filter = (AgeFilter, "offering")
    list_select_related = ("offering",)
    search_fields = ("partition_name", "qos", "offering__name", "offering__slug")
    search_help_text = "Name, quality of service or offering; or the UUID of one of them"
    uuids = ("uuid", "offering__uuid")
    date_hierarchy = "modified"
    ordering = ("offering__name", "partition_name")
    autocomplete_fields = ("offering",)
    asked = ("offering", *SETTINGS)
    editable = SETTINGS
    fieldsets = (
        section(None, "offering", *WHAT),
        section("Times", *TIMES),
        section("Sizes", *NODES, *CPUS, *MEMORY),
        section("Access", *ACCESS),
        section("Record", "uuid", "created", "modified"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (removal(_remove),)

    def title_of(self, row: OfferingPartition) -> str:
        """Return which partition it is, and of what."""
        return f"{row.partition_name} of {row.offering.name}"

    def create(self, fields: dict[str, Any], *, actor: User, now: datetime) -> OfferingPartition:
        """Add a partition to its offering."""
        offering = fields.pop("offering")
        return partitions.add(offering, actor=actor, now=now, **fields)

    def change(
        self, row: OfferingPartition, changes: dict[str, Any], *, actor: User, now: datetime
    ) -> None:
        """Change how jobs are treated."""
        partitions.change(row.offering, row.uuid, actor=actor, now=now, **changes)
