"""Which reviews and concealments of roles a person may see, and in which shape."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from identity import access
from identity.invitation_querysets import sees_all
from identity.permissions import GIVING
from identity.roles import ScopeType

PENDING = Q(closed__isnull=True) & (Q(customer__is_removed=False) | Q(project__is_removed=False))
"""The condition that a review waits for somebody: what was removed needs none."""


class PermissionReviewQuerySet(QuerySet[Any]):
    """Reviews of who has which role."""

    def visible_to(self, user: Any) -> Self:
        """Keep those of organizations and projects in which the user gives roles."""
        if sees_all(user):
            return self
        if not user.is_authenticated:
            return self.none()
        in_customers = access.reach(user, GIVING[ScopeType.CUSTOMER])
        in_projects = access.reach(user, GIVING[ScopeType.PROJECT])
        return self.filter(
            Q(customer__in=in_customers.customers)
            | Q(project__in=in_projects.projects)
            | Q(project__customer__in=in_projects.customers)
        )

    def pending(self) -> Self:
        """Keep those that wait for somebody."""
        return self.filter(PENDING)

    def for_api(self, user: Any) -> Self:
        """Add whether each waits for somebody."""
        waits = Case(
            When(PENDING, then=Value(True)), default=Value(False), output_field=BooleanField()
        )
        return self.annotate(is_pending=waits)


class RoleConcealmentQuerySet(QuerySet[Any]):
    """Roles that are concealed from organizations."""

    def visible_to(self, user: Any) -> Self:
        """Keep those of organizations in which the user gives roles."""
        if sees_all(user):
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(customer__in=access.reach(user, GIVING[ScopeType.CUSTOMER]).customers)
