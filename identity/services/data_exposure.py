"""Who may see what of a person at present, and on what ground. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from identity.contributions import contributions
from identity.models import Grant, User
from identity.roles import ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_PEOPLE = 200
"""How many people of one scope are named."""

STAFF = "Staff and support of the platform may read everything that is known of a person."


def of(user: User, *, names_staff: bool) -> dict[str, Any]:
    """Return who may see what of a person; those who run the platform by name or in number."""
    scopes, providers = _scopes(user), contributions().provider_access(user)
    platform = User.objects.get_queryset().filter(
        Q(is_staff=True) | Q(is_support=True), is_active=True
    )
    people = list(platform.order_by("username")[:MOST_PEOPLE])
    administrative: dict[str, Any] = {
        "description": STAFF,
        "staff_count": sum(one.is_staff for one in people),
        "support_count": sum(one.is_support for one in people),
    }
    if names_staff:
        administrative["users"] = [
            {**person(one), "access_type": _access_type(one)} for one in people
        ]
    colleagues = {one["user_uuid"] for scope in scopes for one in scope["users"]}
    return {
        "administrative_access": administrative,
        "organizational_access": scopes,
        "service_provider_access": providers,
        "summary": {
            "total_administrative_access": len(people) if names_staff else None,
            "total_organizational_access": len(colleagues),
            "total_provider_access": len(providers),
        },
    }


def person(user: User) -> dict[str, str]:
    """Return who somebody is."""
    return {"user_uuid": user.uuid.hex, "username": user.username, "full_name": user.full_name}


def team(grants: Iterable[Grant], *, but: User) -> list[dict[str, Any]]:
    """Return who holds roles, each once, with the first of theirs."""
    named: dict[str, dict[str, Any]] = {}
    for grant in grants:
        if grant.user_id != but.pk:
            named.setdefault(grant.user.uuid.hex, {**person(grant.user), "role": grant.role.name})
    return list(named.values())[:MOST_PEOPLE]


def _access_type(user: User) -> str:
    if user.is_staff and user.is_support:
        return "staff_and_support"
    return "staff" if user.is_staff else "support"


def _scopes(user: User) -> list[dict[str, Any]]:
    """Return the organizations and projects of a person, each with those who see them by it."""
    held = Grant.objects.in_force().exclude(scope_type=ScopeType.OFFERING)
    own = held.filter(user=user).order_by("scope_type", "scope_name", "pk")
    customers = set(own.values_list("customer", flat=True))
    others: dict[tuple[str, int], list[Grant]] = {}
    for grant in (
        held.filter(customer__in=customers, user__is_active=True)
        .select_related("user", "role")
        .order_by("user__username", "pk")
    ):
        others.setdefault((grant.scope_type, grant.scope_id), []).append(grant)
    found = {}
    for grant in own.select_related("customer", "project"):
        key = (grant.scope_type, grant.scope_id)
        above = others.get((ScopeType.CUSTOMER.value, grant.customer_id), [])
        scope = grant.project or grant.customer
        found[key] = {
            "scope_type": grant.scope_type,
            "scope_uuid": scope.uuid.hex,
            "scope_name": scope.name,
            "users": team([*others.get(key, []), *above], but=user),
        }
    return list(found.values())
