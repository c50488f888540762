"""Pages of deliveries: what was asked of which site, what came back, and trying again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join

from allocations.lifecycle import ProvisionState
from allocations.models import Provision
from allocations.services import provisioning
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained

if TYPE_CHECKING:
    from collections.abc import Mapping

OFFERING = columns.of("order.offering.name", "offering")
ENTRY = {
    "attempt": "Attempt",
    "began": "Began",
    "took_ms": "Took (ms)",
    "outcome": "Outcome",
    "detail": "What came back",
}


def _cells(entry: Mapping[str, Any]) -> str:
    said = {**entry, "began": str(entry.get("began", ""))[:19].replace("T", " ")}
    return format_html_join("", "<td>{}</td>", ((said.get(key, ""),) for key in ENTRY))


@admin.register(Provision)
class ProvisionAdmin(RecordAdmin):
    """Deliveries of orders."""

    list_display = (
        "what",
        columns.state,
        OFFERING,
        "attempts",
        "next_attempt_at",
        "error",
        "created",
    )
    list_filter = ("state", "backend", AgeFilter, "order__offering")
    list_select_related = ("order__resource", "order__offering", "order__project")
    search_fields = (
        "order__resource__name",
        "order__resource__backend_id",
        "order__backend_id",
        "order__offering__name",
        "last_error",
    )
    search_help_text = (
        "Resource, backend ID, offering or error; or the UUID of delivery, order or resource"
    )
    uuids = ("uuid", "order__uuid", "order__resource__uuid", "order__offering__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "order", columns.state, OFFERING, "backend", "attempts"),
        section("Times", "created", "next_attempt_at", "claimed_until", "finished_at"),
        section("Last error", columns.paragraphs("last_error")),
        section("Attempts", "log"),
        section("Record", "uuid"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "try_again",
            "Try again",
            "Will be tried again",
            explained(provisioning.try_again),
            states=frozenset({ProvisionState.DEAD, ProvisionState.REFUSED}),
            explanation="The order is executed again, with a fresh set of attempts.",
        ),
    )

    @admin.display(description="delivery of", ordering="order__resource__name")
    def what(self, provision: Provision) -> str:
        """Return what is delivered."""
        order = provision.order
        return format_html("{} <strong>{}</strong>", order.type, order.resource.name)

    @admin.display(description="last error")
    def error(self, provision: Provision) -> str:
        """Return the beginning of the last error."""
        return provision.last_error[:120] or columns.EMPTY

    @admin.display(description="log")
    def log(self, provision: Provision) -> str:
        """Return every attempt: when, how long, and what came back."""
        if not provision.attempts_log:
            return columns.EMPTY
        heads = format_html_join(
            "", '<th scope="col">{}</th>', ((head,) for head in ENTRY.values())
        )
        rows = format_html_join(
            "", "<tr>{}</tr>", ((_cells(entry),) for entry in provision.attempts_log)
        )
        return format_html("<table><thead><tr>{}</tr></thead>{}</table>", heads, rows)

    def title_of(self, row: Provision) -> str:
        """Return what is delivered, and to which project."""
        return f"Delivery of {row.order.type} {row.order.resource.name}"
