"""People who are removed: nothing personal of them is kept, and what they did stays on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.sessions.models import Session
from django.db import transaction

from common.errors import Conflict
from identity import event_kinds as kinds
from identity import events, versions
from identity.models import (
    Customer,
    EmailConfirmation,
    Grant,
    IdempotencyKey,
    InstitutionLogin,
    InvitationMail,
    LinkedIdentity,
    LoginFailures,
    Project,
    SshKey,
    UsedSlug,
    User,
)
from identity.roles import RoleName, ScopeType
from identity.services import (
    data_accesses,
    erasing,
    invitations,
    logins,
    members,
    role_requests,
    second_factors,
    users,
    vetting,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

KEPT_COLUMNS = frozenset(
    {
        "id",
        "uuid",
        "username",
        "slug",
        "password",
        "last_login",
        "is_active",
        "is_removed",
        "deactivation_reason",
        "date_joined",
        "modified",
        "session_generation",
    }
)
"""The columns of a person that are not emptied; the names among them are given up for others."""

NAMED_BY = (
    *("username", "email", "requested_email", "first_name", "middle_name", "last_name"),
    "native_name",
    *("phone_number", "civil_number"),
)
"""The columns of a person by which others' records may name them."""


class Oneself(Conflict):
    """Nobody removes themselves: staff are removed by other staff."""

    code = "oneself"


class AlreadyRemoved(Conflict):
    """Somebody else removed the person."""

    code = "already_removed"


class LastInCharge(Conflict):
    """Something would have nobody in charge of it."""

    code = "last_in_charge"


@transaction.atomic
def remove(user: User, *, actor: User, now: datetime) -> None:
    """Remove a person: their roles end, their tokens, sessions and keys too.

    The row stays, since orders, roles and events name it as who did something, but without anything
    personal; user name and slug are free for others. Sites hear that the person is gone as when
    they are deactivated, and have the accounts deleted. What others have on record of the person is
    erased by a worker (`identity.services.erasing`).

    :raises Oneself: the actor is the person.
    :raises LastInCharge: the person is the last PI of a project, or owner of an organization.
    :raises AlreadyRemoved: somebody was quicker.
    """
    if actor == user:
        raise Oneself("You cannot remove yourself.")
    _check_charges(user)
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if locked.is_removed:
        raise AlreadyRemoved("This user was removed.")
    _note_traces(locked, now=now)
    members.revoke_all(locked.grants.all(), actor=actor, now=now, reason="user removed")
    users.deactivate(locked, reason="removed", actor=actor, now=now)
    keys = SshKey.objects.filter(user=locked)
    versions.forget(*keys)
    keys.delete()
    _forget_traffic(locked)
    logins.forget(locked)
    invitations.forget(locked)
    second_factors.forget(locked)
    vetting.forget(locked)
    data_accesses.forget(locked)
    role_requests.forget(locked)
    events.record(kinds.USER_REMOVED, locked, actor=actor, now=now, message="A user was removed.")
    _empty(User.objects.get(pk=user.pk))
    versions.forget(locked)


def _check_charges(user: User) -> None:
    """Refuse while something would be left without anybody in charge; others wait meanwhile."""
    alone = [*_alone_in(Customer, ScopeType.CUSTOMER, RoleName.CUSTOMER_OWNER, user)]
    alone += _alone_in(Project, ScopeType.PROJECT, RoleName.PROJECT_MANAGER, user)
    if alone:
        raise LastInCharge(
            f"This person is the last one in charge of {', '.join(alone)}. Give somebody else the "
            "role first, or remove what is not needed any more."
        )


def _alone_in(model: Any, scope_type: ScopeType, role: RoleName, user: User) -> Iterator[str]:
    held = Grant.objects.in_force().filter(scope_type=scope_type, role__name=role)
    scopes = model.objects.filter(
        pk__in=held.filter(user=user).values("scope_id"), is_removed=False
    )
    for scope in scopes.order_by("pk").select_for_update(no_key=True, of=("self",)):
        others = held.filter(scope_id=scope.pk, user__is_active=True).exclude(user=user)
        if not others.exists():
            yield f"{scope_type} {scope.name}"


def _note_traces(user: User, *, now: datetime) -> None:
    """Note by what records name the person, before it is emptied."""
    keys, identities = SshKey.objects.filter(user=user), LinkedIdentity.objects.filter(user=user)
    texts = [str(getattr(user, column) or "") for column in NAMED_BY]
    for key in keys:
        texts += [key.name, *key.public_key.split()[1:], key.fingerprint_sha256]
    for identity in identities:
        texts += [identity.subject, identity.cuid]
    if user.slug != user.uuid.hex:
        texts.append(user.slug)
    rows = (*keys, *identities, *Grant.objects.filter(user=user))
    erasing.begin(user, [*texts, user.full_name], [row.uuid for row in rows], now=now)


def _forget_traffic(user: User) -> None:
    """Throw away what is kept of a person's logins, mails and requests."""
    EmailConfirmation.objects.filter(user=user).delete()
    IdempotencyKey.objects.filter(user=user).delete()
    logins_of = InstitutionLogin.objects.filter(identity__user=user)
    keys = logins_of.exclude(session_key="").values("session_key")
    Session.objects.filter(session_key__in=keys).delete()
    logins_of.delete()
    LoginFailures.objects.filter(username__iexact=user.username).delete()
    for address in filter(None, {user.email, user.requested_email}):
        InvitationMail.objects.filter(email__iexact=address).delete()


def _empty(user: User) -> None:
    columns: Any = User._meta.concrete_fields
    for column in columns:
        if column.name not in KEPT_COLUMNS:
            setattr(user, column.name, column.get_default())
    user.is_removed = True
    user.username = user.slug = erasing.pseudonym_of(user)
    user.set_unusable_password()
    user.save()
    UsedSlug.objects.filter(owner=user.uuid).exclude(slug=user.slug).delete()
