"""Who may: the grants of a person turned into conditions. Imports no model; relations go by name.

`reach` is asked once per list or check and costs one query; what it returns holds primary keys, so
that the scoped query needs no join over grants.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import F, Func, Q, TextField
from django.db.models.functions import Now

from identity.permissions import GIVING, Permission, allowed_by, roles_with
from identity.roles import ScopeType

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

SEEING = frozenset(
    {
        Permission.VIEW_CUSTOMER,
        Permission.VIEW_PROJECT,
        Permission.VIEW_ORDER,
        Permission.VIEW_RESOURCE,
        Permission.VIEW_PROVIDER_SIDE,
    }
)
"""What support staff may do everywhere."""


class Held(NamedTuple):
    """What is asked of a grant: the role, and what it allows if staff made it; scope and owner."""

    role: str
    custom: str
    scope_type: str
    scope_id: int
    customer_id: int

    @property
    def permissions(self) -> frozenset[str]:
        """What the role allows."""
        return allowed_by(self.role, filter(None, self.custom.split(SEPARATOR)))


SEPARATOR = ","

HELD = (
    F("role__name"),
    Func(
        F("role__permissions"),
        template=f"array_to_string(%(expressions)s, '{SEPARATOR}')",  # no parameter: SQL is kept
        output_field=TextField(),
    ),
    F("scope_type"),
    F("scope_id"),
    F("customer_id"),
)
"""How that is asked, in the order of `Held`."""


@dataclass(frozen=True)
class Reach:
    """Where a person may do a certain thing: everywhere, or in these scopes (primary keys)."""

    everywhere: bool = False
    customers: frozenset[int] = field(default=frozenset())
    projects: frozenset[int] = field(default=frozenset())
    offerings: frozenset[int] = field(default=frozenset())

    @property
    def nowhere(self) -> bool:
        """Tell whether there is no scope at all."""
        return not (self.everywhere or self.customers or self.projects or self.offerings)

    def includes(self, scope_type: ScopeType, scope_id: int) -> bool:
        """Tell whether a scope is within reach."""
        if self.everywhere:
            return True
        held = {
            ScopeType.CUSTOMER: self.customers,
            ScopeType.PROJECT: self.projects,
            ScopeType.OFFERING: self.offerings,
        }
        return scope_id in held[scope_type]


NOWHERE = Reach()
EVERYWHERE = Reach(everywhere=True)


def not_ended() -> Q:
    """Return the condition on a grant that nobody took it away and its time is not over."""
    return Q(is_active=True) & (Q(expiration_time__isnull=True) | Q(expiration_time__gt=Now()))


def in_force() -> Q:
    """Return the condition on a grant that it gives something now.

    Neither its role nor the organization that it is in, or of, is disabled. It holds the moment
    that the time is over, also before the expiry task has run.
    """
    return not_ended() & Q(role__is_active=True, customer__blocked=False)


def allowing(permission: Permission) -> Q:
    """Return the condition on a grant that its role allows something."""
    return Q(role__name__in=roles_with(permission)) | Q(role__permissions__contains=[permission])


def held(user: Any) -> frozenset[Held]:
    """Return the grants of a user that are in force; asked for once in a request that reads."""
    found: frozenset[Held] = user.principal.grants
    return found


def grants_in_force(user: Any) -> frozenset[Held]:
    """Return what is asked of each grant of a user that is in force."""
    grants = user.grants.filter(in_force())
    return frozenset(Held(*row) for row in grants.values_list(*HELD))


def reach(user: Any, permission: Permission) -> Reach:
    """Return where `user` may do what `permission` names; one query, none for staff."""
    if not user.is_authenticated or not user.is_active:
        return NOWHERE
    if user.is_staff or (user.is_support and permission in SEEING):
        return EVERYWHERE
    if permission in user.principal.everywhere:
        return EVERYWHERE
    scopes: dict[str, set[int]] = {scope: set() for scope in ScopeType}
    roles = roles_with(permission)
    for grant in held(user):
        if grant.role in roles or (grant.custom and permission in grant.permissions):
            scopes[grant.scope_type].add(grant.scope_id)
    return Reach(
        customers=frozenset(scopes[ScopeType.CUSTOMER]),
        projects=frozenset(scopes[ScopeType.PROJECT]),
        offerings=frozenset(scopes[ScopeType.OFFERING]),
    )


def own(user: Any, path: str) -> Q:
    """Return the condition that the path leads to the user: a limited token owns nothing."""
    return Q(pk__in=()) if user.is_limited else Q(**{path: user})


def customers_around(user: Any) -> Any:
    """Return the keys of the organisations in which, or below which, a user holds a role."""
    if user.is_limited:
        return {grant.customer_id for grant in held(user)}
    return user.grants.filter(in_force()).values("customer")


def customers_shown(user: Any) -> Any:
    """Return those of them that the user sees: a token bound to a project sees it alone."""
    limits = user.principal.limits
    if limits is None:
        return customers_around(user)
    return {key for key in customers_around(user) if limits.shows_customer(key)}


def offerings_managed(user: Any, keys: Collection[int]) -> Q:
    """Return the condition on `offering_uuid` that it is one of these, in which a role is held.

    Offerings live in an app above this one; grants and bindings keep the UUID of their scope.
    """
    managed = user.grants.filter(
        in_force(), scope_type=ScopeType.OFFERING, scope_id__in=keys
    ).values("scope_uuid")
    found = Q(offering_uuid__in=managed)
    if limits := user.principal.limits:
        bound = (b for b in limits.bindings if b.scope_type == ScopeType.OFFERING)
        found |= Q(offering_uuid__in=[b.scope_uuid for b in bound if b.scope_id in keys])
    return found


def can(user: Any, permission: Permission, scopes: Iterable[tuple[ScopeType, int]]) -> bool:
    """Tell whether `user` may do something in any of the scopes (type and primary key)."""
    within = reach(user, permission)
    return any(within.includes(scope_type, scope_id) for scope_type, scope_id in scopes)


def permissions_in(user: Any, scopes: Collection[tuple[ScopeType, int]]) -> frozenset[str]:
    """Return all that the roles of `user` in any of the scopes allow."""
    here = (grant for grant in held(user) if (grant.scope_type, grant.scope_id) in scopes)
    return frozenset().union(*(grant.permissions for grant in here))


def gives_roles(user: Any, scope_type: ScopeType, scope_id: int, customer_id: int) -> bool:
    """Tell whether `user` may give roles in a scope, by a role there or in its organisation."""
    return can(
        user, GIVING[scope_type], [(scope_type, scope_id), (ScopeType.CUSTOMER, customer_id)]
    )


def speaks_for_a_source(user: Any) -> bool:
    """Tell whether an identity source has the user speak for it."""
    return bool(user.is_authenticated and user.is_identity_manager and user.managed_isds)


def told_of(user: Any, *, person: str = "") -> Q | None:
    """Return the condition on people that an identity source knows them for which the user speaks.

    None when the user speaks for none. `person` is the relation to them with its underscores. As in
    Waldur, whoever registers people has to find them again, and their accounts.
    """
    if not speaks_for_a_source(user):
        return None
    return Q(**{f"{person}active_isds__has_any_keys": user.managed_isds})
