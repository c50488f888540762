"""Pages of site agents: which are alive, what they do, and what failed last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from allocations.agents import FAILURES, AgentType, compatibility, state_of
from allocations.models import (
    AgentIdentity,
    AgentLog,
    AgentProcessor,
    AgentService,
    EventConsumer,
    EventSubscription,
)
from allocations.services import agent_removal
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

ONLY_SERVED = admin.RelatedOnlyFieldListFilter
"""Offers the offerings that agents serve: there may be hundreds of others."""


class SeenFilter(AgeFilter):
    """How long ago the rows were last seen."""

    title = "last seen"
    parameter_name = "seen"
    column = "last_seen"


class RunFilter(AgeFilter):
    """How long ago the rows last ran."""

    title = "last run"
    parameter_name = "ran"
    column = "last_run"


class SilentFilter(admin.SimpleListFilter):
    """What was done for an offering lately, and is not any more."""

    title = "silence"
    parameter_name = "silent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("yes", "Fell silent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what fell silent."""
        if self.value() != "yes":
            return queryset
        silent = AgentService.objects.silent(timezone.now())
        return queryset.filter(pk__in=silent.values("pk"))


@admin.display(description="last seen", ordering="last_seen")
def seen(row: Any) -> str:
    """Return how long ago a row was last seen."""
    return format_html(
        '<span title="{}">{} ago</span>', row.last_seen.isoformat(), columns.age(row.last_seen)
    )


def _state(service: AgentService) -> str:
    return state_of(
        AgentType(service.agent_type),
        service.error,
        last_seen=service.last_seen,
        now=timezone.now(),
    )


@admin.display(description="state")
def state(service: AgentService) -> str:
    """Return how a service stands, as a coloured word."""
    return columns.badge(_state(service))


LOG = ("timestamp", columns.tinted("level"), "module", "message")

SERVICES = RelatedTable(
    "Services", AgentService, ("name", state, "agent_type", seen, "error"), by="identity", limit=20
)
FAILED = RelatedTable(
    "What failed last",
    AgentLog,
    LOG,
    by="identity",
    only={"level__in": sorted(FAILURES)},
    order=("-timestamp", "-pk"),
    empty="No line of its log tells of an error.",
)
LINES = RelatedTable(
    "Its log",
    AgentLog,
    LOG,
    by="identity",
    order=("-timestamp", "-pk"),
    empty="It sends nothing of its log.",
)


