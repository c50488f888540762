"""Pages of projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter, EndFilter
from common.admin.records import RecordAdmin, section
from common.admin.staff_actions import StaffAction
from identity.admin.grants import GIVE_ROLE, holders
from identity.admin.log import ABOUT_THIS
from identity.admin.moves import HAND_OVER, MOVE, RECOVER
from identity.admin.permission_reviews import BEGIN_REVIEW
from identity.admin.reasons import removal
from identity.models import Project, User
from identity.roles import ScopeType
from identity.services import projects

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from common.admin.related_tables import RelatedTable

WHAT = ("name", "description", "backend_id", "oecd_fos_2007_code", "is_industry", "kind")
FIELD = ("science_sub_domain",)
WHEN = ("start_date", "end_date", "grace_period_days")
STAFF = ("staff_notes", "max_service_accounts")


def _is_present(project: Project) -> bool:
    return not project.is_removed


@admin.register(Project)
class ProjectAdmin(RecordAdmin):
    """Projects; removed ones stay on record."""

    list_display = (
        "name",
        "slug",
        "customer",
        "start_date",
        "end_date",
        "resources_count",
        "is_removed",
    )
    list_filter = ("is_removed", EndFilter, "is_industry", AgeFilter)
    list_select_related = ("customer",)
    search_fields = ("name", "slug", "backend_id", "customer__name", "customer__abbreviation")
    search_help_text = (
        "Name, slug, backend ID or organisation; or the UUID of the project or the organisation"
    )
    uuids = ("uuid", "customer__uuid")
    date_hierarchy = "created"
    ordering = ("name", "id")
    autocomplete_fields = ("customer", "science_sub_domain")
    asked = ("customer", *WHAT, *FIELD, *WHEN, *STAFF)
    editable = (*WHAT, *FIELD, *WHEN, *STAFF)
    create_with = staticmethod(projects.create)
    fieldsets = (
        section(None, "customer", "slug", *WHAT, *FIELD),
        section("Time", *WHEN, "end_date_requested_by", "end_date_updated_at"),
        section("For staff", *STAFF),
        section(
            "Record",
            "uuid",
            "created",
            "modified",
            "resources_count",
            "is_removed",
            columns.pretty("termination_metadata"),
        ),
    )
    related_tables: tuple[RelatedTable, ...] = (
        holders(ScopeType.PROJECT, by="project"),
        ABOUT_THIS,
    )
    staff_actions = (
        StaffAction(
            "give_role",
            "Give a role",
            "Role given",
            GIVE_ROLE.service,
            GIVE_ROLE.form,
            when=_is_present,
        ),
        BEGIN_REVIEW,
        HAND_OVER,
        MOVE,
        RECOVER,
        removal(
            projects.remove,
            "The project is hidden for good and all roles in it end.",
            when=_is_present,
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Leave a removed project as it was."""
        if obj is not None and obj.is_removed:
            return False
        return super().has_change_permission(request, obj)

    def change(self, row: Project, changes: dict[str, Any], *, actor: User, now: datetime) -> None:
        """Change what is known of a project."""
        projects.update(row, actor=actor, now=now, wanted=changes)
