"""People and machine accounts: made by staff or at their first login, kept by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from common import changes, slugs, storing
from common.errors import Conflict, Invalid
from identity import event_kinds as kinds
from identity import events
from identity.models import Token, User
from identity.services import credentials, cuids, emails, lock_out, platform_terms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.event_catalogue import Kind

STAFF_ONLY = frozenset(
    {
        "active_isds",
        "affiliations",
        "can_use_personal_access_tokens",
        "deactivation_reason",
        "eduperson_assurance",
        "is_active",
        "is_identity_manager",
        "is_machine",
        "is_staff",
        "is_support",
        "managed_isds",
        "slug",
        "token_lifetime",
        "username",
    }
)
"""What a person's own request may carry but does not change."""


SHAPES: Mapping[str, type] = {"details": dict, "managed_isds": list}
"""What the JSON columns that staff type in must be."""

USERNAME_TAKEN = {"username": ["user with this username already exists."]}


class LoginNameTaken(Invalid):
    """Somebody else has that user name."""

    code = "username_taken"


class Misshapen(Invalid):
    """What was typed in is JSON, but of another kind."""

    code = "misshapen"


class PolicyNotAgreed(Invalid):
    """Who keeps a profile here must have agreed with the policy."""

    code = "policy_not_agreed"


class Removed(Conflict):
    """The person was removed for good."""

    code = "user_removed"


class OldPassword(Invalid):
    """Who changes their own password must know the one they have."""

    code = "old_password"


class WeakPassword(Invalid):
    """The password breaks one of the rules in the settings."""

    code = "weak_password"


@transaction.atomic
def create(
    *,
    username: str,
    email: str,
    password: str | None = None,
    actor: User | None,
    now: datetime,
    **profile: Any,
) -> User:
    """Register a person; without a password they cannot log in by one before it is set.

    :raises Misshapen: the details are no object, or the managed sources no list.
    :raises cuids.CuidOfElsewhere: the user name is a CUID of another environment.
    :raises LoginNameTaken: the user name is taken.
    :raises emails.AddressUnusable: another person has the address.
    :raises slugs.Taken: the slug that was chosen is taken.
    :raises WeakPassword: the password breaks a rule.
    """
    _check_shapes(profile)
    emails.check_free(email)
    cuids.check_environment(username, key="username")
    user = User(username=username, email=email, **profile, date_joined=now)
    if password is None:
        user.set_unusable_password()
    else:
        _set_password(user, password, "password")
    _check_username(user)
    with storing.refusing(username=LoginNameTaken(USERNAME_TAKEN)):  # who loses a race for it
        slugs.insert(user, username)
    _record(kinds.USER_CREATED, user, f"User {username} was created.", actor, now)
    return user


@transaction.atomic
def update(
    user: User,
    *,
    actor: User,
    now: datetime,
    wanted: Mapping[str, Any],
    agree_with_policy: bool = False,
) -> None:
    """Change a profile; what only staff may change is left as it is.

    Another e-mail address counts when whoever reads it has confirmed it; one that staff give counts
    at once. Nobody takes their own away.

    :raises Misshapen: the details are no object, or the managed sources no list.
    :raises PolicyNotAgreed: the person never agreed with the policy and does not do so now.
    :raises cuids.CuidOfElsewhere: the new user name is a CUID of another environment.
    :raises LoginNameTaken: the new user name is taken.
    :raises emails.AddressUnusable: another person has the address.
    :raises emails.TooManyMails: confirmations were asked for too often.
    :raises slugs.Taken: the new slug is taken.
    """
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    allowed = {f: new for f, new in wanted.items() if actor.is_staff or f not in STAFF_ONLY}
    changed = changes.differing(locked, allowed)
    awaited = actor.pk == locked.pk and platform_terms.awaited_from(locked)
    if actor.pk == locked.pk and (awaited or locked.agreement_date is None):
        if not agree_with_policy:
            raise PolicyNotAgreed({"agree_with_policy": ["User must agree with the policy."]})
        platform_terms.accept(locked, now=now)
        changed["agreement_date"] = now
    if "email" in changed:
        if actor.is_staff:
            emails.check_free(str(changed["email"]), but=locked)
            emails.cancel(locked, actor=actor, now=now)
        elif asked := str(changed.pop("email")):
            emails.request_confirmation(locked, asked, actor=actor, now=now)
    if changed:
        _write(locked, changed, actor=actor, now=now)


