"""Which invitations a person may see, and in which shape the API reads them."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Q, QuerySet

from identity import access
from identity.permissions import GIVING
from identity.roles import ScopeType


def where_roles_are_given(user: Any) -> Q:
    """Return the condition on rows of a scope that the user may give roles there."""
    found = Q(pk__in=())
    for scope_type, permission in GIVING.items():
        within = access.reach(user, permission)
        here = Q(customer__in=within.customers)
        if scope_type is ScopeType.PROJECT:
            here |= Q(project__in=within.projects)
        if scope_type is ScopeType.OFFERING:
            here |= Q(scope_id__in=within.offerings)
        found |= Q(scope_type=scope_type.value) & here
    return found


def sees_all(user: Any) -> bool:
    """Tell whether somebody sees all of them: staff and support."""
    return bool(user.is_authenticated and user.is_active and (user.is_staff or user.is_support))


class InvitationQuerySet(QuerySet[Any]):
    """Invitations to roles."""

    def visible_to(self, user: Any) -> Self:
        """Keep those in scopes where the user gives roles, and those to the user's own address."""
        if sees_all(user):
            return self
        if not user.is_authenticated:
            return self.none()
        seen = where_roles_are_given(user)
        if user.email:
            seen |= Q(email__iexact=user.email, state="pending")
        return self.filter(seen)
