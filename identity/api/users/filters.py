"""Query parameters of the list of people."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from config.common.api.filters import (
    ApiFilterSet,
    Contains,
    Exact,
    Flag,
    OneUuid,
    Ordering,
    Since,
)
from identity import access
from identity.api.members.filters import with_full_name
from identity.models import Grant, User
from identity.roles import ScopeType


def split(value: str) -> list[str]:
    """Return the parts of a comma-separated parameter."""
    return [part.strip() for part in value.split(",") if part.strip()]


class UserFilter(ApiFilterSet):
    """People by what is known of them; what only staff see, only staff can search by."""

    class Meta:
        model = User

    agreement_date = Since("agreement_date")
    civil_number = Exact(method="filter_civil_number")
    customer_uuid = OneUuid(method="filter_customer")
    date_joined = Since("date_joined")
    description = Contains(method="filter_description")
    email = Contains("email")
    full_name = Contains(method="filter_full_name")
    is_active = Flag("is_active")
    is_staff = Flag("is_staff")
    is_support = Flag("is_support")
    job_title = Contains("job_title")
    modified = Since("modified")
    native_name = Contains("native_name")
    organization = Contains("organization")
    organization_roles = Exact(method="filter_organization_roles")
    phone_number = Contains("phone_number")
    project_roles = Exact(method="filter_project_roles")
    project_uuid = OneUuid(method="filter_project")
    query = Exact(method="filter_keyword")
    registration_method = Exact("registration_method")
    user_keyword = Exact(method="filter_keyword")
    username = Exact("username")
    username_list = Exact(method="filter_usernames")
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

    @property
    def sees_all(self) -> bool:
        """Tell whether the caller sees what is private."""
        return bool(self.request.user.is_staff or self.request.user.is_support)

    def filter_civil_number(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep the person with the number, if the caller may know it."""
        found = rows.filter(civil_number=value)
        return found if self.sees_all else found.filter(pk=self.request.user.pk)

    def filter_description(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those whose description contains the text, if the caller may read it."""
        found = rows.filter(description__icontains=value)
        return found if self.sees_all else found.filter(pk=self.request.user.pk)

    def filter_full_name(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those whose full name contains the text."""
        return with_full_name(rows, "").filter(_full_name__icontains=value)

    def filter_keyword(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those whose names, address or organisation contain the text."""
        return with_full_name(rows, "").filter(
            Q(_full_name__icontains=value)
            | Q(native_name__icontains=value)
            | Q(username__icontains=value)
            | Q(email__icontains=value)
            | Q(organization__icontains=value)
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
        grants = Grant.objects.filter(access.in_force(), condition)
        return rows.filter(pk__in=grants.values("user"))
