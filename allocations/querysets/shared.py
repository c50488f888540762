"""Accounts of programs and courses: who sees them, and which a site serves."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import (
    Q,
    QuerySet,
)

from identity import access
from identity.permissions import Permission


class ProjectAccountQuerySet(QuerySet[Any]):
    """Accounts that belong to projects: of programs, and of courses."""

    def visible_to(self, user: Any) -> Self:
        """Keep those of the projects that the user may see."""
        within = access.reach(user, Permission.VIEW_PROJECT)
        if within.everywhere:
            return self
        return self.filter(
            Q(project__in=within.projects) | Q(project__customer__in=within.customers)
        )

    def at(self, resources: Any) -> Self:
        """Keep those of the projects that hold one of the resources."""
        return self.filter(project__in=resources.values("project"))


class CustomerAccountQuerySet(QuerySet[Any]):
    """Accounts that belong to organisations."""

    def visible_to(self, user: Any) -> Self:
        """Keep those of the organisations that the user may see with all that belongs to them."""
        within = access.reach(user, Permission.VIEW_CUSTOMER)
        return self if within.everywhere else self.filter(customer__in=within.customers)

    def at(self, resources: Any) -> Self:
        """Keep those of the organisations whose projects hold one of the resources."""
        return self.filter(customer__in=resources.values("project__customer"))
