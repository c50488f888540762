"""One principal investigator per project, where the platform says so (ADR 0043).

A project begins without one. From the first on it has one at a time, who goes when a successor
comes (`hand_over`), and never before: but for an end that was said, and for who leaves altogether.
Whoever gives or takes the role holds the lock of the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from common.errors import Conflict
from identity.models import Grant, Project
from identity.roles import RoleName, ScopeType

if TYPE_CHECKING:
    from collections.abc import Collection

    from identity.models import Role, User

PI = RoleName.PROJECT_MANAGER


class HasPi(Conflict):
    """The project has a PI, and there is one alone."""

    code = "has_pi"


class NeedsPi(Conflict):
    """The project would be without a PI."""

    code = "needs_pi"


def pis(project_id: int) -> Any:
    """Return the roles of those who lead a project."""
    held = Grant.objects.on(ScopeType.PROJECT, project_id).in_force()
    return held.filter(role__name=PI.value)


def concern(role: Role, scope: Any) -> bool:
    """Tell whether there is one alone with a role in a scope."""
    is_one: bool = settings.ROLES.one_pi
    return is_one and role.name == PI and scope.scope_type == ScopeType.PROJECT


def check_free(
    role: Role, scope: Any, user: User | None = None, *, leaving: Collection[Grant] = ()
) -> None:
    """Refuse another PI beside the one that there is, and that is not `leaving`.

    :raises HasPi: somebody else leads the project.
    """
    if not concern(role, scope):
        return
    others = pis(scope.pk).exclude(pk__in=[grant.pk for grant in leaving])
    if user is not None:
        others = others.exclude(user=user)
    if others.exists():
        raise HasPi(
            f"{scope.name} has a principal investigator (PI), and there is one at a time: hand the"
            " project over to somebody else."
        )


def check_succeeded(role: Role, scope: Any, user: User) -> None:
    """Lock a project, and refuse to take the role from its only PI.

    :raises NeedsPi: nobody else leads the project.
    """
    if not concern(role, scope):
        return
    Project.objects.select_for_update(no_key=True).filter(pk=scope.pk).first()
    here = pis(scope.pk)
    if here.filter(user=user).exists() and not here.exclude(user=user).exists():
        raise NeedsPi(
            f"{user.full_name or user.username} is the only principal investigator (PI) of"
            f" {scope.name}: hand the project over to somebody else first."
        )
