"""Pages of the fields of science."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained
from identity.models import ScienceDomain, ScienceSubDomain
from identity.services import science

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User


@admin.register(ScienceDomain)
class ScienceDomainAdmin(RecordAdmin):
    """Fields of science."""

    list_display = ("name", "code", "modified")
    list_filter = (AgeFilter,)
    search_fields = ("name", "code")
    ordering = ("code", "name")
    asked = editable = ("name", "code")
    fieldsets = (section(None, "name", "code", "uuid", "created", "modified"),)
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "remove",
            "Remove",
            "Removed",
            explained(science.remove_domain),
            explanation="Its parts go with it; refused while projects are of one of them.",
        ),
    )

    def create(self, fields: dict[str, Any], *, actor: User, now: datetime) -> ScienceDomain:
        """Add a field."""
        return science.create_domain(**fields, actor=actor, now=now)

    def change(
        self, row: ScienceDomain, changes: dict[str, Any], *, actor: User, now: datetime
    ) -> None:
        """Call a field otherwise."""
        science.change_domain(row, **changes, actor=actor, now=now)


@admin.register(ScienceSubDomain)
class ScienceSubDomainAdmin(RecordAdmin):
    """Parts of fields of science."""

    list_display = ("name", "code", "domain", "modified")
    list_filter = (AgeFilter, "domain")
    list_select_related = ("domain",)
    search_fields = ("name", "code", "domain__name")
    uuids = ("uuid", "domain__uuid")
    ordering = ("code", "name")
    autocomplete_fields = ("domain",)
    asked = editable = ("domain", "name", "code")
    fieldsets = (section(None, "domain", "name", "code", "uuid", "created", "modified"),)
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction("remove", "Remove", "Removed", explained(science.remove_sub_domain)),
    )

    def create(self, fields: dict[str, Any], *, actor: User, now: datetime) -> ScienceSubDomain:
        """Add a part."""
        return science.create_sub_domain(**fields, actor=actor, now=now)

    def change(
        self, row: ScienceSubDomain, changes: dict[str, Any], *, actor: User, now: datetime
    ) -> None:
        """Call a part otherwise, or move it."""
        science.change_sub_domain(row, **changes, actor=actor, now=now)
