"""Pages of what sites say of members' access."""

from __future__ import annotations

from django.contrib import admin

from allocations.models import MembershipSyncStatus
from common.admin import columns
from common.admin.records import RecordAdmin, section


@admin.register(MembershipSyncStatus)
class MembershipSyncStatusAdmin(RecordAdmin):
    """Whether people's access to resources is as their roles call for."""

    list_display = (
        columns.person("user"),
        columns.of("resource.name", "resource"),
        "role_name",
        columns.state,
        "message",
        "reported_at",
    )
    list_filter = ("state", "role_name", "resource__offering")
    list_select_related = ("user", "resource")
    search_fields = ("user__username", "user__email", "resource__name", "message")
    search_help_text = "Person, e-mail, resource or message; or the UUID of person or resource"
    uuids = ("user__uuid", "resource__uuid")
    date_hierarchy = "reported_at"
    ordering = ("-reported_at", "-id")
    fieldsets = (
        section(None, "user", "resource", "role_name"),
        section("Report", columns.state, "message", "reported_at"),
    )

    def title_of(self, row: MembershipSyncStatus) -> str:
        """Return whose access to what it is."""
        return f"{row.user} in {row.resource.name}"
