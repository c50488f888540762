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
from identity.models import Customer

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet


class RoleFilter(ApiFilterSet):
    """Roles by name and kind of scope."""

    available_for_customer = OneUuid(method="filter_offered", reads=NOTHING)
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

    def filter_offered(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those that are not concealed from an organization that the caller sees."""
        if self.form.cleaned_data.get("include_concealed"):
            return rows
        seen = Customer.objects.visible_to(self.request.user).filter(uuid=value)
        return rows.exclude(concealments__customer__in=seen)

    def as_it_is(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep all: `filter_offered` reads the value."""
        return rows
