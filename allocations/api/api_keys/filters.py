"""Query parameters of the list of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocations.lifecycle import ApiKeyAction, ApiKeyState
from allocations.models import ResourceApiKey
from common.api.filters import ApiFilterSet, Before, Choices, Flag, OneUuid

if TYPE_CHECKING:
    from django.db.models import QuerySet


class ApiKeyFilter(ApiFilterSet):
    """Keys by what they are for and what the site is to do; deleted ones if asked for only."""

    has_pending_action = Flag(method="with_pending_action", reads=("pending_action",))
    modified_before = Before("modified")
    offering_uuid = OneUuid("resource__offering__uuid")
    pending_action = Choices("pending_action", ApiKeyAction)
    resource_uuid = OneUuid("resource__uuid")
    state = Choices("state", ApiKeyState)
    user_uuid = OneUuid("user__uuid")

    def with_pending_action(self, keys: QuerySet[Any], _: str, value: bool) -> QuerySet[Any]:
        """Keep those with which the site is to do something, or could not; or the others."""
        return keys.exclude(pending_action="") if value else keys.filter(pending_action="")

    def filter_queryset(self, queryset: Any) -> Any:
        """Leave out the deleted ones, unless states are asked for."""
        keys: Any = super().filter_queryset(queryset)
        return keys if self.form.cleaned_data.get("state") else keys.held()


class UsageTotalsFilter(ApiFilterSet):
    """The resource whose keys were used."""

    class Meta:
        model = ResourceApiKey

    resource_uuid = OneUuid("resource__uuid", required=True)
