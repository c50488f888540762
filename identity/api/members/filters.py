"""Query parameters of the lists of members."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat

from config.common.api.filters import (
    ApiFilterSet,
    Contains,
    Exact,
    OneUuid,
    Ordering,
    Texts,
    Url,
)
from identity.models import Grant


def with_full_name(rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    """Add the name of the person that `path` leads to, as people write it, to be searched."""
    named: QuerySet[Any] = rows.annotate(
        _full_name=Concat(f"{path}first_name", Value(" "), f"{path}last_name")
    )
    return named


class UserRoleFilter(ApiFilterSet):
    """Members by person and by role (its name or its UUID)."""

    class Meta:
        model = Grant

    full_name = Contains(method="filter_full_name")
    native_name = Contains("user__native_name")
    role = Texts(method="filter_role")
    search_string = Exact(method="filter_search_string")
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

    def filter_role(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Keep those with any of the roles."""
        uuids = []
        for text in value:
            try:
                uuids.append(UUID(text))
            except ValueError:
                continue  # it is a name
        return rows.filter(Q(role__name__in=value) | Q(role__uuid__in=uuids))

    def filter_search_string(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those whose names or address contain the text."""
        found = with_full_name(rows, "user__")
        return found.filter(
            Q(_full_name__icontains=value)
            | Q(user__native_name__icontains=value)
            | Q(user__email__icontains=value)
            | Q(user__username__icontains=value)
        )
