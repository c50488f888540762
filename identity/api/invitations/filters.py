"""Query parameters of the list of invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from common.api.filters import (
    ApiFilterSet,
    Choices,
    Contains,
    Exact,
    OneUuid,
    Ordering,
    Url,
)
from identity.lifecycle import InvitationState
from identity.models import Invitation
from identity.roles import ScopeType

if TYPE_CHECKING:
    from django.db.models import QuerySet


class InvitedFilter(ApiFilterSet):
    """What invitations of both kinds are found by: the role, and where it is."""

    customer_uuid = OneUuid("customer__uuid")
    role_name = Exact("role__name")
    role_uuid = OneUuid("role__uuid")
    scope = Url("scope_uuid")
    scope_type = Exact("scope_type")


class InvitationFilter(InvitedFilter):
    """Invitations by whom and what they are to, and where they stand."""

    class Meta:
        model = Invitation

    civil_number = Exact("civil_number")
    email = Contains("email")
    email_exact = Exact("email", lookup_expr="iexact")
    scope_description = Contains(
        method="filter_description", reads=("customer__description", "project__description")
    )
    scope_name = Contains("scope_name")
    state = Choices("state", InvitationState)
    o = Ordering(
        {
            "created": "created",
            "created_by": "created_by__username",
            "email": "email",
            "state": "state",
        }
    )

    def filter_description(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those to an organisation or a project that is described so."""
        of_customer = Q(scope_type=ScopeType.CUSTOMER, customer__description__icontains=value)
        return rows.filter(of_customer | Q(project__description__icontains=value))
