"""Query parameters of the list of roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.api.filters import (
    NOTHING,
    ApiFilterSet,
    Contains,
    Exact,
    Flag,
    OneUuid,
    Ordering,
    Search,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet


class RoleFilter(ApiFilterSet):
    """Roles by name and kind of scope."""

    available_for_customer = OneUuid(method="as_it_is", reads=NOTHING)
    content_type = Exact("content_type")
    description = Contains("description")
    include_concealed = Flag(method="as_it_is", reads=NOTHING)
    is_active = Flag("is_active")
    is_system_role = Flag("is_system_role")
    name = Contains("name")
    query = Search("name__icontains", "description__icontains", uuid="uuid")
    o = Ordering(
        {
            "is_active": "is_active",
            "name": "name",
            # All roles are the service's own.
            "origin": (),
            "scope": "content_type",
            "users_count": "users_count",
        }
    )

    def as_it_is(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep all: every organisation has all roles, and none is concealed."""
        return rows
