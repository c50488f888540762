"""`/api/user-permissions/`: who has, or had, which role where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import SCOPED, Rule
from common.api.filters import NOTHING, Flag
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.api.members.filters import GrantFilter
from identity.api.users.permissions import PermissionOutput
from identity.models import Grant

if TYPE_CHECKING:
    from django.db.models import QuerySet


class UserPermissionFilter(GrantFilter):
    """Roles that hold now; also those that ended, where `is_active` or `show_inactive` asks."""

    show_inactive = Flag(method="as_it_is", reads=NOTHING)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave out what has ended unless it is asked for."""
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        if asked.get("is_active") is None and not asked.get("show_inactive"):
            rows = rows.in_force()  # type: ignore[attr-defined]
        return rows

    def as_it_is(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep all: `filter_queryset` reads the value."""
        return rows


class UserPermissionViewSet(Listed, Retrieved, ApiViewSet):
    """A role that a person has in an organization, a project or an offering, or had.

    You see your own, and those in what you see. Each says who gave it, when and until when, and of
    one that ended who took it away and why.
    """

    model = Grant
    noun = Noun("a role of a person", "roles of people")
    output = PermissionOutput
    filterset_class = UserPermissionFilter
    default_order = ("created",)
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED, "retrieve": SCOPED}
