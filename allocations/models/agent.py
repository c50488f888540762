"""Site agents: the programs of Hosting Entities that come for orders, members and usage."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from allocations.agents import AgentType, LogLevel
from allocations.querysets import (
    AgentIdentityQuerySet,
    AgentLogQuerySet,
    AgentProcessorQuerySet,
    AgentServiceQuerySet,
)
from common.json_column import JsonColumn
from common.models import Timestamped, UuidModel, choices, one_of, text
from identity.event_scope import EventScope
from identity.models import EventSubject, User
from marketplace.models import Offering


class AgentIdentity(EventSubject, Timestamped):
    """An agent that serves an offering, as it introduces itself.

    `last_restarted` is what it says; agents of 1.0 say it anew in every round. `last_seen` is when
    it last registered itself or one of its parts, or sent lines of its log.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("agent",)

    offering = models.ForeignKey(
        Offering, on_delete=models.CASCADE, related_name="agent_identities"
    )
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=255)
    version = text(length=100)
    dependencies = JsonColumn(default=list, blank=True)
    config_file_path = text()
    config_file_content = text(long=True)
    last_restarted = models.DateTimeField()
    last_seen = models.DateTimeField(db_index=True)

    objects = AgentIdentityQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["offering", "name"], name="an_agent_name_once_per_offering"
            ),
        )
        indexes = (models.Index(fields=["name"], name="agent_by_name"),)
        verbose_name = "site agent"

    def __str__(self) -> str:
        return self.name

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()


class AgentService(EventSubject, Timestamped):
    """One thing that an agent does, such as carrying out orders.

    How it stands (`state`) is not stored: it follows from when it was seen and from `error`, which
    is what its statistics said under that key.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("agent_service",)

    identity = models.ForeignKey(AgentIdentity, on_delete=models.CASCADE, related_name="services")
    name = models.CharField(max_length=255)
    mode = text(length=100)
    agent_type = models.CharField(max_length=20, choices=choices(AgentType))
    statistics = JsonColumn(default=dict, blank=True)
    error = text(long=True)
    last_seen = models.DateTimeField(db_index=True)

    objects = AgentServiceQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("agent_type", AgentType, "agent_service_type"),
            models.UniqueConstraint(
                fields=["identity", "name"], name="a_service_name_once_per_agent"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def event_scope(self) -> EventScope:
        """Return the scope of its agent."""
        return self.identity.event_scope()


class AgentProcessor(EventSubject, Timestamped):
    """What a service of an agent works with: a class of the agent and the site's backend."""

    event_nouns: ClassVar[tuple[str, ...]] = ("agent_processor",)

    service = models.ForeignKey(AgentService, on_delete=models.CASCADE, related_name="processors")
    name = models.CharField(max_length=255)
    backend_type = models.CharField(max_length=255)
    backend_version = text(length=100)
    last_run = models.DateTimeField(db_index=True)

    objects = AgentProcessorQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["service", "name"], name="a_processor_name_once_per_service"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def event_scope(self) -> EventScope:
        """Return the scope of its agent."""
        return self.service.event_scope()


class AgentLog(UuidModel):
    """A line of an agent's log; `timestamp` is when the agent wrote it, by its own clock."""

    identity = models.ForeignKey(AgentIdentity, on_delete=models.CASCADE, related_name="logs")
    timestamp = models.DateTimeField()
    level = models.CharField(max_length=10, choices=choices(LogLevel))
    message = text(long=True)
    module = text()
    created = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    objects = AgentLogQuerySet.as_manager()

    class Meta:
        constraints = (one_of("level", LogLevel, "agent_log_level"),)
        indexes = (
            models.Index(fields=["identity", "-timestamp", "-id"], name="agent_log_latest"),
            models.Index(
                fields=["identity", "-timestamp"],
                name="agent_log_failures",
                condition=models.Q(level__in=["ERROR", "CRITICAL"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.level} {self.message[:60]}"
