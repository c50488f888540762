"""Accounts of people at sites: asked for, made and named by the site, and given up again.

Who needs one is `membership`'s question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from allocations import event_kinds as kinds
from allocations.lifecycle import ACCOUNT, COMING, AccountState
from allocations.models import OfferingUser
from allocations.services import admission, rights
from allocations.usernames import MAX_LENGTH, is_reserved, is_site_name
from common import locks, storing
from common.errors import Conflict, Invalid
from common.machine import IllegalTransition
from identity import events

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User
    from marketplace.models import Offering

TARGETS = {
    "begin_creating": AccountState.CREATING,
    "set_ok": AccountState.OK,
    "set_validation_complete": AccountState.OK,
    "set_error_creating": AccountState.ERROR_CREATING,
    "set_pending_account_linking": AccountState.PENDING_ACCOUNT_LINKING,
    "set_pending_additional_validation": AccountState.PENDING_ADDITIONAL_VALIDATION,
    "request_deletion": AccountState.DELETION_REQUESTED,
    "set_deleting": AccountState.DELETING,
    "set_deleted": AccountState.DELETED,
    "set_error_deleting": AccountState.ERROR_DELETING,
}
"""Where the actions that sites and providers report lead."""

NAMED = frozenset(
    {
        AccountState.OK,
        AccountState.DELETION_REQUESTED,
        AccountState.DELETING,
        AccountState.ERROR_DELETING,
    }
)
"""Where a site has the account, and has to find it by its name."""

RUNTIME_STATES = {
    "Active": AccountState.OK,
    "Pending account linking": AccountState.PENDING_ACCOUNT_LINKING,
    "Pending additional validation": AccountState.PENDING_ADDITIONAL_VALIDATION,
}
"""How an account stands for the person, in the words of the API, and the state that says so."""

ACTIONS: Mapping[Kind, str] = {
    kinds.ACCOUNT_CREATED: "create",
    kinds.ACCOUNT_REMOVED: "delete",
    kinds.ACCOUNT_USERNAME_SET: "username_set",
    kinds.ACCOUNT_ATTRIBUTES_CHANGED: "attribute_update",
}
"""What sites are told an event is; whatever is not here is an `update`."""


class AccountExists(Invalid):
    """The person has an account at the offering already."""

    code = "account_exists"


class UsernameTaken(Invalid):
    """Somebody else has the name at the offering."""

    code = "username_taken"


class BadUsername(Invalid):
    """No site can call an account so."""

    code = "bad_username"


class Nameless(Invalid):
    """The account is in use, and its site would not know whose it is."""

    code = "nameless"


class ReservedUsername(Invalid):
    """Machines have an account of that name for themselves."""

    code = "reserved_username"


class AccountGone(Conflict):
    """The account was removed in the meantime."""

    code = "account_gone"


@transaction.atomic
def create(
    *, offering: Offering, user: User, username: str = "", actor: User | None, now: datetime
) -> OfferingUser:
    """Open an account for a person at an offering; with a name it is ready at once.

    :raises NoRight: a provider opens it for somebody who need not have one.
    :raises NotAdmitted: the person has first to agree to the offering's terms.
    :raises AccountExists: the person has one; of two who open it at once, one gets this.
    :raises BadUsername: `useradd` takes no such name.
    :raises ReservedUsername: machines have an account of that name.
    :raises UsernameTaken: another account of the offering has the name, in whatever case.
    """
    is_by_staff = actor is not None and actor.is_staff
    if actor is not None and not is_by_staff:
        rights.check(user, offering, actor=actor)
    admission.check(user, offering)
    check_reserved(username)
    _check_name(username)
    account = OfferingUser(
        offering=offering,
        user=user,
        username=username,
        state=AccountState.OK if username else AccountState.REQUESTED,
        propagation_date=now if username else None,
        is_granted=is_by_staff,
        created=now,
    )
    _store(account)
    record(account, kinds.ACCOUNT_CREATED, actor=actor, now=now, states=("", account.state))
    return account


@transaction.atomic
def set_username(
    account: OfferingUser, *, username: str, actor: User | None, now: datetime
) -> OfferingUser:
    """Name the account as the site does; one that is being made is ready with that.

    :raises BadUsername: `useradd` takes no such name.
    :raises ReservedUsername: machines have an account of that name.
    :raises Nameless: the name of an account that is in use, or is to be deleted, is taken away.
    :raises UsernameTaken: another account of the offering has the name, in whatever case.
    :raises AccountGone: the account was removed meanwhile.
    """
    locked = locked_now(account)
    before = locked.username
    if username == before:
        return locked
    _check_name(username)
    if not username and locked.state in NAMED:
        raise Nameless({"username": ["An account that is in use keeps a username."]})
    locked.username = username
    locked.keeps_old_name = False
    _store(locked)
    if username and locked.state in COMING:
        advance(locked, "set_ok", AccountState.OK, actor=actor, now=now)
    record(
        locked,
        kinds.ACCOUNT_USERNAME_SET,
        actor=actor,
        now=now,
        message=f"{locked.user} is {username or 'nameless'} at {locked.offering.name}",
        payload={"username": username, "old_username": before},
    )
    return locked


@transaction.atomic
def move(
    account: OfferingUser,
    action: str,
    *,
    comment: str | None = None,
    comment_url: str | None = None,
    actor: User | None,
    now: datetime,
) -> OfferingUser:
    """Carry out what the site reports or the provider asks for: an action of the table.

    :raises IllegalTransition: the account is not in a state for it.
    :raises AccountGone: the account was removed meanwhile.
    """
    locked = locked_now(account)
    advance(locked, action, TARGETS[action], actor=actor, now=now)
    if comment is not None or comment_url is not None:
        _write_comments(locked, comment or "", comment_url or "")
    return locked


@transaction.atomic
def set_comments(
    account: OfferingUser,
    *,
    comment: str | None = None,
    comment_url: str | None = None,
    actor: User,
    now: datetime,
) -> OfferingUser:
    """Tell the person something about the account; what is not given stays as it is.

    :raises AccountGone: the account was removed meanwhile.
    """
    locked = locked_now(account)
    before = (locked.service_provider_comment, locked.service_provider_comment_url)
    after = tuple(
        old if new is None else new for old, new in zip(before, (comment, comment_url), strict=True)
    )
    if after != before:
        _write_comments(locked, *after)
        record(locked, kinds.ACCOUNT_COMMENTED, actor=actor, now=now, message=after[0])
    return locked


@transaction.atomic
def set_runtime_state(
    account: OfferingUser,
    *,
    runtime_state: str,
    comment: str | None = None,
    comment_url: str | None = None,
    actor: User,
    now: datetime,
) -> OfferingUser:
    """Say how the account stands for the person (a word of `RUNTIME_STATES`); it may stand so.

    :raises IllegalTransition: the site is not making the account and has not made it.
    :raises AccountGone: the account was removed meanwhile.
    """
    locked = locked_now(account)
    to = RUNTIME_STATES[runtime_state]
    if locked.state != to:
        advance(locked, "update_runtime_state", to, actor=actor, now=now)
    return set_comments(locked, comment=comment, comment_url=comment_url, actor=actor, now=now)


def note_attributes(
    account: OfferingUser, changed: Collection[str], *, actor: User | None, now: datetime
) -> None:
    """Record that attributes of the person changed which the account's site gets to see.

    Their values stay out of the log: `attributes.shown_to_site` tells them as they are by then.
    """
    record(
        account,
        kinds.ACCOUNT_ATTRIBUTES_CHANGED,
        actor=actor,
        now=now,
        payload={"changed_attributes": sorted(changed)},
    )


@transaction.atomic
def remove(account: OfferingUser, *, actor: User | None, now: datetime) -> None:
    """Forget an account; usage that was reported for it keeps the name.

    :raises AccountGone: somebody else was quicker.
    """
    locked = locked_now(account)
    record(locked, kinds.ACCOUNT_REMOVED, actor=actor, now=now, states=(locked.state, ""))
    locked.delete()


@transaction.atomic
def advance(
    account: OfferingUser, action: str, to: AccountState, *, actor: User | None, now: datetime
) -> None:
    """Move an account along the table and record the event, or do neither.

    :raises IllegalTransition: it is not possible, or somebody else was quicker.
    """
    source = AccountState(account.state)
    ACCOUNT.check(action, source, to)
    changes: dict[str, object] = {"state": to, "modified": now}
    if to is AccountState.OK:
        changes["propagation_date"] = now
    if not OfferingUser.objects.filter(pk=account.pk, state=source).update(**changes):
        raise IllegalTransition(f"{action}: the account is no longer {source}.")
    account.state = to
    record(account, kinds.ACCOUNT_STATES[to], actor=actor, now=now, states=(source, to))


def check_reserved(username: str) -> None:
    """Refuse the name of an account that machines have for themselves, such as `root`.

    :raises ReservedUsername: it is one.
    """
    if is_reserved(username):
        raise ReservedUsername({"username": [f"{username} is a name that systems use themselves."]})


def live(user: User, offering: Offering, *, lock: bool = False) -> OfferingUser | None:
    """Return a person's account at an offering, unless it was deleted."""
    accounts = OfferingUser.objects.filter(user=user, offering=offering)
    if lock:
        accounts = accounts.select_for_update(of=("self",))
    return accounts.exclude(state=AccountState.DELETED).first()


