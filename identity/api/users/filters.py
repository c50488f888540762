"""Query parameters of the list of people."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from common.api.filters import (
    SEEN,
    ApiFilterSet,
    Contains,
    Exact,
    Flag,
    OneUuid,
    Ordering,
    Since,
)
from identity import access
from identity.api.members.filters import FullName, PersonSearch
from identity.models import Grant, User
from identity.roles import ScopeType

KEYWORDS = (
    "native_name__icontains",
    "username__icontains",
    "email__icontains",
    "organization__icontains",
)


def split(value: str) -> list[str]:
    """Return the parts of a comma-separated parameter."""
    return [part.strip() for part in value.split(",") if part.strip()]


class UserFilter(ApiFilterSet):
    """People by what is known of them, and by the roles that the caller sees."""

    class Meta:
        model = User

    agreement_date = Since("agreement_date")
    civil_number = Exact("civil_number")
    customer_uuid = OneUuid(method="filter_customer", reads=SEEN)
    date_joined = Since("date_joined")
    description = Contains("description")
    email = Contains("email")
    full_name = FullName()
    is_active = Flag("is_active")
    is_staff = Flag("is_staff")
    is_support = Flag("is_support")
    job_title = Contains("job_title")
    middle_name = Contains("middle_name")
    modified = Since("modified")
    native_name = Contains("native_name")
    organization = Contains("organization")
    organization_roles = Exact(method="filter_organization_roles", reads=SEEN)
    phone_number = Contains("phone_number")
    project_roles = Exact(method="filter_project_roles", reads=SEEN)
    project_uuid = OneUuid(method="filter_project", reads=SEEN)
    query = PersonSearch(*KEYWORDS)
    registration_method = Exact("registration_method")
    user_keyword = PersonSearch(*KEYWORDS)
    username = Exact("username")
    username_list = Exact(method="filter_usernames", reads=("username",))
    o = Ordering(
        {
            "description": "description",
            "email": "email",
            "full_name": ("first_name", "last_name"),
            "is_active": "is_active",
            "is_staff": "is_staff",
            "is_support": "is_support",
            "job_title": "job_title",
            "native_name": "native_name",
            "organization": "organization",
            "phone_number": "phone_number",
            "registration_method": "registration_method",
            "username": "username",
        }
    )

    def filter_customer(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those with a role in the organisation or in a project of it."""
        return self._holding(rows, Q(customer__uuid=value))

    def filter_project(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those with a role in the project."""
        return self._holding(rows, Q(project__uuid=value))

    def filter_organization_roles(
        self, rows: QuerySet[Any], name: str, value: str
    ) -> QuerySet[Any]:
        """Keep those with any of the roles in an organisation."""
        of_kind = Q(scope_type=ScopeType.CUSTOMER.value, role__name__in=split(value))
        return self._holding(rows, of_kind)

    def filter_project_roles(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those with any of the roles in a project."""
        of_kind = Q(scope_type=ScopeType.PROJECT.value, role__name__in=split(value))
        return self._holding(rows, of_kind)

    def filter_usernames(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those with any of the user names."""
        return rows.filter(username__in=split(value))

    def _holding(self, rows: QuerySet[Any], condition: Q) -> QuerySet[Any]:
        """Keep those with such a role, in what the caller sees."""
        grants = self.seen_grants().filter(access.in_force(), condition)
        return rows.filter(pk__in=grants.values("user"))

    def seen_grants(self) -> QuerySet[Any]:
        """Return the roles that the caller sees."""
        return Grant.objects.visible_to(self.request.user)
