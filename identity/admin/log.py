"""Pages of the log: what happened, who was told, and which requests were answered already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.reasons import explained
from identity.models import Event, EventDelivery, IdempotencyKey, TaskFailure, UsedSlug
from identity.services import outbox

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

SUBJECTS = {
    "access_mode": "marketplace_accessmode",
    "account": "allocations_offeringuser",
    "agent": "allocations_agentidentity",
    "agent_processor": "allocations_agentprocessor",
    "agent_service": "allocations_agentservice",
    "api_key": "allocations_resourceapikey",
    "attribute_config": "allocations_userattributeconfig",
    "backend_resource": "allocations_backendresource",
    "category": "marketplace_category",
    "category_group": "marketplace_categorygroup",
    "component": "marketplace_offeringcomponent",
    "consent": "marketplace_consent",
    "course_account": "allocations_courseaccount",
    "customer": "identity_customer",
    "email_confirmation": "identity_emailconfirmation",
    "email_hook": "notifications_hook",
    "event": "identity_event",
    "grant": "identity_grant",
    "import": "allocations_backendresourcerequest",
    "key": "identity_sshkey",
    "message": "allocations_queuemessage",
    "message_queue": "allocations_messagequeue",
    "offering": "marketplace_offering",
    "order": "marketplace_order",
    "organization_group": "identity_organizationgroup",
    "partition": "marketplace_offeringpartition",
    "plan": "marketplace_plan",
    "policy": "accounting_slurmperiodicusagepolicy",
    "project": "identity_project",
    "provider": "marketplace_serviceprovider",
    "provision": "allocations_provision",
    "queue": "allocations_eventconsumer",
    "resource": "marketplace_resource",
    "science_domain": "identity_sciencedomain",
    "science_sub_domain": "identity_sciencesubdomain",
    "service_account": "allocations_projectserviceaccount",
    "subscription": "allocations_eventsubscription",
    "subscription_queue": "allocations_eventsubscriptionqueue",
    "terms": "marketplace_termsofservice",
    "token": "identity_token",
    "usage": "accounting_componentusage",
    "user": "identity_user",
    "user_limit": "accounting_componentuserusagelimit",
    "user_usage": "accounting_componentuserusage",
    "web_hook": "notifications_hook",
}
"""The pages of what events are about, those of the apps above included."""

OF_CUSTOMERS = {"service_account": "allocations_customerserviceaccount"}
"""The pages of what belongs to an organisation, where it might have been a project."""


class SubjectFilter(admin.SimpleListFilter):
    """What the events are about; a fixed list, since asking the log for it takes long."""

    title = "subject"
    parameter_name = "subject_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [(subject, subject) for subject in SUBJECTS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the events about the chosen kind of thing."""
        return queryset.filter(subject_type=self.value()) if self.value() else queryset


