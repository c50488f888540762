"""Pages of limits of single people."""

from __future__ import annotations

from django.contrib import admin

from accounting.models import ComponentUserUsageLimit
from accounting.services import user_limits
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import removal


@admin.register(ComponentUserUsageLimit)
class ComponentUserUsageLimitAdmin(RecordAdmin):
    """How much of which resource whom is allowed."""

    list_display = (
        "username",
        columns.of("resource.name", "resource"),
        columns.of("component.name", "component"),
        "limit",
        columns.of("component.measured_unit", "unit"),
        "modified",
    )
    list_filter = (AgeFilter, "resource__offering")
    list_select_related = ("resource", "component", "user__user")
    search_fields = (
        "user__username",
        "user__user__username",
        "user__user__email",
        "resource__name",
        "resource__backend_id",
    )
    search_help_text = "Account, person, e-mail, resource or backend ID; or the UUID of one of them"
    uuids = ("uuid", "resource__uuid", "component__uuid", "user__uuid", "user__user__uuid")
    date_hierarchy = "modified"
    ordering = ("-id",)
    editable = ("limit",)
    change_with = staticmethod(user_limits.change)
    fieldsets = (
        section(None, "user", "resource", "component", "limit"),
        section("Record", "created", "modified", "uuid"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (removal(user_limits.remove),)

    @admin.display(description="account", ordering="user__username")
    def username(self, row: ComponentUserUsageLimit) -> str:
        """Return what the site calls the person."""
        return row.user.username or str(row.user.user)

    def title_of(self, row: ComponentUserUsageLimit) -> str:
        """Return whose limit on what it is."""
        return f"{row.component.name} of {row.resource.name} for {self.username(row)}"