def _write_comments(account: OfferingUser, comment: str, comment_url: str) -> None:
    account.service_provider_comment = comment
    account.service_provider_comment_url = comment_url
    account.save(
        update_fields=["service_provider_comment", "service_provider_comment_url", "modified"]
    )


def locked_now(account: OfferingUser) -> OfferingUser:
    """Return an account as it is now, locked to the end of the transaction.

    :raises AccountGone: it was removed meanwhile.
    """
    gone = AccountGone("The account was removed in the meantime.")
    return locks.locked(account, gone, related=("offering__customer", "user"))


def _check_name(username: str) -> None:
    """Refuse what can be no name of an account; an empty one is none.

    :raises BadUsername: `useradd` takes no such name.
    :raises ReservedUsername: machines have an account of that name.
    """
    check_reserved(username)
    if username and not is_site_name(username):
        message = (
            f"Use at most {MAX_LENGTH} of A-Z, a-z, 0-9, '.', '_' and '-', as useradd does: "
            "not beginning with '-', and not of digits alone."
        )
        raise BadUsername({"username": [message]})


def _store(account: OfferingUser) -> None:
    """Write an account; the database knows best whether the person or the name is there already."""
    taken = UsernameTaken({"username": ["Another user has this username at the offering."]})
    exists = AccountExists(
        {"non_field_errors": ["The fields offering, user must make a unique set."]}
    )
    with storing.refusing(
        a_username_once_per_offering=taken,
        a_username_once_in_any_case=taken,
        one_account_per_offering=exists,
    ):
        account.save()


def record(
    account: OfferingUser,
    kind: Kind,
    *,
    actor: User | None,
    now: datetime,
    states: tuple[str, str] = ("", ""),
    message: str = "",
    payload: dict[str, object] | None = None,
) -> None:
    """Record an event of an account, with whose it is, where, and what sites are told it is."""
    events.record(
        kind,
        account,
        actor=actor,
        now=now,
        source=states[0],
        target=states[1],
        message=message,
        payload={
            "offering_uuid": account.offering.uuid.hex,
            "user_uuid": account.user.uuid.hex,
            "username": account.username,
            "action": ACTIONS.get(kind, "update"),
            **(payload or {}),
        },
    )