def _write(user: User, changed: Mapping[str, Any], *, actor: User, now: datetime) -> None:
    _check_shapes(changed)
    if "username" in changed:
        cuids.check_environment(str(changed["username"]), key="username")
    changes.assign(user, changed)
    _check_username(user)
    slugs.update(user, [*changed, "modified"])
    if "token_lifetime" in changed:
        Token.objects.filter(user=user).update(lifetime=user.token_lifetime)
    if changed.get("is_active") is False:
        _shut_out(user, actor=actor, now=now)
    message = f"User {user.username} was updated."
    _record(kinds.USER_UPDATED, user, message, actor, now, fields=sorted(changed))


@transaction.atomic
def deactivate(user: User, *, reason: str, actor: User, now: datetime) -> None:
    """Shut a person out for good: no login, and no token or session works any more.

    Nor do they when the person is let in again.
    """
    User.objects.filter(pk=user.pk).update(
        is_active=False, deactivation_reason=reason, modified=now
    )
    _shut_out(user, actor=actor, now=now)
    message = f"User {user.username} was deactivated."
    _record(kinds.USER_DEACTIVATED, user, message, actor, now, reason=reason)


@transaction.atomic
def activate(user: User, *, actor: User, now: datetime) -> None:
    """Let a person in again.

    :raises Removed: they were removed.
    """
    if user.is_removed:
        raise Removed("This user was removed.")
    User.objects.filter(pk=user.pk).update(is_active=True, deactivation_reason="", modified=now)
    _record(kinds.USER_ACTIVATED, user, f"User {user.username} was activated.", actor, now)


def change_password(
    user: User,
    *,
    new_password: str,
    actor: User,
    now: datetime,
    old_password: str | None = None,
    address: str = "",
    keeping: Token | None = None,
) -> None:
    """Set a password; the tokens and sessions there are end, but for one token that is kept.

    Who sets their own gives the old one, from an address: wrong ones are counted as at a login.

    :raises OldPassword: it is one's own, and the old one is missing, wrong, or there is none.
    :raises WeakPassword: it breaks a rule, whoever sets it.
    """
    if actor == user:
        _prove(user, old_password, address, now)
    _replace_password(user, new_password, keeping=keeping, actor=actor, now=now)


def _prove(user: User, password: str | None, address: str, now: datetime) -> None:
    """Check the password that somebody has, in a transaction of its own: failures are kept."""
    reason = ""
    if not user.has_usable_password():
        reason = "You have no password: staff can set a first one."
    elif not password:
        reason = "This field is required."
    else:
        try:
            credentials.check_password(
                username=user.username, password=password, address=address, now=now
            )
        except lock_out.LockedOut as error:
            reason = str(error.detail)
        except credentials.WrongPassword:
            reason = "This is not your password."
    if reason:
        raise OldPassword({"old_password": [reason]})


@transaction.atomic
def _replace_password(
    user: User, password: str, *, keeping: Token | None, actor: User, now: datetime
) -> None:
    _set_password(user, password, "new_password")
    user.save(update_fields=["password", "modified"])
    credentials.revoke_all(user, actor=actor, now=now, keeping=keeping)
    credentials.end_sessions(user)
    message = f"The password of {user.username} was changed."
    _record(kinds.USER_PASSWORD_CHANGED, user, message, actor, now)


def _shut_out(user: User, *, actor: User, now: datetime) -> None:
    credentials.revoke_all(user, actor=actor, now=now)
    credentials.end_sessions(user)


def _set_password(user: User, password: str, field: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword({field: error.messages}) from error
    user.set_password(password)


def _check_shapes(given: Mapping[str, Any]) -> None:
    """Refuse what code that reads the columns could not read.

    :raises Misshapen: it is of another kind.
    """
    for name, kind in SHAPES.items():
        if name in given and not isinstance(given[name], kind):
            wanted = "an object" if kind is dict else "a list"
            raise Misshapen({name: [f"This must be {wanted}."]})


def _check_username(user: User) -> None:
    if User.objects.exclude(pk=user.pk).filter(username=user.username).exists():
        raise LoginNameTaken(USERNAME_TAKEN)


def _record(
    kind: Kind, user: User, message: str, actor: User | None, now: datetime, **payload: object
) -> None:
    events.record(kind, user, actor=actor, now=now, message=message, payload=payload)
