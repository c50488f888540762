"""Pages of subscriptions to changes, and of the queues that carry them."""

from __future__ import annotations

from django.contrib import admin

from allocations.models import EventConsumer, EventSubscription, EventSubscriptionQueue
from allocations.services import subscriptions
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained

AT_THE_BROKER = (
    columns.of("queue_name", "queue"),
    columns.of("vhost", "virtual host"),
    columns.of("topic", "topic"),
)


@admin.register(EventConsumer)
class EventConsumerAdmin(RecordAdmin):
    """The one queue of each agent that takes everything from one."""

    list_display = (
        "queue_name",
        columns.of("identity.offering.name", "offering"),
        columns.person("user"),
        "object_types",
        "modified",
    )
    list_filter = (AgeFilter, "identity__offering")
    list_select_related = ("user", "identity__offering")
    search_fields = ("user__username", "identity__name", "identity__offering__name")
    search_help_text = "Person, agent or offering; or the UUID of one of them or of the queue"
    uuids = ("uuid", "user__uuid", "identity__uuid", "identity__offering__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "identity", "user", "object_types"),
        section(
            "At the broker",
            *AT_THE_BROKER,
            columns.of("rmq_username", "user name"),
            "protocol",
            "token",
        ),
        section("Record", "uuid", "created", "modified"),
    )
    related_tables = (ABOUT_THIS,)

    def title_of(self, row: EventConsumer) -> str:
        """Return which queue it is."""
        return row.queue_name


@admin.register(EventSubscription)
class EventSubscriptionAdmin(RecordAdmin):
    """Who wants to be told of what."""

    list_display = (
        columns.person("user"),
        "object_type",
        "description",
        "identity",
        "source_ip",
        "created",
    )
    list_filter = (AgeFilter, "object_type")
    list_select_related = ("user", "identity")
    search_fields = ("user__username", "user__email", "description", "identity__name")
    search_help_text = "Person, e-mail, description or agent; or the UUID of one of them"
    uuids = ("uuid", "user__uuid", "identity__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "user", "identity", "description", columns.pretty("observable_objects")),
        section("At the broker", columns.of("rmq_username", "user name"), "protocol", "token"),
        section("Record", "uuid", "source_ip", "created", "modified"),
    )
    related_tables = (
        RelatedTable(
            "Queues",
            EventSubscriptionQueue,
            ("object_type", "offering", "created"),
            by="event_subscription",
        ),
        ABOUT_THIS,
    )
    staff_actions = (
        StaffAction(
            "end",
            "End",
            "Ended",
            explained(subscriptions.unsubscribe),
            explanation="With its queues.",
        ),
    )

    def title_of(self, row: EventSubscription) -> str:
        """Return whose it is."""
        return f"{row.description or 'subscription'} of {row.user}"


@admin.register(EventSubscriptionQueue)
class EventSubscriptionQueueAdmin(RecordAdmin):
    """The queues of subscriptions."""

    list_display = (
        "object_type",
        columns.of("offering.name", "offering"),
        columns.of("event_subscription.user", "user"),
        "created",
    )
    list_filter = (AgeFilter, "object_type", "offering")
    list_select_related = ("event_subscription__user", "offering")
    search_fields = ("event_subscription__user__username", "offering__name", "object_type")
    search_help_text = "Person, offering or type; or the UUID of queue, subscription or offering"
    uuids = ("uuid", "event_subscription__uuid", "offering__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "event_subscription", "offering", "object_type"),
        section("At the broker", *AT_THE_BROKER),
        section("Record", "uuid", "created"),
    )
    related_tables = (ABOUT_THIS,)

    def title_of(self, row: EventSubscriptionQueue) -> str:
        """Return which queue it is."""
        return row.queue_name
