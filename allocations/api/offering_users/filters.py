"""Query parameters of the list of accounts."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from allocations.lifecycle import AccountState
from allocations.services.accounts import RUNTIME_STATES
from common.api.filters import (
    NOTHING,
    ApiFilterSet,
    Before,
    Choices,
    Exact,
    Flag,
    Never,
    OneUuid,
    Ordering,
    Search,
    Since,
    Texts,
    Url,
    Uuids,
)

NO_PROVIDER_ACCOUNTS = "accounts are kept per offering, not per provider"


class OfferingUserFilter(ApiFilterSet):
    """Accounts by offering, person, state and consent."""

    created = Since("created")
    created_before = Before("created")
    modified = Since("modified")
    modified_before = Before("modified")
    has_complete_profile = Flag(method="filter_complete", reads=NOTHING)
    has_consent = Flag(method="filter_consent", reads=("has_consent",))
    is_provider_backed = Never(NO_PROVIDER_ACCOUNTS, kind="boolean")
    is_restricted = Flag("is_restricted")
    offering = Url("offering__uuid")
    offering_has_active_tos = Flag(method="filter_terms", reads=("offering_has_active_tos",))
    offering_slug = Texts("offering__slug")
    offering_uuid = Uuids("offering__uuid")
    parent_offering_uuid = Never("offerings have no parents", kind="uuid")
    provider_uuid = OneUuid("offering__customer__service_provider__uuid")
    query = Search(
        "username__icontains",
        "user__username__icontains",
        "user__first_name__icontains",
        "user__last_name__icontains",
        "offering__name__icontains",
        uuid="uuid",
    )
    runtime_state = Choices(None, RUNTIME_STATES, method="filter_runtime_state", reads=("state",))
    service_provider_account_uuid = Never(NO_PROVIDER_ACCOUNTS, kind="uuid")
    state = Choices("state", AccountState)
    user_username = Exact("user__username", lookup_expr="iexact")
    user_uuid = OneUuid("user__uuid")
    username = Exact("username", lookup_expr="iexact")
    o = Ordering(
        {
            "created": "created",
            "modified": "modified",
            "user_first_name": "user__first_name",
            "user_last_name": "user__last_name",
            "username": "username",
        }
    )

    def filter_complete(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Every profile is complete: offerings ask for no attributes of their own."""
        return rows if value else rows.none()

    def filter_consent(self, rows: Any, name: str, value: bool) -> QuerySet[Any]:
        """Keep those whose person agreed to the terms, or has not."""
        consented: QuerySet[Any] = rows.with_consent().filter(has_consent=value)
        return consented

    def filter_terms(self, rows: Any, name: str, value: bool) -> QuerySet[Any]:
        """Keep those at offerings that have terms, or have none."""
        found: QuerySet[Any] = rows.with_consent().filter(offering_has_active_tos=value)
        return found

    def filter_runtime_state(
        self, rows: QuerySet[Any], name: str, value: list[str]
    ) -> QuerySet[Any]:
        """Keep those that stand so for the person."""
        return rows.filter(Q(state__in=[RUNTIME_STATES[word] for word in value]))
