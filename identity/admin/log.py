"""Pages of the log: what happened, who was told, and which requests were answered already."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity import event_types
from identity.admin.reasons import explained
from identity.models import (
    Event,
    EventDelivery,
    EventSubject,
    IdempotencyKey,
    TaskFailure,
    UsedSlug,
)
from identity.services import outbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest


@cache
def pages() -> Mapping[str, tuple[type[EventSubject], ...]]:
    """Return for each noun of events the models, of all apps, whose pages show what it names."""
    found: dict[str, tuple[type[EventSubject], ...]] = {}
    for model in apps.get_models():
        if issubclass(model, EventSubject) and not model._meta.proxy:
            for noun in model.event_nouns:
                found[noun] = (*found.get(noun, ()), model)
    return found


def page_of(event: Event) -> str | None:
    """Return the address of the page of what an event happened to."""
    # What a resource has used happens to the resource.
    is_resource = event.subject_uuid == event.resource_uuid
    models = pages().get("resource" if is_resource else event.subject_type)
    if not models:
        return None
    # An account of a program is a project's or an organisation's.
    owner = event.payload.get("scope_type")
    model = next((model for model in models if hasattr(model, str(owner))), models[0])
    listed = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{listed}?uuid__exact={event.subject_uuid.hex}"


class SubjectFilter(admin.SimpleListFilter):
    """What the events are about; a fixed list, since asking the log for it takes long."""

    title = "subject"
    parameter_name = "subject_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [(noun, noun) for noun in sorted(event_types.catalogue().nouns)]

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

    list_display = (
        "created",
        "kind",
        "about",
        "step",
        columns.person("actor"),
        "message_and_reason",
    )
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
            ("handler", "attempts", "delivered_at", "dead", "next_attempt_at", "last_error"),
            by="event",
            empty="Nothing acts on this, or the dispatcher has not seen it yet.",
        ),
    )

    def title_of(self, row: Event) -> str:
        """Return what happened, and when."""
        return f"{row.kind} at {row.created:%Y-%m-%d %H:%M}"

    @admin.display(description="about", ordering="subject_type")
    def about(self, event: Event) -> str:
        """Return a link to what it happened to."""
        label = f"{event.subject_type} {event.subject_uuid.hex[:8]}"
        address = page_of(event)
        return format_html('<a href="{}">{}</a>', address, label) if address else label

    @admin.display(description="step")
    def step(self, event: Event) -> str:
        """Return the states before and after."""
        if not event.target:
            return columns.EMPTY
        after = columns.badge(event.target)
        return format_html("{} → {}", event.source, after) if event.source else after

    @admin.display(description="message and reason")
    def message_and_reason(self, event: Event) -> str:
        """Return what the event says, and the reason that was given."""
        reason = event.payload.get("reason") or ""
        if not reason or reason == event.message:
            return event.message or columns.EMPTY
        return format_html("{} <q>{}</q>", event.message, reason)


ABOUT_THIS = RelatedTable(
    "What happened",
    Event,
    ("created", "kind", "step", columns.person("actor"), "message_and_reason"),
    by="subject_uuid",
    value="uuid",
    joined=("actor",),
    empty="Nothing is recorded.",
)
"""The last events about a row: its history."""


def _title(delivery: EventDelivery) -> str:
    return f"{delivery.event.kind} to {delivery.handler}"


def _is_dead(delivery: EventDelivery) -> bool:
    return delivery.dead


@admin.register(EventDelivery)
class EventDeliveryAdmin(RecordAdmin):
    """What is to act on an event, and how that went."""

    list_display = (
        "id",
        "what",
        "handler",
        "attempts",
        "next_attempt_at",
        "delivered_at",
        "dead",
    )
    list_filter = ("dead", ("delivered_at", admin.EmptyFieldListFilter))
    list_select_related = ("event",)
    search_fields = ("handler", "event__kind", "last_error")
    search_help_text = "Handler, kind or error; or the UUID of the event or of its subject"
    uuids = ("event__uuid", "event__subject_uuid")
    date_hierarchy = "next_attempt_at"
    ordering = ("-id",)
    fieldsets = (
        section(None, "event", "handler", "attempts", "dead"),
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
        """Return which event, and what acts on it."""
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