class DispatchFilter(admin.SimpleListFilter):
    """Whether the dispatcher has seen the events."""

    title = "dispatch"
    parameter_name = "dispatched"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("no", "Not dispatched yet"), ("yes", "Dispatched")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the events that were dispatched, or were not."""
        if self.value() not in {"no", "yes"}:
            return queryset
        return queryset.filter(dispatched_at__isnull=self.value() == "no")


@admin.register(Event)
class EventAdmin(RecordAdmin):
    """What happened: written by the services, changed by nobody."""

    list_display = ("created", "kind", "about", "step", columns.person("actor"), "told")
    list_filter = (SubjectFilter, DispatchFilter, AgeFilter)
    list_select_related = ("actor",)
    search_fields = ("kind", "message", "actor__username", "actor__email")
    search_help_text = "Kind, message, actor, or the UUID of what it happened to"
    uuids = ("uuid", "subject_uuid", "resource_uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "kind", "about", "step", "actor", "message", "created"),
        section("Belongs to", "customer", "project", "provider", "resource_uuid"),
        section("Details", columns.pretty("payload")),
        section("Dispatch", "uuid", "sequence", "dispatched_at"),
    )
    related_tables = (
        RelatedTable(
            "Deliveries",
            EventDelivery,
            ("subscriber", "attempts", "delivered_at", "dead", "next_attempt_at", "last_error"),
            by="event",
            empty="Nobody listens to this, or the dispatcher has not seen it yet.",
        ),
    )

    def title_of(self, row: Event) -> str:
        """Return what happened, and when."""
        return f"{row.kind} at {row.created:%Y-%m-%d %H:%M}"

    @admin.display(description="about", ordering="subject_type")
    def about(self, event: Event) -> str:
        """Return a link to what it happened to."""
        is_customers = event.payload.get("scope_type") == "customer"
        name = is_customers and OF_CUSTOMERS.get(event.subject_type)
        name = name or SUBJECTS.get(event.subject_type)
        label = f"{event.subject_type} {event.subject_uuid.hex[:8]}"
        if name is None:
            return label
        address = f"{reverse(f'admin:{name}_changelist')}?uuid__exact={event.subject_uuid.hex}"
        return format_html('<a href="{}">{}</a>', address, label)

    @admin.display(description="step")
    def step(self, event: Event) -> str:
        """Return the states before and after."""
        if not event.target:
            return columns.EMPTY
        after = columns.badge(event.target)
        return format_html("{} → {}", event.source, after) if event.source else after

    @admin.display(description="message and reason")
    def told(self, event: Event) -> str:
        """Return what the event says, and the reason that was given."""
        reason = event.payload.get("reason") or ""
        if not reason or reason == event.message:
            return event.message or columns.EMPTY
        return format_html("{} <q>{}</q>", event.message, reason)


ABOUT_THIS = RelatedTable(
    "What happened",
    Event,
    ("created", "kind", "step", columns.person("actor"), "told"),
    by="subject_uuid",
    value="uuid",
    joined=("actor",),
    empty="Nothing is recorded.",
)
"""The last events about a row: its history."""


def _title(delivery: EventDelivery) -> str:
    return f"{delivery.event.kind} to {delivery.subscriber}"


def _is_dead(delivery: EventDelivery) -> bool:
    return delivery.dead


@admin.register(EventDelivery)
class EventDeliveryAdmin(RecordAdmin):
    """Who is to be told of an event, and how that went."""

    list_display = (
        "id",
        "what",
        "subscriber",
        "attempts",
        "next_attempt_at",
        "delivered_at",
        "dead",
    )
    list_filter = ("dead", ("delivered_at", admin.EmptyFieldListFilter))
    list_select_related = ("event",)
    search_fields = ("subscriber", "event__kind", "last_error")
    search_help_text = "Subscriber, kind or error; or the UUID of the event or of its subject"
    uuids = ("event__uuid", "event__subject_uuid")
    date_hierarchy = "next_attempt_at"
    ordering = ("-id",)
    fieldsets = (
        section(None, "event", "subscriber", "attempts", "dead"),
        section("Times", "next_attempt_at", "claimed_until", "delivered_at"),
        section("Error", columns.paragraphs("last_error")),
    )
    staff_actions = (
        StaffAction(
            "try_again",
            "Deliver again",
            "Will be delivered again",
            explained(outbox.revive),
            when=_is_dead,
            explanation="A delivery that was given up is tried again, from the first attempt on.",
        ),
    )

    @admin.display(description="event", ordering="event__kind")
    def what(self, delivery: EventDelivery) -> str:
        """Return the kind of the event."""
        return delivery.event.kind

    def title_of(self, row: EventDelivery) -> str:
        """Return what goes to whom."""
        return _title(row)


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(RecordAdmin):
    """Requests that were answered; the answers themselves are their senders' business."""

    list_display = ("key", "user", "status", "created")
    list_filter = ("status",)
    list_select_related = ("user",)
    search_fields = ("key", "user__username", "user__email")
    uuids = ()
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (section(None, "key", "user", "status", "created"),)


@admin.register(TaskFailure)
class TaskFailureAdmin(RecordAdmin):
    """Rows that periodic tasks fail on; a run that goes well takes them away."""

    list_display = ("task", "subject", "since", "failed_at", "times", "error")
    list_filter = ("task",)
    search_fields = ("task", "subject", "error")
    uuids = ()
    date_hierarchy = "since"
    ordering = ("-since", "-id")
    fieldsets = (
        section(None, "task", "subject", "since", "failed_at", "times"),
        section("Error", columns.paragraphs("error"), columns.paragraphs("traceback")),
    )


@admin.register(UsedSlug)
class UsedSlugAdmin(RecordAdmin):
    """Short names that were ever given, and to which row: none is given a second time."""

    list_display = ("slug", "kind", "owner")
    list_filter = ("kind",)
    search_fields = ("slug",)
    uuids = ("owner",)
    ordering = ("kind", "slug")
    fieldsets = (section(None, "slug", "kind", "owner"),)
