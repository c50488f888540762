"""Pages of terms of service and of the consents to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained
from marketplace.models import Consent, TermsOfService
from marketplace.services import consents, terms

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User


OFFERING = columns.of("offering.name", "offering")


def _in_force(row: TermsOfService) -> bool:
    return row.is_active


def _draft_or_withdrawn(row: TermsOfService) -> bool:
    return not row.is_active


def _not_revoked(consent: Consent) -> bool:
    return consent.revocation_date is None


@admin.register(TermsOfService)
class TermsOfServiceAdmin(RecordAdmin):
    """Terms of offerings; adding some puts them into force in place of the former."""

    list_display = (OFFERING, "version", "is_active", "requires_reconsent", "created")
    list_filter = ("is_active", "requires_reconsent", "offering", AgeFilter)
    list_select_related = ("offering",)
    search_fields = ("offering__name", "offering__slug", "version")
    search_help_text = "Offering or version; or the UUID of the terms or the offering"
    uuids = ("uuid", "offering__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    autocomplete_fields = ("offering",)
    asked = (
        "offering",
        "version",
        "terms_of_service",
        "terms_of_service_link",
        "requires_reconsent",
        "grace_period_days",
    )
    fieldsets = (
        section(None, *asked),
        section("Record", "is_active", "in_force_since", "created", "modified", "uuid"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "put_into_force",
            "Put into force",
            "Put into force",
            explained(terms.put_into_force),
            when=_draft_or_withdrawn,
            explanation="In place of those that hold now.",
        ),
        StaffAction(
            "withdraw",
            "Withdraw",
            "Withdrawn",
            explained(terms.withdraw),
            when=_in_force,
            explanation="Nothing takes their place: from then on nobody has to agree to anything.",
        ),
    )

    def title_of(self, row: TermsOfService) -> str:
        """Return the version, and of what it is."""
        return f"Terms {row.version} of {row.offering.name}"

    def create(self, fields: dict[str, Any], *, actor: User, now: datetime) -> TermsOfService:
        """Put terms into force."""
        text, link = fields.pop("terms_of_service"), fields.pop("terms_of_service_link")
        offering = fields.pop("offering")
        return terms.publish(offering, text=text, link=link, actor=actor, now=now, **fields)


@admin.register(Consent)
class ConsentAdmin(RecordAdmin):
    """Who agreed to which terms, and until when."""

    list_display = (
        columns.person("user"),
        OFFERING,
        "version",
        "agreement_date",
        "revocation_date",
    )
    list_filter = (("revocation_date", admin.EmptyFieldListFilter), "offering", AgeFilter)
    list_select_related = ("user", "offering")
    search_fields = ("user__username", "user__email", "offering__name", "version")
    search_help_text = "Person, e-mail or offering; or the UUID of one of them or of the consent"
    uuids = ("uuid", "user__uuid", "offering__uuid")
    date_hierarchy = "agreement_date"
    ordering = ("-id",)
    fieldsets = (
        section(None, "user", "offering", "version"),
        section("Times", "agreement_date", "revocation_date", "uuid"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "revoke", "Take back", "Taken back", explained(consents.revoke), when=_not_revoked
        ),
    )

    def title_of(self, row: Consent) -> str:
        """Return who agreed to what."""
        return f"{row.user} to {row.offering.name}"
