"""Pages of the endpoints of offerings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import removal
from marketplace.models import OfferingEndpoint
from marketplace.services import endpoints

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User


def _remove(endpoint: OfferingEndpoint, *, actor: User, now: datetime) -> None:
    endpoints.remove(endpoint.offering, endpoint.uuid, actor=actor, now=now)


@admin.register(OfferingEndpoint)
class OfferingEndpointAdmin(RecordAdmin):
    """The addresses at which offerings are used, login nodes among them."""

    list_display = ("name", columns.of("offering.name", "offering"), "url", "modified")
    list_filter = (AgeFilter, "offering")
    list_select_related = ("offering",)
    search_fields = ("name", "url", "offering__name", "offering__slug")
    search_help_text = "Name, address or offering; or the UUID of one of them"
    uuids = ("uuid", "offering__uuid")
    date_hierarchy = "modified"
    ordering = ("offering__name", "name", "id")
    autocomplete_fields = ("offering",)
    asked = ("offering", "name", "url")
    editable = ("name", "url")
    fieldsets = (
        section(None, "offering", "name", "url"),
        section("Record", "uuid", "created", "modified"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (removal(_remove),)

    def title_of(self, row: OfferingEndpoint) -> str:
        """Return what the address is for, and of what."""
        return f"{row.name} of {row.offering.name}"

    def create(self, fields: dict[str, Any], *, actor: User, now: datetime) -> OfferingEndpoint:
        """Add an endpoint to its offering."""
        offering = fields.pop("offering")
        return endpoints.add(offering, actor=actor, now=now, **fields)

    def change(
        self, row: OfferingEndpoint, changes: dict[str, Any], *, actor: User, now: datetime
    ) -> None:
        """Say another name or address."""
        endpoints.change(row.offering, row.uuid, actor=actor, now=now, **changes)
