"""Pages of what sites have that is not known here, and of the searches for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from allocations.lifecycle import IMPORT
from allocations.models import BackendResource, BackendResourceRequest
from allocations.services import backend_resources, imports
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.staff_actions import RemarkForm, StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained
from marketplace.models import Plan

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

OFFERING = columns.of("offering.name", "offering")
PROJECT = columns.of("project.name", "project")


class PlanForm(RemarkForm):
    """The plan of the allocation that is made; needed where the offering has several."""

    plan = forms.ModelChoiceField(Plan.objects.none(), required=False)
    field_order = ("plan", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the plans of the row's offering."""
        super().__init__(*args, **kwargs)
        plans = self.fields["plan"]
        offerings = [row.offering_id for row in self.rows]
        plans.queryset = Plan.objects.filter(  # type: ignore[attr-defined]
            offering__in=offerings, archived=False
        ).order_by("name", "pk")


@admin.register(BackendResource)
class BackendResourceAdmin(RecordAdmin):
    """What waits to be taken over."""

    list_display = (
        "name",
        "backend_id",
        OFFERING,
        columns.of("project.name", "project"),
        "created",
    )
    list_filter = (AgeFilter, "offering")
    list_select_related = ("offering", "project")
    search_fields = ("name", "backend_id", "offering__name", "project__name")
    search_help_text = "Name, backend ID, offering or project; or the UUID of one of them"
    uuids = ("uuid", "offering__uuid", "project__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "name", "backend_id", "offering", "project"),
        section("Record", columns.pretty("backend_metadata"), "created", "modified", "uuid"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "take_over",
            "Import",
            "Imported",
            explained(backend_resources.take_over),
            form=PlanForm,
            alone=True,
            explanation="It becomes an allocation with the limits that hold at the site.",
        ),
        StaffAction(
            "dismiss",
            "Dismiss",
            "Dismissed",
            explained(backend_resources.dismiss),
            explanation="It stays at the site, which reports it again when it is asked to.",
        ),
    )

    def title_of(self, row: BackendResource) -> str:
        """Return what it is, and where."""
        return f"{row.name} at {row.offering.name}"


def _give_up(asked: BackendResourceRequest, *, reason: str, actor: User, now: datetime) -> None:
    imports.fail(asked, error_message=reason, actor=actor, now=now)


@admin.register(BackendResourceRequest)
class BackendResourceRequestAdmin(RecordAdmin):
    """Searches for what sites have already."""

    list_display = (
        OFFERING,
        columns.state,
        columns.person("created_by"),
        "created",
        "started",
        "finished",
    )
    list_filter = ("state", AgeFilter, "offering")
    list_select_related = ("offering", "created_by")
    search_fields = ("offering__name", "created_by__username", "error_message")
    search_help_text = "Offering, person or error; or the UUID of search or offering"
    uuids = ("uuid", "offering__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    autocomplete_fields = ("offering",)
    asked = ("offering",)
    create_with = staticmethod(imports.request)
    fieldsets = (
        section(None, "offering", columns.state, "created_by", "processed_by"),
        section("Times", "created", "started", "finished"),
        section(
            "Error", columns.paragraphs("error_message"), columns.paragraphs("error_traceback")
        ),
        section("Record", "uuid", "modified"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "give_up",
            "Give up",
            "Given up",
            _give_up,
            states=IMPORT.sources("set_erred"),
            explanation="For a search whose site does not answer; another one can be asked for.",
        ),
    )

    def title_of(self, row: BackendResourceRequest) -> str:
        """Return where is searched."""
        return f"Import into {row.offering.name}"
