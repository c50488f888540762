"""Pages of the access plane: whose entitlements wait, what everybody has, and what differed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from allocations.lifecycle import UNSETTLED_ENTITLEMENTS
from allocations.models import AccessComparison, EntitledPerson, Entitlement, SiteAccess
from allocations.services import entitlements
from common.admin import columns
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained

if TYPE_CHECKING:
    from django.http import HttpRequest


class BacklogFilter(admin.SimpleListFilter):
    """Whether somebody's entitlements are as they should be."""

    title = "entitlements"
    parameter_name = "backlog"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [
            ("yes", "To be seen to"),
            ("failing", "To be seen to after a failure"),
            ("unknown", "Unknown to the AAI"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep those who wait."""
        if self.value() == "failing":
            return queryset.open().filter(attempts__gt=0)
        if self.value() == "unknown":
            return queryset.filter(is_unknown=True)
        return queryset.open() if self.value() == "yes" else queryset


class UnsettledFilter(admin.SimpleListFilter):
    """Whether the AAI has still to be told."""

    title = "settled"
    parameter_name = "settled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("no", "The AAI has to be told")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep what waits."""
        if self.value() == "no":
            return queryset.filter(state__in=sorted(UNSETTLED_ENTITLEMENTS))
        return queryset


@admin.register(EntitledPerson)
class EntitledPersonAdmin(RecordAdmin):
    """People at the AAI: how their entitlements stand, and what keeps them."""

    list_display = (
        "cuid",
        "user",
        "delivered_at",
        "attempts",
        "next_attempt_at",
        "is_unknown",
        "last_error",
    )
    list_filter = (BacklogFilter,)
    list_select_related = ("user",)
    search_fields = ("cuid", "user__username", "user__last_name", "last_error")
    search_help_text = "CUID, person or error; or the UUID of the person"
    uuids = ("uuid", "user__uuid")
    date_hierarchy = "next_attempt_at"
    ordering = ("-id",)
    fieldsets = (
        section(None, "cuid", "user", "is_unknown", "delivered_at"),
        section("Attempts", "attempts", "next_attempt_at", "claimed_until", "rests_until"),
        section("Attributes", "asked_by", "attributes_read_at"),
        section("Error", columns.paragraphs("last_error")),
    )
    related_tables = (
        RelatedTable(
            "Entitlements",
            Entitlement,
            ("value", columns.state, "since", "attempts", "last_error"),
            by="person",
            order=("value",),
            limit=100,
            empty="None.",
        ),
        ABOUT_THIS,
    )
    staff_actions = (
        StaffAction(
            "retry",
            "See to at once",
            "Will be seen to at once",
            explained(entitlements.retry),
            explanation="The AAI is asked for the person and told what is missing, now.",
        ),
    )

    def title_of(self, row: EntitledPerson) -> str:
        """Return who it is."""
        return row.cuid


@admin.register(Entitlement)
class EntitlementAdmin(RecordAdmin):
    """What people have at the AAI, are to have, and are to have no more."""

    list_display = (
        "value",
        columns.of("person.cuid", "person"),
        columns.state,
        "since",
        "attempts",
    )
    list_filter = (UnsettledFilter, "state")
    list_select_related = ("person",)
    search_fields = ("value", "person__cuid", "last_error")
    search_help_text = "Value, CUID or error; or the UUID of the person"
    uuids = ("uuid", "person__user__uuid")
    date_hierarchy = "since"
    ordering = ("-id",)
    fieldsets = (
        section(None, "person", "value", columns.state, "since"),
        section("Attempts", "attempts", columns.paragraphs("last_error")),
        section("Record", "uuid"),
    )
    related_tables = (ABOUT_THIS,)

    def title_of(self, row: Entitlement) -> str:
        """Return what it is."""
        return row.value


@admin.register(AccessComparison)
class AccessComparisonAdmin(RecordAdmin):
    """Comparisons of everybody's entitlements with what the AAI has, and what differed."""

    list_display = ("begun", "finished", "compared", "missing", "unexpected", "failed", "asked_by")
    list_filter = (("finished", admin.EmptyFieldListFilter),)
    list_select_related = ("asked_by",)
    search_fields = ("asked_by__username", "last_error")
    search_help_text = "Who asked for it, or error; or the UUID"
    uuids = ("uuid",)
    date_hierarchy = "begun"
    ordering = ("-id",)
    fieldsets = (
        section(None, "begun", "finished", "asked_by"),
        section("Found", "compared", "missing", "unexpected", "failed"),
        section("What differed", columns.pretty("differences")),
        section("Attempts", "attempts", "next_attempt_at", "claimed_until"),
        section("Error", columns.paragraphs("last_error")),
        section("Record", "uuid", folded=True),
    )
    related_tables = (ABOUT_THIS,)

    def title_of(self, row: AccessComparison) -> str:
        """Return when it was begun."""
        return str(row)


@admin.register(SiteAccess)
class SiteAccessAdmin(RecordAdmin):
    """Who may log in at which offering's site, and who could once."""

    list_display = ("cuid", columns.of("offering.name", "offering"), "since", "ended")
    list_filter = (("ended", admin.EmptyFieldListFilter), "offering")
    list_select_related = ("offering",)
    search_fields = ("cuid", "offering__name", "offering__slug")
    search_help_text = "CUID or offering; or the UUID of the person or the offering"
    uuids = ("uuid", "user__uuid", "offering__uuid")
    date_hierarchy = "since"
    ordering = ("-id",)
    fieldsets = (
        section(None, "cuid", "user", "offering", "since", "ended"),
        section("Record", "uuid"),
    )
    related_tables = (ABOUT_THIS,)

    def title_of(self, row: SiteAccess) -> str:
        """Return who, and where."""
        return f"{row.cuid} at {row.offering.name}"
