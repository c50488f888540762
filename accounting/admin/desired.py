"""Pages of what sites were handed out last of the state that they should be in."""

from __future__ import annotations

from django.contrib import admin

from accounting.models import DesiredState
from common.admin import columns
from common.admin.records import RecordAdmin, section


@admin.register(DesiredState)
class DesiredStateAdmin(RecordAdmin):
    """Which state each offering's site has got, and since when it holds."""

    list_display = (columns.of("offering.name", "offering"), "generation", "changed_at", "digest")
    list_select_related = ("offering",)
    search_fields = ("offering__name", "offering__slug", "digest")
    search_help_text = "Offering or hash; or the UUID of the offering"
    uuids = ("offering__uuid",)
    date_hierarchy = "changed_at"
    ordering = ("-changed_at", "-id")
    fieldsets = (section(None, "offering", "generation", "digest", "changed_at"),)

    def title_of(self, row: DesiredState) -> str:
        """Return of what the state is, and which it is."""
        return f"Generation {row.generation} of {row.offering.name}"
