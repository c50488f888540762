"""Pages of hooks: who is sent what, and how that went. The secrets are never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained
from notifications.models import Hook, HookAttempt, HookDelivery, HookPosition
from notifications.services import hook_replay, hooks

if TYPE_CHECKING:
    from datetime import datetime


def _is_active(hook: Hook) -> bool:
    return hook.is_active


def _is_off(hook: Hook) -> bool:
    return not hook.is_active


def _switch_off(hook: Hook, *, actor: Any, now: datetime) -> None:
    hooks.change(hook, actor=actor, now=now, wanted={"is_active": False})


def _switch_on(hook: Hook, *, actor: Any, now: datetime) -> None:
    hooks.change(hook, actor=actor, now=now, wanted={"is_active": True})


def _of_active_hook(delivery: HookDelivery) -> bool:
    return delivery.hook.is_active


@admin.register(Hook)
class HookAdmin(RecordAdmin):
    """Hooks of people and organisations; they are made through the API."""

    list_display = (
        "goes_to",
        "hook_type",
        columns.person("author"),
        "customer",
        "is_active",
        "last_published",
        "failures",
    )
    list_filter = (
        "hook_type",
        "is_active",
        AgeFilter,
        ("failing_since", admin.EmptyFieldListFilter),
    )
    list_select_related = ("author", "customer")
    search_fields = ("destination_url", "email", "author__username", "author__email")
    search_help_text = "Address, or person; or the UUID of the hook, the person or the organisation"
    uuids = ("uuid", "author__uuid", "customer__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "hook_type", "destination_url", "content_type", "email", "is_active"),
        section("Whose", "author", "customer", "created", "uuid"),
        section(
            "Which events",
            columns.pretty("event_types"),
            columns.pretty("event_kinds"),
            columns.pretty("event_groups"),
            columns.pretty("scopes"),
            "active_since",
        ),
        section(
            "How it goes",
            "last_published",
            "last_tried_at",
            "failures",
            "failing_since",
            "paused_until",
            "previous_until",
        ),
    )
    related_tables = (
        RelatedTable(
            "Deliveries",
            HookDelivery,
            ("what", "attempts", "next_attempt_at", "delivered_at", "dead", "last_error"),
            by="hook",
            order=("-sequence",),
            joined=("event",),
            empty="Nothing yet.",
        ),
        ABOUT_THIS,
    )
    staff_actions = (
        StaffAction(
            "switch_off", "Switch off", "Switched off", explained(_switch_off), when=_is_active
        ),
        StaffAction("switch_on", "Switch on", "Switched on", explained(_switch_on), when=_is_off),
        StaffAction(
            "replay_dead",
            "Send again what was given up",
            "Will be sent again",
            explained(hook_replay.replay_dead),
            when=_is_active,
        ),
    )

    def title_of(self, row: Hook) -> str:
        """Return where it goes, and whose it is."""
        return f"{row} of {row.customer or row.author}"

    @admin.display(description="goes to", ordering="destination_url")
    def goes_to(self, hook: Hook) -> str:
        """Return the address."""
        return str(hook)[:80]


@admin.register(HookDelivery)
class HookDeliveryAdmin(RecordAdmin):
    """Which event a hook is to be sent, and how that went."""

    list_display = (
        "id",
        "what",
        "hook",
        "attempts",
        "next_attempt_at",
        "delivered_at",
        "dead",
    )
    list_filter = ("dead", ("delivered_at", admin.EmptyFieldListFilter))
    list_select_related = ("event", "hook")
    search_fields = ("event__kind", "last_error", "hook__destination_url", "hook__email")
    search_help_text = "Kind, error or address; or the UUID of the event, its subject or the hook"
    uuids = ("event__uuid", "subject_uuid", "hook__uuid")
    date_hierarchy = "planned_at"
    ordering = ("-id",)
    fieldsets = (
        section(None, "event", "hook", "sequence", "attempts", "dead"),
        section("Times", "planned_at", "next_attempt_at", "claimed_until", "delivered_at"),
        section("Error", columns.paragraphs("last_error")),
    )
    related_tables = (
        RelatedTable(
            "Attempts",
            HookAttempt,
            ("started", "status", "latency_ms", "error", "answer"),
            by="delivery",
            empty="None yet.",
        ),
    )
    staff_actions = (
        StaffAction(
            "replay",
            "Send again",
            "Will be sent again",
            explained(hook_replay.replay_delivery),
            when=_of_active_hook,
            explanation="The event is sent again, whether the receiver took it before or not.",
        ),
    )

    @admin.display(description="event", ordering="event__kind")
    def what(self, delivery: HookDelivery) -> str:
        """Return the kind of the event."""
        return delivery.event.kind

    def title_of(self, row: HookDelivery) -> str:
        """Return what goes where."""
        return f"{row.event.kind} to {row.hook}"


@admin.register(HookAttempt)
class HookAttemptAdmin(RecordAdmin):
    """What receivers answered."""

    list_display = ("started", "delivery", "status", "latency_ms", "error")
    list_filter = ("status",)
    list_select_related = ("delivery",)
    search_fields = ("error", "answer")
    search_help_text = "Error or answer; or the UUID of the event or the hook"
    uuids = ("delivery__event__uuid", "delivery__hook__uuid")
    date_hierarchy = "started"
    ordering = ("-id",)
    fieldsets = (
        section(None, "delivery", "started", "status", "latency_ms"),
        section("Answer", columns.paragraphs("error"), columns.paragraphs("answer")),
    )

    def title_of(self, row: HookAttempt) -> str:
        """Return what came of it, and when."""
        return f"{row.status or 'no answer'} at {row.started:%Y-%m-%d %H:%M:%S}"


@admin.register(HookPosition)
class HookPositionAdmin(RecordAdmin):
    """How far the log has been planned for hooks."""

    list_display = ("sequence", "planned_at", "sending_until")
    uuids = ()
    ordering = ("id",)
    fieldsets = (section(None, "sequence", "planned_at", "sending_until"),)

    def title_of(self, row: HookPosition) -> str:
        """Return how far."""
        return str(row)
