"""Accounts of robots: asked for, made by the site and reported, and given up again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from allocations import event_kinds as kinds
from allocations.lifecycle import ROBOT_ACCOUNT, RobotAccountState
from allocations.models import OfferingUser, RobotAccount
from allocations.services import membership
from allocations.usernames import is_account_name, is_reserved, same_name
from common import changes, locks, storing
from common.errors import Conflict, Invalid, Missing
from common.redaction import without_secrets
from identity import events
from identity.services import keys as ssh_keys
from marketplace.services import locking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import Resource

TARGETS = {
    "set_state_creating": RobotAccountState.CREATING,
    "set_state_ok": RobotAccountState.OK,
    "set_state_request_deletion": RobotAccountState.DELETION_REQUESTED,
    "set_state_deleted": RobotAccountState.DELETED,
    "set_state_erred": RobotAccountState.ERROR,
    "close": RobotAccountState.DELETED,
}
"""Where the actions of the API lead, and the service's own."""

TAKEN = {"username": ["An account at the offering has this name."]}


class RobotNameTaken(Invalid):
    """An account of a person or a robot at the offering has the name."""

    code = "username_taken"


class BadRobotName(Invalid):
    """No site can call an account so."""

    code = "bad_username"


class NotOfTheProject(Invalid):
    """Nobody acts as a robot, or answers for it, who does not work in the project."""

    code = "not_in_project"


class RobotMoved(Invalid):
    """An account stays with its resource."""

    code = "resource_fixed"


class RobotAccountGone(Missing):
    """The account went with its resource, or was removed, meanwhile."""


class RobotAccountEnded(Conflict):
    """The account is deleted."""

    code = "robot_account_ended"


@transaction.atomic
def create(
    *,
    resource: Resource,
    actor: User,
    now: datetime,
    users: Sequence[User] = (),
    **fields: Any,
) -> RobotAccount:
    """Ask for an account for what works by itself with a resource.

    `fields` are `type`, `username`, `description`, `responsible_user` and `keys`.

    :raises IllegalTransition: the resource is terminated.
    :raises BadRobotName: it is no name for an account.
    :raises RobotNameTaken: another account of the offering has it.
    :raises NotOfTheProject: a person has no role in the project.
    :raises NotAKey: a key is none.
    """
    held = locking.live_resource(resource)
    locking.offering(held.offering_id)
    account = RobotAccount(resource=held, created=now, **_read(fields))
    _check_people(held, users, account.responsible_user)
    _check_name(account)
    with storing.refusing(a_robots_name_once_per_resource=RobotNameTaken(TAKEN)):
        account.save(force_insert=True)
    account.users.set(users)
    _record(account, kinds.ROBOT_ACCOUNT_CREATED, actor=actor, now=now)
    return account


@transaction.atomic
def change(
    account: RobotAccount,
    *,
    actor: User,
    now: datetime,
    users: Sequence[User] | None = None,
    **wanted: Any,
) -> RobotAccount:
    """Change what is told of an account; it stays with its resource.

    :raises RobotMoved: another resource is wanted.
    :raises RobotAccountEnded: it is deleted.
    :raises BadRobotName: it is no name for an account.
    :raises RobotNameTaken: another account of the offering has it.
    :raises NotOfTheProject: a person has no role in the project.
    :raises NotAKey: a key is none.
    :raises RobotAccountGone: it was removed meanwhile.
    """
    if wanted.pop("resource", account.resource) != account.resource:
        raise RobotMoved({"resource": ["This cannot be changed: open another account."]})
    locking.offering(account.resource.offering_id)
    locked = _locked(account)
    if locked.state == RobotAccountState.DELETED:
        raise RobotAccountEnded("The account is deleted.")
    changed = changes.differing(locked, _read(wanted))
    new = [] if users is None else [user for user in users if user not in locked.users.all()]
    _check_people(locked.resource, new, changed.get("responsible_user"))
    former = changes.assign(locked, changed)
    if "username" in former:
        _check_name(locked)
    with storing.refusing(a_robots_name_once_per_resource=RobotNameTaken(TAKEN)):
        locked.save(update_fields=[*changed, "modified"])
    fields = set(changed)
    if users is not None and set(users) != set(locked.users.all()):
        locked.users.set(users)
        fields.add("users")
    if fields:
        told = sorted(fields)
        _record(locked, kinds.ROBOT_ACCOUNT_UPDATED, actor=actor, now=now, fields=told)
    return locked


