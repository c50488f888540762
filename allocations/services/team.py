"""The people who may use a resource, as the site that serves them needs to know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocations.lifecycle import AccountState
from allocations.models import OfferingUser
from identity.models import Grant
from identity.roles import RoleName, ScopeType
from identity.standing import is_refused
from marketplace.lifecycle import WAITING, OrderType, ResourceState

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from identity.models import User
    from marketplace.models import Resource

STRENGTH = (RoleName.PROJECT_MANAGER, RoleName.PROJECT_ADMIN, RoleName.PROJECT_MEMBER)
"""The roles in a project, the strongest first."""


@dataclass(frozen=True)
class Member:
    """A person with a role in the resource's project; `role` is the last word of its name."""

    user: User
    role: str
    expiration_time: datetime | None
    account: OfferingUser | None


def members_of(resource: Resource, *, has_consent: bool | None = None) -> list[Member]:
    """Return the members by username, each once with their strongest role.

    With `has_consent`, only those who agreed to the offering's terms, or only those who did not.
    """
    grants = grants_of([resource.project_id]).select_related("user", "role")
    strongest: dict[int, Grant] = {}
    for grant in grants.order_by("user__username", "pk"):
        held = strongest.get(grant.user_id)
        if held is None or rank(grant.role.name) < rank(held.role.name):
            strongest[grant.user_id] = grant
    if has_consent is not None:
        consented = set(
            resource.offering.consents.filter(revocation_date__isnull=True).values_list(
                "user", flat=True
            )
        )
        strongest = {
            user: grant for user, grant in strongest.items() if (user in consented) is has_consent
        }
    accounts = {
        account.user_id: account
        for account in OfferingUser.objects.filter(
            offering=resource.offering_id, user__in=strongest
        ).exclude(state=AccountState.DELETED)
    }
    return [
        Member(
            user=grant.user,
            role=short_role(grant.role.name),
            expiration_time=grant.expiration_time,
            account=accounts.get(user),
        )
        for user, grant in strongest.items()
    ]


def is_only_asked_for(resource: Resource) -> bool:
    """Tell whether the order for a resource still waits for somebody to agree."""
    if resource.state != ResourceState.CREATING:
        return False
    waiting = resource.orders.filter(type=OrderType.CREATE, state__in=WAITING)
    return bool(waiting.exists())


def grants_of(projects: Any) -> QuerySet[Grant]:
    """Return the roles that make people members of projects, which are given by their keys."""
    in_force: QuerySet[Grant] = Grant.objects.in_force()
    return in_force.filter(
        ~is_refused("user"),
        scope_type=ScopeType.PROJECT,
        scope_id__in=projects,
        user__is_active=True,
    )


def rank(role: str) -> int:
    """Return how strong a role in a project is: the less, the stronger."""
    names = [name.value for name in STRENGTH]
    return names.index(role) if role in names else len(names)


def short_role(role: str) -> str:
    """Return the last word of a role's name, as teams have it."""
    return role.rsplit(".", maxsplit=1)[-1].lower()
