"""Query parameters of the list of service providers and of those below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from common.api.filters import (
    SEEN,
    ApiFilterSet,
    Before,
    Exact,
    OneUuid,
    Ordering,
    Search,
    Since,
    Url,
)
from identity.api.customers.filters import CustomerFilter
from identity.api.members.filters import GrantFilter
from identity.api.projects.filters import ProjectFilter
from identity.api.users.filters import UserFilter
from identity.models import Grant
from identity.roles import ScopeType
from marketplace.lifecycle import ResourceState
from marketplace.models import Resource

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from identity.models import User


class ServiceProviderFilter(ApiFilterSet):
    """Providers by their organisation."""

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


def served(user: User) -> QuerySet[Any]:
    """Return the keys of the projects with live allocations of what the caller provides."""
    live = Resource.objects.provided_by(user).exclude(state=ResourceState.TERMINATED)
    return live.values("project")


class ProviderCustomerFilter(CustomerFilter):
    """The provider's organisations: of their people, it sees those in projects that it serves."""

    has_resources = Exact(method="filter_has_resources", reads=SEEN)
    user_uuid = OneUuid(method="filter_user", reads=SEEN)

    def filter_has_resources(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep all, or none for `false`: they are listed for their allocations."""
        return rows.none() if value.lower() in {"false", "0"} else rows

    def filter_user(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those in a project of which the person has a role."""
        held = Grant.objects.in_force().filter(
            user__uuid=value, scope_type=ScopeType.PROJECT, project__in=served(self.request.user)
        )
        return rows.filter(pk__in=held.values("customer"))


class ProviderUserFilter(UserFilter):
    """The provider's people, by their roles in the projects that it serves."""

    def seen_grants(self) -> QuerySet[Any]:
        """Return the roles that the caller sees."""
        theirs = Grant.objects.filter(
            scope_type=ScopeType.PROJECT, project__in=served(self.request.user)
        )
        return Grant.objects.filter(
            Q(pk__in=theirs.values("pk")) | Q(pk__in=super().seen_grants().values("pk"))
        )


class ProjectPermissionFilter(GrantFilter):
    """Roles in projects by person, role and project, also those that ended."""
