"""Keys of resources: who sees them, and what they have been used for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import QuerySet

from allocations.lifecycle import ApiKeyState
from marketplace.querysets import consumed_or_provided

if TYPE_CHECKING:
    from datetime import date


class ResourceApiKeyQuerySet(QuerySet[Any]):
    """Keys, without what they open: that is told to nobody by a query."""

    def visible_to(self, user: Any) -> Self:
        """Keep those of the user's projects and of the offerings that they help to provide."""
        return consumed_or_provided(
            self, user, project="resource__project", offering="resource__offering"
        )

    def held(self) -> Self:
        """Keep those that are not deleted."""
        return self.exclude(state=ApiKeyState.DELETED)

    def used_in(self, month: date) -> Self:
        """Keep those with usage of a month, deleted ones too."""
        return self.filter(usage_period=month)