@transaction.atomic
def move(
    account: RobotAccount,
    action: str,
    *,
    actor: User | None,
    now: datetime,
    error_message: str = "",
) -> RobotAccount:
    """Carry out what the site reports, or what somebody asks of it: an action of the table.

    :raises IllegalTransition: the account is not in a state for it.
    :raises RobotAccountGone: it was removed meanwhile.
    """
    locked = _locked(account)
    before, target = RobotAccountState(locked.state), TARGETS[action]
    ROBOT_ACCOUNT.check(action, before, target)
    error = without_secrets(error_message) if target is RobotAccountState.ERROR else ""
    columns = {"state": target, "error_message": error, "error_traceback": ""}
    changes.write(locked, columns, now=now)
    told = {"old_state": before.value, "new_state": target.value}
    ended = target is RobotAccountState.DELETED
    kind = kinds.ROBOT_ACCOUNT_DELETED if ended else kinds.ROBOT_ACCOUNT_STATE_CHANGED
    _record(locked, kind, actor=actor, now=now, **told)
    return locked


@transaction.atomic
def remove(account: RobotAccount, *, actor: User, now: datetime) -> None:
    """Forget an account; the site is not asked to do anything.

    :raises RobotAccountGone: it was removed meanwhile.
    """
    locked = _locked(account)
    _record(locked, kinds.ROBOT_ACCOUNT_REMOVED, actor=actor, now=now)
    locked.delete()


@transaction.atomic
def close_all(resource: Resource, *, now: datetime) -> None:
    """Delete the accounts at a resource that has ended: there is nothing left to work with."""
    for account in RobotAccount.objects.kept().filter(resource=resource).order_by("pk"):
        move(account, "close", actor=None, now=now)


def _locked(account: RobotAccount) -> RobotAccount:
    told = ("resource__project__customer", "resource__offering__customer", "responsible_user")
    gone = RobotAccountGone("No RobotAccount matches the given query.")
    return locks.locked(account, gone, related=told)


def _read(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields, with the keys as they are kept."""
    if (keys := fields.get("keys")) is None:
        return fields
    read = []
    for key in keys:
        try:
            read.append(str(ssh_keys.parse(key)))
        except ssh_keys.NotAKey as error:
            raise ssh_keys.NotAKey({"keys": ["One of them is no public SSH key."]}) from error
    return {**fields, "keys": list(dict.fromkeys(read))}


def _check_people(resource: Resource, users: Sequence[User], responsible: User | None) -> None:
    asked = {"users": list(users), "responsible_user": [responsible] if responsible else []}
    for field, people in asked.items():
        keys = {person.pk for person in people}
        if membership.members(resource.project).filter(pk__in=keys).count() != len(keys):
            raise NotOfTheProject({field: ["Only people with a role in the project."]})


def _check_name(account: RobotAccount) -> None:
    """Refuse a name that is none, or that another account of the offering has; it is locked."""
    name = account.username
    if not name:
        return
    if not is_account_name(name) or is_reserved(name):
        raise BadRobotName({"username": ["This is no name for an account on Linux."]})
    offering = account.resource.offering_id
    robots = RobotAccount.objects.kept().filter(resource__offering=offering).exclude(pk=account.pk)
    people = OfferingUser.objects.live().filter(offering=offering)
    same = {"username__iexact": same_name(name)}
    if robots.filter(**same).exists() or people.filter(**same).exists():
        raise RobotNameTaken(TAKEN)


def _record(
    account: RobotAccount, kind: Kind, *, actor: User | None, now: datetime, **payload: Any
) -> None:
    resource = account.resource
    events.record(
        kind,
        account,
        actor=actor,
        now=now,
        payload={
            "username": account.username,
            "type": account.type,
            "resource_uuid": resource.uuid.hex,
            "resource_name": resource.name,
            **payload,
        },
    )
