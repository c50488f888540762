"""People who are removed: nothing personal of them is kept, and what they did stays on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common.errors import Conflict
from identity import event_kinds as kinds
from identity import events
from identity.models import EmailConfirmation, SshKey, User
from identity.services import (
    invitations,
    logins,
    members,
    role_requests,
    second_factors,
    users,
    vetting,
)

if TYPE_CHECKING:
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


class Oneself(Conflict):
    """Nobody removes themselves: staff are removed by other staff."""

    code = "oneself"


class AlreadyRemoved(Conflict):
    """Somebody else removed the person."""

    code = "already_removed"


@transaction.atomic
def remove(user: User, *, actor: User, now: datetime) -> None:
    """Remove a person: their roles end, their tokens, sessions and keys too.

    The row stays, since orders, roles and events name it as who did something, but without anything
    personal; user name and slug are free for others. Sites hear that the person is gone as when
    they are deactivated, and have the accounts deleted.

    :raises Oneself: the actor is the person.
    :raises AlreadyRemoved: somebody was quicker.
    """
    if actor == user:
        raise Oneself("You cannot remove yourself.")
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if locked.is_removed:
        raise AlreadyRemoved("This user was removed.")
    members.revoke_all(locked.grants.all(), actor=actor, now=now, reason="user removed")
    users.deactivate(locked, reason="removed", actor=actor, now=now)
    SshKey.objects.filter(user=locked).delete()
    EmailConfirmation.objects.filter(user=locked).delete()
    logins.forget(locked)
    invitations.forget(locked)
    second_factors.forget(locked)
    vetting.forget(locked)
    role_requests.forget(locked)
    events.record(kinds.USER_REMOVED, locked, actor=actor, now=now, message="A user was removed.")
    _empty(User.objects.get(pk=user.pk))


def _empty(user: User) -> None:
    columns: Any = User._meta.concrete_fields
    for column in columns:
        if column.name not in KEPT_COLUMNS:
            setattr(user, column.name, column.get_default())
    user.is_removed = True
    user.username = user.slug = f"removed-{user.uuid.hex}"
    user.set_unusable_password()
    user.save()
