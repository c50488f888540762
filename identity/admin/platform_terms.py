"""Pages of the platform's terms of service, and of who accepted them."""

from __future__ import annotations

from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained
from identity.models import PlatformTerms, PlatformTermsAcceptance
from identity.services import platform_terms


def _is_current(terms: PlatformTerms) -> bool:
    return terms.is_current


ACCEPTED = RelatedTable(
    "Accepted by",
    PlatformTermsAcceptance,
    (columns.person("user"), "accepted_at"),
    by="terms",
    empty="Nobody yet.",
)


@admin.register(PlatformTerms)
class PlatformTermsAdmin(RecordAdmin):
    """Versions of the platform's terms; adding one asks everybody but staff and machines for it."""

    list_display = ("version", "is_current", "created")
    list_filter = ("is_current", AgeFilter)
    search_fields = ("version",)
    date_hierarchy = "created"
    ordering = ("-id",)
    asked = ("version", "terms", "link")
    create_with = staticmethod(platform_terms.publish)
    fieldsets = (
        section(None, *asked),
        section("Record", "is_current", "created", "modified", "uuid"),
    )
    related_tables = (ACCEPTED, ABOUT_THIS)
    staff_actions = (
        StaffAction(
            "withdraw",
            "Withdraw",
            "Withdrawn",
            explained(platform_terms.withdraw),
            when=_is_current,
            explanation="Nothing takes their place: from then on nobody has to accept anything.",
        ),
    )


@admin.register(PlatformTermsAcceptance)
class PlatformTermsAcceptanceAdmin(RecordAdmin):
    """Who accepted which version of the platform's terms."""

    list_display = (columns.person("user"), "terms", "accepted_at")
    list_filter = ("terms",)
    list_select_related = ("user", "terms")
    search_fields = ("user__username", "user__email", "terms__version")
    uuids = ("user__uuid", "terms__uuid")
    date_hierarchy = "accepted_at"
    ordering = ("-id",)
    fieldsets = (section(None, "user", "terms", "accepted_at"),)
