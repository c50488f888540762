"""Query parameters of the lists of members."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.db.models.lookups import IContains

from common.api.filters import (
    ApiFilterSet,
    Before,
    Contains,
    Exact,
    Flag,
    OneUuid,
    Ordering,
    Search,
    Since,
    Texts,
    Url,
)
from identity import access


def named(path: str, value: str) -> Q:
    """Return the condition that the name of the person that `path` leads to contains a text."""
    return Q(IContains(Concat(f"{path}first_name", Value(" "), f"{path}last_name"), value))


class FullName(Contains):
    """People's full names, as they write them, that contain the value."""

    def __init__(self, person: str = "", **kwargs: Any) -> None:
        """Take the path that leads to the person, with its underscores."""
        columns = (f"{person}first_name", f"{person}last_name")
        super().__init__(columns[0], reads=columns, **kwargs)
        self.person = person

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Keep the rows of such people."""
        return qs.filter(named(self.person, value)) if value else qs


class PersonSearch(Search):
    """Text looked for in people's full names, and in other columns."""

    beside = ("full name",)

    def __init__(self, *lookups: str, person: str = "", **kwargs: Any) -> None:
        """Take the lookups, and the path that leads to the person."""
        super().__init__(*lookups, **kwargs)
        self.person = person

    def found(self, value: str) -> list[Q]:
        """Return the conditions of which one is enough."""
        condition = named(self.person, value)
        for column in ("first_name", "last_name"):
            condition &= self.parent.may_read(self.person + column) or Q()
        return [condition, *super().found(value)]


class UserRoleFilter(ApiFilterSet):
    """Members by person and by role (its name or its UUID)."""

    full_name = FullName("user__")
    native_name = Contains("user__native_name")
    role = Texts(method="filter_role", reads=("role__name", "role__uuid"))
    search_string = PersonSearch(
        "user__native_name__icontains",
        "user__email__icontains",
        "user__username__icontains",
        person="user__",
    )
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

    def filter_role(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Keep those with any of the roles."""
        uuids = []
        for text in value:
            try:
                uuids.append(UUID(text))
            except ValueError:
                continue  # it is a name
        return rows.filter(Q(role__name__in=value) | Q(role__uuid__in=uuids))


class GrantFilter(ApiFilterSet):
    """Roles of people, by person, role and scope."""

    created = Since("created")
    created_before = Before("created")
    customer_uuid = OneUuid("customer__uuid")
    expiration_time = Since("expiration_time")
    full_name = FullName("user__")
    is_active = Flag(method="filter_is_active", reads=("is_active", "expiration_time"))
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

    def filter_is_active(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those in force, or those that ended."""
        return rows.filter(access.in_force() if value else ~Q(access.in_force()))
