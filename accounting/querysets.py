"""Which usages a person may see: those of the resources that he may see."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import QuerySet

from allocations.lifecycle import AccountState
from marketplace.querysets import both_sides


class ComponentUsageQuerySet(QuerySet[Any]):
    """Monthly usages."""

    def visible_to(self, user: Any) -> Self:
        """Keep the usages of resources that the user may see."""
        return both_sides(self, user, project="resource__project", offering="resource__offering")


class ComponentUserUsageQuerySet(QuerySet[Any]):
    """Monthly usages by person."""

    def visible_to(self, user: Any) -> Self:
        """Keep the usages of resources that the user may see."""
        return both_sides(
            self,
            user,
            project="component_usage__resource__project",
            offering="component_usage__resource__offering",
        )


class ComponentUserUsageLimitQuerySet(QuerySet[Any]):
    """People's limits."""

    def visible_to(self, user: Any) -> Self:
        """Keep the limits on resources that the user may see, of people who have an account.

        Sites go by usernames: a limit of a deleted account would hold for whoever has its name now.
        """
        seen = both_sides(self, user, project="resource__project", offering="resource__offering")
        return seen.exclude(user__state=AccountState.DELETED)
