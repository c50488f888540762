"""Query parameters of the lists of terms of service and of consents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.api.filters import ApiFilterSet, Exact, Flag, OneUuid, Ordering, Url

if TYPE_CHECKING:
    from django.db.models import QuerySet


class TermsOfServiceFilter(ApiFilterSet):
    """Terms by their offering, version and force."""

    is_active = Flag("is_active")
    o = Ordering({"created": "created", "modified": "modified", "version": "version"})
    offering = Url("offering__uuid")
    offering_uuid = OneUuid("offering__uuid")
    requires_reconsent = Flag("requires_reconsent")
    version = Exact("version")


class ConsentFilter(ApiFilterSet):
    """Consents by person, offering, version and force."""

    has_consent = Flag(method="filter_in_force", reads=("revocation_date",))
    o = Ordering(
        {
            "agreement_date": "agreement_date",
            "created": "created",
            "modified": "modified",
            "revocation_date": "revocation_date",
        }
    )
    offering = Url("offering__uuid")
    offering_uuid = OneUuid("offering__uuid")
    requires_reconsent = Flag(method="filter_outdated", reads=("version",))
    user = Url("user__uuid")
    user_uuid = OneUuid("user__uuid")
    version = Exact("version")

    def filter_in_force(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those that were not taken back, or those that were."""
        return rows.filter(revocation_date__isnull=value)

    def filter_outdated(self, rows: Any, name: str, value: bool) -> QuerySet[Any]:
        """Keep those that the terms in force ask for again, or the others."""
        outdated = rows.model.objects.outdated().values("pk")
        found: QuerySet[Any] = (
            rows.filter(pk__in=outdated) if value else rows.exclude(pk__in=outdated)
        )
        return found
