"""Partitions of offerings: the queues of a cluster in which an allocation's jobs run."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from common.models import Timestamped, text
from identity.event_scope import EventScope
from identity.models import EventSubject
from marketplace.models.offering import Offering


def number(meaning: str) -> Any:
    """Return a column for a setting that the site may leave open."""
    return models.PositiveIntegerField(null=True, blank=True, help_text=meaning)


class OfferingPartition(EventSubject, Timestamped):
    """A Slurm partition of an offering, with the settings that its users want to know.

    Memory is in MB, times are in minutes, but the grace time, which is in seconds.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("partition",)

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="partitions")
    partition_name = models.CharField(max_length=255)
    cpu_arch = text()
    gpu_arch = text()
    cpu_bind = number("Task binding, as Slurm codes it")
    def_cpu_per_gpu = number("CPUs per GPU, by default")
    max_cpus_per_node = number("CPUs per node, at most")
    max_cpus_per_socket = number("CPUs per socket, at most")
    def_mem_per_cpu = number("MB per CPU, by default")
    def_mem_per_gpu = number("MB per GPU, by default")
    def_mem_per_node = number("MB per node, by default")
    max_mem_per_cpu = number("MB per CPU, at most")
    max_mem_per_node = number("MB per node, at most")
    default_time = number("Minutes, by default")
    max_time = number("Minutes, at most")
    grace_time = number("Seconds before a job is pre-empted")
    max_nodes = number("Nodes per job, at most")
    min_nodes = number("Nodes per job, at least")
    exclusive_topo = models.BooleanField(default=False)
    exclusive_user = models.BooleanField(default=False)
    priority_tier = number("The higher one is scheduled first")
    qos = text()
    req_resv = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["offering", "partition_name"], name="a_partition_once_per_offering"
            ),
            models.CheckConstraint(
                name="partition_nodes",
                condition=Q(min_nodes__isnull=True)
                | Q(max_nodes__isnull=True)
                | Q(min_nodes__lte=F("max_nodes")),
                violation_error_message="Must not be greater than max_nodes.",
            ),
        )

    def __str__(self) -> str:
        return self.partition_name

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()
