"""Query parameters of the list of orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from common.api.filters import (
    OWN,
    SEEN,
    ApiFilterSet,
    Before,
    Choices,
    Contains,
    Exact,
    Flag,
    Never,
    OneUuid,
    Ordering,
    Search,
    Since,
    Texts,
    Url,
)
from identity import access
from identity.models import Grant
from identity.permissions import Permission
from identity.roles import ScopeType
from marketplace.lifecycle import OrderState, OrderType
from marketplace.querysets import consumer_side, provider_side

if TYPE_CHECKING:
    from uuid import UUID

NO_PARENTS = "offerings have no parents"


def managed_offerings(user_uuid: UUID, *, seen_by: Any) -> QuerySet[Any]:
    """Return the keys of the offerings that somebody manages, as far as the caller sees that."""
    grants = (
        Grant.objects.visible_to(seen_by)
        .in_force()
        .filter(
            access.allowing(Permission.VIEW_PROVIDER_SIDE),
            user__uuid=user_uuid,
            scope_type=ScopeType.OFFERING.value,
        )
    )
    return grants.values("scope_id")


class OrderFilter(ApiFilterSet):
    """Orders by what they are about, where they stand, and whom they wait for."""

    can_approve_as_consumer = Flag(method="filter_for_consumer", reads=OWN)
    can_approve_as_provider = Flag(method="filter_for_provider", reads=OWN)
    category_uuid = OneUuid("offering__category__uuid")
    created = Since("created")
    created_before = Before("created")
    customer_uuid = OneUuid("project__customer__uuid")
    modified = Since("modified")
    modified_after = Since("modified")
    modified_before = Before("modified")
    o = Ordering(
        {
            "consumer_reviewed_at": "consumer_reviewed_at",
            "cost": "cost",
            "created": "created",
            "state": "state",
        }
    )
    offering = Url("offering__uuid")
    offering_slug = Texts("offering__slug")
    offering_type = Texts("offering__type")
    offering_uuid = OneUuid("offering__uuid")
    parent_offering_uuid = Never(NO_PARENTS, kind="uuid")
    project_uuid = OneUuid("project__uuid")
    provider_uuid = OneUuid("offering__customer__uuid")
    query = Search(
        "project__name__icontains",
        "resource__name__icontains",
        "slug",
        uuid="uuid",
    )
    resource = Url("resource__uuid")
    resource_name = Contains("resource__name")
    resource_uuid = OneUuid("resource__uuid")
    service_manager_uuid = OneUuid(method="filter_manager", reads=SEEN)
    slug = Exact("slug")
    state = Choices("state", OrderState)
    type = Choices("type", OrderType)
    was_auto_approved = Flag("auto_approved")

    def filter_for_consumer(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those that the caller could agree to for the project, or the others."""
        within = consumer_side(self.request.user, Permission.APPROVE_ORDER)
        return self._waiting(rows, OrderState.PENDING_CONSUMER, within, wanted=value)

    def filter_for_provider(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those that the caller could agree to for the provider, or the others."""
        within = provider_side(self.request.user, Permission.APPROVE_ORDER)
        return self._waiting(rows, OrderState.PENDING_PROVIDER, within, wanted=value)

    @staticmethod
    def _waiting(
        rows: QuerySet[Any], state: OrderState, within: Q | None, *, wanted: bool
    ) -> QuerySet[Any]:
        waiting = Q(state=state) if within is None else Q(within, state=state)
        return rows.filter(waiting if wanted else ~waiting)

    def filter_manager(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those of the offerings that somebody manages."""
        return rows.filter(offering__in=managed_offerings(value, seen_by=self.request.user))
