"""Pages of resources: the allocations, how they fare, and what staff do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter, EndFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import ReasonForm, RemarkForm, StaffAction
from common.admin.times import DayFormField
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained
from identity.models import Event
from marketplace.admin.orders import BackendIdForm, FailForm, orders_by
from marketplace.lifecycle import RESOURCE, ResourceState
from marketplace.models import Resource, ResourcePlanPeriod
from marketplace.services import delivery, descriptions, end_dates, resource_orders, resources

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

LIVE = frozenset(ResourceState) - {ResourceState.TERMINATED}


class EndDateForm(ReasonForm):
    """The last day of an allocation."""

    end_date = DayFormField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Empty: it does not end by itself.",
    )
    field_order = ("end_date", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with the present date where there is one row."""
        super().__init__(*args, **kwargs)
        if len(self.rows) == 1:
            self.fields["end_date"].initial = self.rows[0].end_date


def _pause(resource: Resource, *, actor: User, now: datetime) -> bool:
    return delivery.set_flags(resource, {"paused": True}, actor=actor, now=now)


def _resume(resource: Resource, *, actor: User, now: datetime) -> bool:
    return delivery.set_flags(resource, {"paused": False}, actor=actor, now=now)


def _set_end_date(resource: Resource, *, end_date: Any, actor: User, now: datetime) -> None:
    end_dates.set_by_consumer(resource, end_date, actor=actor, now=now)


def _set_backend_id(resource: Resource, *, backend_id: str, **known: Any) -> bool:
    return delivery.set_backend_id(resource, backend_id, **known)


def _runs(resource: Resource) -> bool:
    return not resource.paused


def _is_paused(resource: Resource) -> bool:
    return resource.paused


def _can_come_back(resource: Resource) -> bool:
    return resource.offering.lets_restore


STAFF_ACTIONS = (
    StaffAction(
        "pause",
        "Pause",
        "Paused",
        explained(_pause),
        states=LIVE,
        when=_runs,
        explanation="The site is told to let nobody compute on it.",
    ),
    StaffAction("resume", "Resume", "Resumed", explained(_resume), states=LIVE, when=_is_paused),
    StaffAction(
        "set_as_ok",
        "Mark as OK",
        "OK",
        explained(resources.set_as_ok),
        states=RESOURCE.sources("resolved"),
        explanation="The error is resolved.",
    ),
    StaffAction(
        "set_as_erred",
        "Mark as erred",
        "Erred",
        explained(resources.set_as_erred, argument="error_message"),
        form=FailForm,
        states=RESOURCE.sources("broke"),
    ),
    StaffAction(
        "set_end_date",
        "Set the end date",
        "End date set",
        explained(_set_end_date),
        EndDateForm,
        LIVE,
    ),
    StaffAction(
        "terminate",
        "Terminate",
        "Termination ordered",
        explained(resource_orders.terminate, argument="comment"),
        states=frozenset(resource_orders.TERMINABLE),
        explanation="Places an order for the end of the allocation, which the provider approves.",
    ),
    StaffAction(
        "restore",
        "Restore",
        "Restoration ordered",
        explained(resource_orders.restore),
        form=RemarkForm,
        states=frozenset({ResourceState.TERMINATED}),
        when=_can_come_back,
    ),
    StaffAction(
        "set_backend_id",
        "Set the backend ID",
        "Backend ID set",
        _set_backend_id,
        form=BackendIdForm,
        alone=True,
    ),
)


@admin.register(Resource)
class ResourceAdmin(RecordAdmin):
    """Allocations."""

    list_display = (
        "name",
        columns.state,
        columns.of("offering.name", "offering"),
        columns.of("project.name", "project"),
        "backend_id",
        "end_date",
        "created",
    )
    list_filter = ("state", "paused", EndFilter, AgeFilter, "offering")
    list_select_related = ("offering", "project")
    search_fields = (
        "name",
        "slug",
        "backend_id",
        "effective_id",
        "project__name",
        "project__customer__name",
        "offering__name",
    )
    search_help_text = "Name, backend ID, project, organisation or offering; or a UUID of these"
    uuids = ("uuid", "project__uuid", "offering__uuid", "project__customer__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    editable = ("name", "description")
    change_with = staticmethod(descriptions.write_as_consumer)
    fieldsets = (
        section(
            None,
            "name",
            columns.state,
            "project",
            "offering",
            "plan",
            "description",
            "end_date",
            "paused",
            "downscaled",
        ),
        section("Error", "error_message", columns.paragraphs("error_traceback", "details")),
        section(
            "Amounts",
            columns.pretty("limits"),
            "usage_month",
            columns.pretty("current_usages", "used in the month"),
            columns.pretty("limit_usage", "used of the limits"),
            columns.amount("cost"),
        ),
        section(
            "At the site",
            "backend_id",
            "effective_id",
            "last_sync",
            columns.pretty("endpoints"),
            columns.pretty("report"),
            columns.pretty("backend_metadata"),
            folded=True,
        ),
        section("As ordered", columns.pretty("attributes"), columns.pretty("options"), folded=True),
        section(
            "Record",
            "uuid",
            "slug",
            "created",
            "modified",
            "end_date_requested_by",
            "end_date_updated_at",
            "restrict_member_access",
            folded=True,
        ),
    )
    related_tables: tuple[RelatedTable, ...] = (
        orders_by("resource"),
        RelatedTable(
            "Plans over time", ResourcePlanPeriod, ("start", "end", "plan"), by="resource"
        ),
        RelatedTable(
            "What happened to it and its orders",
            Event,
            ABOUT_THIS.columns,
            by="resource_uuid",
            value="uuid",
            joined=("actor",),
            limit=15,
            empty="Nothing is recorded.",
        ),
    )
    staff_actions: tuple[StaffAction, ...] = STAFF_ACTIONS

    def title_of(self, row: Resource) -> str:
        """Return what the resource is called."""
        return row.name or row.slug


RESOURCES = RelatedTable(
    "Resources",
    Resource,
    ("name", columns.state, "offering", "backend_id", "end_date", "created"),
    by="project",
)


PLAN = columns.of("plan.name", "plan")


@admin.register(ResourcePlanPeriod)
class ResourcePlanPeriodAdmin(RecordAdmin):
    """Under which plan a resource was when; usage is counted in these times."""

    list_display = (columns.of("resource.name", "resource"), PLAN, "start", "end")
    list_filter = (("end", admin.EmptyFieldListFilter), "plan__offering")
    list_select_related = ("resource", "plan")
    search_fields = ("resource__name", "resource__slug", "resource__backend_id", "plan__name")
    search_help_text = "Resource, backend ID or plan; or the UUID of one of them"
    uuids = ("uuid", "resource__uuid", "plan__uuid")
    date_hierarchy = "start"
    ordering = ("-id",)
    fieldsets = (section(None, "resource", PLAN, "start", "end", "uuid"),)

    def title_of(self, row: ResourcePlanPeriod) -> str:
        """Return which resource was under which plan."""
        return f"{row.resource.name} under {row.plan.name}"
