"""Pages of what waits for subscribers, and of what they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Count, Min, Q

from allocations.models import MessageQueue, QueueMessage
from allocations.services import queues
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest


class WaitingFilter(admin.SimpleListFilter):
    """Whether messages wait in a queue."""

    title = "messages"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("yes", "Waiting"), ("failing", "Waiting after a failure")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the queues with messages that have not left."""
        if self.value() == "failing":
            return queryset.filter(failures__gt=0)
        return queryset.with_work() if self.value() == "yes" else queryset


@admin.register(MessageQueue)
class MessageQueueAdmin(RecordAdmin):
    """What waits for each subscriber, since when, and what keeps it."""

    list_display = (
        "queue",
        columns.of("subscriber.user", "subscriber"),
        columns.of("offering.name", "offering"),
        "waiting",
        "oldest",
        "failures",
        "next_attempt_at",
        "last_published_at",
    )
    list_filter = (WaitingFilter,)
    list_select_related = (
        "consumer__user",
        "consumer__identity__offering",
        "subscription_queue__event_subscription__user",
        "subscription_queue__offering",
    )
    search_fields = (
        "consumer__user__username",
        "consumer__identity__name",
        "subscription_queue__event_subscription__user__username",
        "last_error",
    )
    search_help_text = "Person, agent or error; or the UUID of the consumer or subscription"
    uuids = ("uuid", "consumer__uuid", "subscription_queue__event_subscription__uuid")
    date_hierarchy = "next_attempt_at"
    ordering = ("-id",)
    fieldsets = (
        section(None, "consumer", "subscription_queue", "waiting", "oldest"),
        section("At the broker", columns.of("name", "queue"), "declared_at", "last_published_at"),
        section("Attempts", "failures", "next_attempt_at", "claimed_until"),
        section("Error", columns.paragraphs("last_error")),
    )
    related_tables = (
        RelatedTable(
            "Messages",
            QueueMessage,
            ("id", "created", "object_type", "object_uuid", "published_at"),
            by="queue",
            empty="Nothing was to be told yet.",
        ),
    )
    staff_actions = (
        StaffAction(
            "declare_anew",
            "Declare anew",
            "Will be declared anew",
            explained(queues.ask_to_declare),
            explanation="The broker is told again of the queue and of its subscriber's login.",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageQueue]:
        """Count what waits."""
        waiting = Q(messages__published_at__isnull=True)
        rows: QuerySet[MessageQueue] = super().get_queryset(request)
        return rows.annotate(
            waiting_now=Count("messages", filter=waiting),
            oldest_waiting=Min("messages__created", filter=waiting),
        )

    @admin.display(description="queue")
    def queue(self, row: MessageQueue) -> str:
        """Return its name at the broker."""
        return row.name

    @admin.display(description="waiting", ordering="waiting_now")
    def waiting(self, row: Any) -> int:
        """Return how many messages have not left."""
        found: int = row.waiting_now
        return found

    @admin.display(description="oldest since", ordering="oldest_waiting")
    def oldest(self, row: Any) -> datetime | None:
        """Return since when the oldest of them waits."""
        found: datetime | None = row.oldest_waiting
        return found

    def title_of(self, row: MessageQueue) -> str:
        """Return which queue it is."""
        return row.name


@admin.register(QueueMessage)
class QueueMessageAdmin(RecordAdmin):
    """What subscribers were told, and what they are still to be told."""

    list_display = ("id", "object_type", "object_uuid", "queue_id", "created", "published_at")
    list_filter = (("published_at", admin.EmptyFieldListFilter), "object_type", AgeFilter)
    list_select_related = ("event",)
    search_fields = ("object_type", "event__kind")
    search_help_text = "Type or kind of event; or the UUID of what it is about or of the event"
    uuids = ("uuid", "object_uuid", "event__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "queue", "event", "object_type", "object_uuid", columns.pretty("body")),
        section("Record", "uuid", "created", "published_at"),
    )
    related_tables = (ABOUT_THIS,)

    def title_of(self, row: QueueMessage) -> str:
        """Return what it is about."""
        return str(row)
