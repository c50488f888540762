"""Query parameters of the list of service providers and of those below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from config.common.api.filters import (
    ApiFilterSet,
    Before,
    Contains,
    Exact,
    Flag,
    OneUuid,
    Ordering,
    Search,
    Since,
    Url,
)
from identity import access
from identity.api.customers.filters import CustomerFilter
from identity.api.members.filters import with_full_name
from identity.api.projects.filters import ProjectFilter
from identity.models import Grant
from marketplace.models import ServiceProvider

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet


class ServiceProviderFilter(ApiFilterSet):
    """Providers by their organisation."""

    class Meta:
        model = ServiceProvider

    created = Since("created")
    created_before = Before("created")
    customer = Url("customer__uuid")
    customer_keyword = Search(
        "customer__name__icontains",
        "customer__abbreviation__icontains",
        "customer__native_name__icontains",
    )
    customer_uuid = OneUuid("customer__uuid")
    modified = Since("modified")
    modified_before = Before("modified")
    o = Ordering({"customer_name": "customer__name"})


class CustomerProjectFilter(ProjectFilter):
    """The provider's projects of one organisation."""

    project_customer_uuid = OneUuid("customer__uuid")


class UserCustomerFilter(CustomerFilter):
    """The provider's organisations of one person: those in whose projects he is."""

    user_uuid = OneUuid(method="filter_user")

    def filter_user(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those in which, or in a project of which, the person has a role."""
        held = Grant.objects.in_force().filter(user__uuid=value)
        return rows.filter(pk__in=held.values("customer"))


class ProjectPermissionFilter(ApiFilterSet):
    """Roles in projects by person, role and project."""

    class Meta:
        model = Grant

    created = Since("created")
    created_before = Before("created")
    customer_uuid = OneUuid("customer__uuid")
    expiration_time = Since("expiration_time")
    full_name = Contains(method="filter_full_name")
    is_active = Flag(method="filter_is_active")
    modified = Since("modified")
    modified_before = Before("modified")
    native_name = Contains("user__native_name")
    role_name = Exact("role__name")
    role_uuid = OneUuid("role__uuid")
    scope_name = Contains("scope_name")
    scope_type = Exact("scope_type")
    scope_uuid = Url("scope_uuid")
    user = OneUuid("user__uuid")
    user_slug = Exact("user__slug")
    user_url = Url("user__uuid")
    username = Exact("user__username")
    o = Ordering(
        {
            "created": "created",
            "email": "user__email",
            "expiration_time": "expiration_time",
            "full_name": ("user__first_name", "user__last_name"),
            "native_name": "user__native_name",
            "role": "role__name",
            "username": "user__username",
        }
    )

    def filter_full_name(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those whose full name contains the text."""
        return with_full_name(rows, "user__").filter(_full_name__icontains=value)

    def filter_is_active(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those in force, or those that ended."""
        return rows.filter(access.in_force() if value else ~Q(access.in_force()))