@admin.register(AgentIdentity)
class AgentIdentityAdmin(RecordAdmin):
    """Site agents."""

    list_display = (columns.of("offering.name", "offering"), "says", seen, "does", "failed", "name")
    list_filter = (SeenFilter, "version", ("offering", ONLY_SERVED))
    list_select_related = ("offering",)
    search_fields = ("name", "version", "offering__name")
    search_help_text = "Agent, version or offering; or the UUID of one of them"
    uuids = ("uuid", "offering__uuid")
    date_hierarchy = "last_seen"
    ordering = ("-last_seen", "-id")
    fieldsets = (
        section(None, "name", "offering", "says", seen, "does", "failed"),
        section("Record", "uuid", "created_by", "created", "last_seen", "last_restarted"),
        section(
            "What it told of itself",
            columns.pretty("dependencies"),
            "config_file_path",
            columns.paragraphs("config_file_content"),
            folded=True,
        ),
    )
    related_tables = (
        SERVICES,
        FAILED,
        LINES,
        RelatedTable("Queues", EventConsumer, ("queue_name", "user", "created"), by="identity"),
        RelatedTable(
            "Subscriptions", EventSubscription, ("object_type", "user", "created"), by="identity"
        ),
        ABOUT_THIS,
    )
    staff_actions = (
        StaffAction(
            "remove",
            "Forget",
            "Forgotten",
            explained(agent_removal.remove),
            explanation="With its services, log and queues. If it still runs, it comes back.",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgentIdentity]:
        """Add the services, and the last line of the log that tells of an error."""
        failures = AgentLog.objects.filter(identity=OuterRef("pk"), level__in=sorted(FAILURES))
        latest = failures.order_by("-timestamp", "-pk")
        found: QuerySet[AgentIdentity] = (
            super()
            .get_queryset(request)
            .prefetch_related("services")
            .annotate(
                failure=Subquery(latest.values("message")[:1]),
                failed_at=Subquery(latest.values("timestamp")[:1]),
            )
        )
        return found

    def title_of(self, row: AgentIdentity) -> str:
        """Return which agent it is, and for what."""
        return f"{row.name} for {row.offering.name}"

    @admin.display(description="version", ordering="version")
    def says(self, identity: AgentIdentity) -> str:
        """Return the agent's version, and whether it can work with this service."""
        found = compatibility(identity.version)
        mark = "" if found["status"] == "compatible" else f" ({found['status']})"
        return f"{identity.version or 'unknown'}{mark}"

    @admin.display(description="services")
    def does(self, identity: AgentIdentity) -> str:
        """Return the services and how they stand."""
        services = sorted(identity.services.all(), key=lambda service: service.name)
        lines = ((service.name, columns.badge(_state(service))) for service in services)
        return format_html_join("", "<div>{} {}</div>", lines) or columns.EMPTY

    @admin.display(description="failed last", ordering="failed_at")
    def failed(self, identity: Any) -> str:
        """Return the last line of its log that tells of an error, and how old it is."""
        if identity.failed_at is None:
            return columns.EMPTY
        return f"{identity.failure[:120]} ({columns.age(identity.failed_at)} ago)"


@admin.register(AgentService)
class AgentServiceAdmin(RecordAdmin):
    """What agents do."""

    list_display = (
        "name",
        state,
        "agent_type",
        columns.of("identity.offering.name", "offering"),
        seen,
        "error",
    )
    list_filter = (SilentFilter, "agent_type", SeenFilter, ("identity__offering", ONLY_SERVED))
    list_select_related = ("identity__offering",)
    search_fields = ("name", "mode", "identity__name", "identity__offering__name", "error")
    search_help_text = "Service, agent, offering or error; or the UUID of one of them"
    uuids = ("uuid", "identity__uuid", "identity__offering__uuid")
    date_hierarchy = "last_seen"
    ordering = ("-last_seen", "-id")
    fieldsets = (
        section(None, "identity", "name", state, "agent_type", "mode", seen, "error"),
        section("Statistics", columns.pretty("statistics")),
        section("Record", "uuid", "created", "modified", "last_seen"),
    )
    related_tables = (
        RelatedTable(
            "Processors",
            AgentProcessor,
            ("name", "backend_type", "backend_version", "last_run"),
            by="service",
        ),
        ABOUT_THIS,
    )
    staff_actions = (
        StaffAction(
            "remove",
            "Forget",
            "Forgotten",
            explained(agent_removal.remove_service),
            explanation="With its processors. If it still runs, it comes back.",
        ),
    )

    def title_of(self, row: AgentService) -> str:
        """Return what is done for which offering."""
        return f"{row.name} for {row.identity.offering.name}"


@admin.register(AgentProcessor)
class AgentProcessorAdmin(RecordAdmin):
    """What the services of agents work with."""

    list_display = (
        "name",
        "backend_type",
        "backend_version",
        columns.of("service.identity.offering.name", "offering"),
        "last_run",
    )
    list_filter = ("backend_type", RunFilter, ("service__identity__offering", ONLY_SERVED))
    list_select_related = ("service__identity__offering",)
    search_fields = ("name", "backend_type", "service__name", "service__identity__offering__name")
    search_help_text = "Processor, backend, service or offering; or the UUID of one of them"
    uuids = ("uuid", "service__uuid", "service__identity__offering__uuid")
    date_hierarchy = "last_run"
    ordering = ("-last_run", "-id")
    fieldsets = (
        section(None, "service", "name", "backend_type", "backend_version", "last_run"),
        section("Record", "uuid", "created", "modified"),
    )
    related_tables = (ABOUT_THIS,)

    def title_of(self, row: AgentProcessor) -> str:
        """Return what works for which offering."""
        return f"{row.name} for {row.service.identity.offering.name}"


@admin.register(AgentLog)
class AgentLogAdmin(RecordAdmin):
    """Lines of agents' logs."""

    list_display = (
        "timestamp",
        columns.tinted("level"),
        columns.of("identity.offering.name", "offering"),
        "module",
        "beginning",
    )
    list_filter = ("level", AgeFilter, ("identity__offering", ONLY_SERVED))
    list_select_related = ("identity__offering",)
    search_fields = ("message", "module", "identity__name", "identity__offering__name")
    search_help_text = "Message, module, agent or offering; or the UUID of line, agent or offering"
    uuids = ("uuid", "identity__uuid", "identity__offering__uuid")
    date_hierarchy = "timestamp"
    ordering = ("-timestamp", "-id")
    fieldsets = (
        section(None, "timestamp", columns.tinted("level"), "identity", "module"),
        section("Message", columns.paragraphs("message")),
        section("Record", "uuid", "created"),
    )

    @admin.display(description="message")
    def beginning(self, line: AgentLog) -> str:
        """Return the beginning of the message."""
        return line.message[:160] or columns.EMPTY

    def title_of(self, row: AgentLog) -> str:
        """Return how serious it is, and from whom."""
        return f"{row.level} of {row.identity.name}"
