"""Which invitations a person may see, and in which shape the API reads them."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Q, QuerySet

from identity import access
from identity.permissions import GIVING
from identity.roles import ScopeType


def where_roles_are_given(user: Any, path: str = "") -> Q:
    """Return the condition that the user may give roles where a row invites to.

    `path` leads to that row, with its underscores.
    """
    found = Q(pk__in=())
    for scope_type, permission in GIVING.items():
        within = access.reach(user, permission)
        here = Q(**{f"{path}customer__in": within.customers})
        if scope_type is ScopeType.PROJECT:
            here |= Q(**{f"{path}project__in": within.projects})
        if scope_type is ScopeType.OFFERING:
            here |= Q(**{f"{path}scope_id__in": within.offerings})
        found |= Q(**{f"{path}scope_type": scope_type.value}) & here
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
        if user.email and not user.is_limited:
            seen |= Q(email__iexact=user.email, state="pending")
        return self.filter(seen)


class GroupInvitationQuerySet(QuerySet[Any]):
    """Invitations of whoever has the link."""

    def visible_to(self, user: Any) -> Self:
        """Keep those in scopes where the user gives roles, and public ones that are open."""
        if sees_all(user):
            return self
        public = Q(is_public=True, is_active=True)
        return self.filter(where_roles_are_given(user) | public)

    def reached_by(self, user: Any) -> Self:
        """Keep those that the user opens who has the link: for who is logged in all open ones."""
        if not user.is_authenticated or sees_all(user):
            return self.visible_to(user)
        return self.filter(where_roles_are_given(user) | Q(is_active=True))


class PermissionRequestQuerySet(QuerySet[Any]):
    """Requests for roles."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own, and those in scopes where the user gives roles."""
        if sees_all(user):
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            where_roles_are_given(user, "invitation__") | access.own(user, "created_by")
        )
