"""Who holds which role in an organisation, a project or an offering, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from django.db import transaction
from django.db.models import Q

from common import storing
from common.errors import Conflict, Forbidden, Invalid
from identity import access, events, scopes
from identity import event_kinds as kinds
from identity.models import Customer, Grant, Project, Role, User
from identity.permissions import GIVING, allowed_by
from identity.roles import ScopeType
from identity.services import concealments, periodic_rows, pi_rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from identity.event_catalogue import Kind

EXPIRING = "identity.tasks.expire_grants"
"""The task that ends what has run out."""


class Scope(Protocol):
    """What a role can be held in: an organisation, or something that belongs to one."""

    @property
    def scope_type(self) -> ScopeType:
        """The kind of scope."""

    @property
    def pk(self) -> Any:
        """The primary key."""

    @property
    def uuid(self) -> UUID:
        """The public name."""

    @property
    def name(self) -> str:
        """What people call it."""


class RoleNotFound(Invalid):
    """There is no such role, or it is not given any more."""

    code = "role_not_found"


class WrongScope(Invalid):
    """The role is of another kind of scope."""

    code = "wrong_scope"


class AlreadyHeld(Invalid):
    """The user has the role in the scope already, whenever it ends."""

    code = "already_held"


class NotHeld(Invalid):
    """The user does not have the role in the scope."""

    code = "not_held"


class ExpirationInPast(Invalid):
    """A role cannot end before now."""

    code = "expiration_in_past"


class OwnGrant(Forbidden):
    """Nobody lets a role of their own end later than somebody else has decided."""

    code = "own_grant"


class RoleTooStrong(Forbidden):
    """Nobody gives a role that allows more, in its scope, than their own roles allow there."""

    code = "role_too_strong"


class ScopeGone(Conflict):
    """The scope was removed in the meantime."""

    code = "scope_gone"


@transaction.atomic
def grant(
    *,
    scope: Scope,
    user: User,
    role: Role,
    expiration_time: datetime | None = None,
    in_place_of: Collection[Grant] = (),
    actor: User | None,
    now: datetime,
) -> Grant:
    """Give a user a role in a scope, until a time or for good, maybe `in_place_of` others' roles.

    :raises WrongScope: the role is for another kind of scope.
    :raises RoleNotFound: the role is not given any more.
    :raises ExpirationInPast: it would end before now.
    :raises AlreadyHeld: the user has it; of two who give it at once, one gets this.
    :raises OwnGrant: the actor would outlast by it the roles that let them give it.
    :raises RoleTooStrong: the role allows more than those of the actor.
    :raises concealments.RoleConcealed: staff alone give it there.
    :raises pi_rules.HasPi: a project has one PI at a time, and this has another one.
    :raises ScopeGone: the project was removed.
    """
    role = _kept(role)
    check_role(role, scope)
    _check_expiration(expiration_time, now)
    customer, project = belongs_to(scope)
    concealments.check_offered(role, customer, actor)
    check_strength(role, scope, actor)
    if actor == user and not user.is_staff:
        _check_own(scope, customer, project, user, expiration_time)
    pi_rules.check_free(role, scope, user, leaving=in_place_of)
    if in_place_of:
        leaving = Grant.objects.filter(pk__in=[one.pk for one in in_place_of])
        _end(leaving, actor=actor, now=now, reason="handed over")
    held = Grant.objects.on(scope.scope_type, scope.pk).filter(user=user, role=role, is_active=True)
    _end(held.filter(expiration_time__lte=now), actor=None, now=now, reason="expired")
    given = Grant(
        user=user,
        role=role,
        scope_type=scope.scope_type.value,
        scope_id=scope.pk,
        scope_uuid=scope.uuid,
        scope_name=scope.name,
        customer=customer,
        project=project,
        created=now,
        created_by=actor,
        expiration_time=expiration_time,
    )
    twice = AlreadyHeld({"non_field_errors": ["User has already the same role in this scope."]})
    with storing.refusing(a_role_once_per_scope=twice):
        given.save(force_insert=True)
    record(kinds.GRANT_GIVEN, given, f"{user} became {role}", actor=actor, now=now)
    return given


@transaction.atomic
def change(
    *,
    scope: Scope,
    user: User,
    role: Role,
    expiration_time: datetime | None,
    actor: User,
    now: datetime,
) -> Grant:
    """Let a role that a user has end at another time, or never.

    :raises WrongScope: the role is for another kind of scope.
    :raises ExpirationInPast: it would end before now.
    :raises NotHeld: the user has not got it.
    :raises OwnGrant: it is the actor's own, and would end later.
    :raises RoleTooStrong: it would end later, and allows more than the roles of the actor.
    """
    check_role(role, scope)
    _check_expiration(expiration_time, now)
    held = Grant.objects.on(scope.scope_type, scope.pk).in_force().filter(user=user, role=role)
    changed: Grant | None = held.select_for_update(of=("self",)).first()
    if changed is None:
        raise NotHeld({"non_field_errors": ["User does not have this role in this scope."]})
    if _outlasts(expiration_time, changed.expiration_time):
        if actor == user and not user.is_staff:
            raise OwnGrant("You cannot extend a role of your own: ask somebody else who may.")
        check_strength(role, scope, actor)
    changed.expiration_time = expiration_time
    changed.save(update_fields=["expiration_time", "modified"])
    until = f"until {expiration_time:%Y-%m-%d}" if expiration_time else "for good"
    record(kinds.GRANT_CHANGED, changed, f"{user} is {role} {until}", actor=actor, now=now)
    return changed


def may_give(user: User, scope: Any, role: Role | None = None) -> bool:
    """Tell whether somebody may give a role, or any, in a scope, by roles there or above it."""
    gives = access.gives_roles(user, scope.scope_type, scope.pk, _customer_of(scope))
    return gives and (role is None or not _beyond(role, scope, user))


def check_strength(role: Role, scope: Any, actor: User | None) -> None:
    """Refuse a role that allows what the actor may not do in its scope, nor in what it is of.

    :raises RoleTooStrong: the role allows more than those of the actor.
    """
    if beyond := _beyond(role, scope, actor):
        raise RoleTooStrong(
            f"{role} allows more than you may do here yourself: {', '.join(sorted(beyond))}."
        )


def _beyond(role: Role, scope: Any, actor: User | None) -> frozenset[str]:
    """Return what a role allows and no role of the actor does; staff may all."""
    if actor is None or actor.is_staff:
        return frozenset()
    scopes = {(scope.scope_type, scope.pk), (ScopeType.CUSTOMER, _customer_of(scope))}
    return allowed_by(role.name, role.permissions) - access.permissions_in(actor, scopes)


def _customer_of(scope: Any) -> int:
    customer: int = scope.pk if scope.scope_type is ScopeType.CUSTOMER else scope.customer_id
    return customer


def scope_of(scope_type: str, scope_id: int) -> Any:
    """Return the scope that a row names by type and key; one that was removed softly is found.

    :raises ScopeGone: it is not there any more.
    """
    found = scopes.scope_of(scope_type, scope_id)
    if found is None:
        raise ScopeGone(f"This {scope_type} was removed.")
    return found


def giving_roles(invited: Any) -> Q:
    """Return the condition on grants that they let their person give roles where a row invites."""
    scope_type = ScopeType(invited.scope_type)
    here = Q(scope_type=scope_type.value, scope_id=invited.scope_id)
    above = Q(scope_type=ScopeType.CUSTOMER.value, scope_id=invited.customer_id)
    return (here | above) & access.allowing(GIVING[scope_type])


def check_role(role: Role, scope: Scope) -> None:
    """Refuse a role that cannot be given in a scope.

    :raises RoleNotFound: it is not given any more.
    :raises WrongScope: it is for another kind of scope.
    """
    if not role.is_active:
        raise _no_such_role()
    if role.content_type != scope.scope_type:
        raise WrongScope({"non_field_errors": ["Role is not valid for this scope."]})


@transaction.atomic
def revoke(
    *, scope: Scope, user: User, role: Role, actor: User, now: datetime, reason: str = "revoked"
) -> None:
    """Take a role from a user; when they have not got it, it is as asked for already.

    :raises pi_rules.NeedsPi: they are the only PI of a project that has to have one.
    """
    pi_rules.check_succeeded(role, scope, user)
    held = Grant.objects.on(scope.scope_type, scope.pk).filter(user=user, role=role)
    _end(held, actor=actor, now=now, reason=reason)


@transaction.atomic
def revoke_all(grants: Iterable[Grant] | Any, *, actor: User, now: datetime, reason: str) -> None:
    """Take all these roles from those who hold them: the scope or the user goes."""
    _end(grants, actor=actor, now=now, reason=reason)


def tell_of_role(role: Role, *, actor: User, now: datetime) -> None:
    """Record of each who holds a role that it was given or taken, as it was enabled or disabled."""
    held = Grant.objects.filter(access.not_ended(), role=role, customer__blocked=False)
    why = "the role was enabled" if role.is_active else "the role was disabled"
    _tell(held, gives=role.is_active, why=why, actor=actor, now=now)


def tell_of_customer(customer: Customer, *, actor: User, now: datetime) -> None:
    """Record of each who has a role in an organization that a block takes it, or gives it back."""
    held = Grant.objects.filter(access.not_ended(), customer=customer, role__is_active=True)
    why = f"the organization was {'blocked' if customer.blocked else 'unblocked'}"
    _tell(held, gives=not customer.blocked, why=why, actor=actor, now=now)


def _tell(held: Any, *, gives: bool, why: str, actor: User, now: datetime) -> None:
    kind, what = (kinds.GRANT_GIVEN, "is again") if gives else (kinds.GRANT_REVOKED, "is no longer")
    rows = held.order_by("pk").select_related("user", "role", "customer", "project")
    for grant in rows.iterator():
        record(kind, grant, f"{grant.user} {what} {grant.role} ({why})", actor=actor, now=now)


def expire(*, now: datetime) -> int:
    """End the grants whose time has come, each in a transaction of its own; return how many."""
    due = Grant.objects.filter(is_active=True, expiration_time__lte=now)

    @transaction.atomic
    def end(grant: Grant) -> int:
        return _end(due.filter(pk=grant.pk), actor=None, now=now, reason="expired")

    return sum(periodic_rows.for_each(EXPIRING, due, end, now=now))


def _end(grants: Any, *, actor: User | None, now: datetime, reason: str) -> int:
    """Lock the active ones of `grants`, make them history, and record each."""
    # What they belong to is read once they are locked: their project may have been moved meanwhile.
    active = grants.filter(is_active=True).select_for_update(of=("self",))
    rows = Grant.objects.filter(pk__in=[grant.pk for grant in active])
    ended = list(rows.select_related("user", "role", "customer", "project").order_by("pk"))
    rows.update(
        is_active=False, revoked_at=now, revoked_by=actor, revoke_reason=reason, modified=now
    )
    kind = kinds.GRANT_EXPIRED if reason == "expired" else kinds.GRANT_REVOKED
    for one in ended:
        record(kind, one, f"{one.user} is no longer {one.role} ({reason})", actor=actor, now=now)
    return len(ended)


def _kept(role: Role) -> Role:
    """Return a role as it is now, which stays so to the end of the transaction.

    Others may give it meanwhile; who disables or removes it waits, and finds then who has it.

    :raises RoleNotFound: it was removed.
    """
    rows = Role.objects.raw("SELECT * FROM identity_role WHERE id = %s FOR KEY SHARE", [role.pk])
    kept: Role | None = next(iter(rows), None)
    if kept is None:
        raise _no_such_role()
    return kept


def _no_such_role() -> RoleNotFound:
    return RoleNotFound({"role": ["Role is not found."]})


def _check_expiration(expiration_time: datetime | None, now: datetime) -> None:
    if expiration_time is not None and expiration_time <= now:
        raise ExpirationInPast(
            {"expiration_time": ["Expiration time should be greater than current time."]}
        )


def _check_own(
    scope: Scope,
    customer: Customer,
    project: Project | None,
    user: User,
    expiration_time: datetime | None,
) -> None:
    """Refuse a role that a user gives themselves beyond the end of what lets them give it."""
    above = Q(scope_type=ScopeType.CUSTOMER.value, scope_id=customer.pk)
    if project is not None:
        above |= Q(scope_type=ScopeType.PROJECT.value, scope_id=project.pk)
    here = Q(scope_type=scope.scope_type.value, scope_id=scope.pk)
    held = Grant.objects.in_force().filter(
        above | here, access.allowing(GIVING[scope.scope_type]), user=user
    )
    ends = list(held.values_list("expiration_time", flat=True))
    if not any(not _outlasts(expiration_time, end) for end in ends):
        raise OwnGrant("You cannot give yourself a role for longer than you may give roles here.")


def _outlasts(end: datetime | None, other: datetime | None) -> bool:
    """Tell whether something that ends at `end` (never, if None) ends later than another."""
    return other is not None and (end is None or end > other)


def belongs_to(scope: Any) -> tuple[Customer, Project | None]:
    """Lock the scope against its removal and return the organisation and project that it is of.

    :raises ScopeGone: it was removed.
    """
    locked = type(scope).objects.select_for_update(no_key=True, of=("self",)).filter(pk=scope.pk)
    if scope.scope_type in {ScopeType.PROJECT, ScopeType.CUSTOMER}:
        locked = locked.filter(is_removed=False)
    found = locked.first()
    if found is None:
        raise ScopeGone(f"This {scope.scope_type} was removed.")
    if scope.scope_type is ScopeType.PROJECT and found.customer_id != scope.customer_id:
        raise ScopeGone("This project was moved to another organization.")
    if scope.scope_type is ScopeType.CUSTOMER:
        return found, None
    return found.customer, found if scope.scope_type is ScopeType.PROJECT else None


def record(kind: Kind, grant: Grant, message: str, *, actor: User | None, now: datetime) -> None:
    """Record what happened to a role of somebody's."""
    events.record(
        kind,
        grant,
        actor=actor,
        now=now,
        message=f"{message} in {grant.scope_name}.",
        payload={
            "role": grant.role.name,
            "user_uuid": grant.user.uuid.hex,
            "scope_type": grant.scope_type,
            "scope_uuid": grant.scope_uuid.hex,
            "expiration_time": grant.expiration_time and grant.expiration_time.isoformat(),
        },
    )
