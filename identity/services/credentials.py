"""Tokens and passwords: how a client proves who it acts for.

Only the SHA-256 of a token is stored, so a token can be shown once, when it is issued.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from common.errors import Conflict, Missing
from identity import event_kinds as kinds
from identity import events
from identity.models import Token, User
from identity.services import lock_out, second_factors
from identity.services.lock_out import NotAuthenticated

if TYPE_CHECKING:
    from collections.abc import Iterable

TOUCHED_EVERY = timedelta(minutes=1)
CODE_NEEDED = (
    "A second factor is needed: send a code of your authenticator, or one of your recovery codes, "
    "as `code` beside the password."
)
SET_UP_NEEDED = (
    "A second factor is required of you, and you have none yet: log in with a browser at /login/ "
    "once, where you set it up."
)


class WrongPassword(NotAuthenticated):
    """There is no such active user with that password; which of it is wrong is not told."""

    code = "wrong_password"


class UnknownToken(NotAuthenticated):
    """Nobody has such a token, or not any more."""

    code = "unknown_token"


class ExpiredToken(NotAuthenticated):
    """The token was not used for longer than it lives."""

    code = "expired_token"


class NoPersonalTokens(NotAuthenticated):
    """Staff let the token's user have no personal access tokens."""

    code = "no_personal_tokens"


class InactiveUser(NotAuthenticated):
    """The token's user was deactivated."""

    code = "inactive_user"


class ShutOut(Conflict):
    """Whoever is deactivated gets no token."""

    code = "shut_out"


class NoToken(Missing):
    """The user has none."""

    code = "no_token"


def log_in(*, username: str, password: str, address: str, now: datetime, code: str = "") -> str:
    """Check a password and issue a token for it; return the token's plaintext.

    Who has a second factor gives a code of it too; of others it is not looked at.

    :raises LockedOut: after four failures for the user name and address, for ten minutes.
    :raises WrongPassword: otherwise, when they do not belong together.
    :raises second_factors.CodeNeeded: there is a second factor, and no code.
    :raises second_factors.WrongCode: the code is not right, or was used.
    :raises second_factors.SetUpNeeded: they have to have one, and set it up in the browser.
    """
    user = check_password(username=username, password=password, address=address, now=now)
    if second_factors.is_asked(user):
        if not code:
            raise second_factors.CodeNeeded(CODE_NEEDED)
        second_factors.check(user, code, now=now)
    elif second_factors.must_set_up(user):
        raise second_factors.SetUpNeeded(SET_UP_NEEDED)
    User.objects.filter(pk=user.pk).update(last_login=now)
    _, plaintext = issue(user=user, name="login", now=now)
    return plaintext


def check_password(*, username: str, password: str, address: str, now: datetime) -> User:
    """Return the active user with a name and a password.

    :raises LockedOut: after four failures for the user name and address, for ten minutes.
    :raises WrongPassword: otherwise, when they do not belong together.
    """
    lock_out.check(username, address, now=now)
    user = _user_with(username, password)
    if user is None:
        lock_out.count(username, address, now=now)
        raise WrongPassword("Invalid username/password.")
    lock_out.forget(username, address)
    return user


def _user_with(username: str, password: str) -> User | None:
    user = User.objects.filter(username=username).first()
    if user is None:
        make_password(password)  # as slow as a check, so that time does not tell who exists
        return None
    return user if user.check_password(password) and user.is_active else None


@transaction.atomic
def issue(*, user: User, name: str, now: datetime, actor: User | None = None) -> tuple[Token, str]:
    """Give a user one more token, which lives as long as their tokens do; the others live on.

    The user issues it, unless another `actor` does it for them.

    :raises ShutOut: the user is deactivated by now: a token would come alive with them.
    """
    plaintext = secrets.token_hex(20)
    lifetime = user.token_lifetime
    token = keep(user, plaintext, name=name, now=now, actor=actor or user, lifetime=lifetime)
    return token, plaintext


@transaction.atomic
def keep(
    user: User, plaintext: str, *, name: str, now: datetime, actor: User, **limits: Any
) -> Token:
    """Keep the digest of a new token of a user, with what limits it.

    :raises ShutOut: the user is deactivated by now: a token would come alive with them.
    """
    if not User.objects.select_for_update(no_key=True).filter(pk=user.pk, is_active=True).exists():
        raise ShutOut("User inactive or deleted.")
    kept = {"digest": digest(plaintext), "name": name, "created": now, "last_used": now}
    token = Token.objects.create(user=user, **kept, **limits)
    told = {"name": name, **({"prefix": token.prefix} if token.prefix else {})}
    events.record(kinds.TOKEN_ISSUED, token, actor=actor, now=now, payload=told)
    return token


def digest(plaintext: str) -> str:
    """Return what is stored of a token."""
    return sha256(plaintext.encode()).hexdigest()


def find(plaintext: str, *, now: datetime) -> Token:
    """Return the token with its user, for a request that carries it.

    :raises UnknownToken: nobody has it.
    :raises InactiveUser: its user was deactivated.
    :raises NoPersonalTokens: it is a personal access token, and its user may not use such any more.
    :raises ExpiredToken: it was not used for longer than it lives, or has come to its end.
    """
    token: Token | None = Token.objects.with_grants(digest(plaintext))
    if token is None:
        raise UnknownToken("Invalid token.")
    if not token.user.is_active:
        raise InactiveUser("User inactive or deleted.")
    if token.is_personal and not token.user.can_use_personal_access_tokens:
        raise NoPersonalTokens("You may not use personal access tokens.")
    if not token.is_alive(now):
        raise ExpiredToken("Token has expired.")
    return token


def latest(user: User) -> Token:
    """Return the token of a user that was used last.

    :raises NoToken: the user has none.
    """
    token: Token | None = user.tokens.order_by("-last_used", "-pk").first()
    if token is None:
        raise NoToken("No Token matches the given query.")
    return token


def touch(token: Token, *, address: str = "", now: datetime) -> None:
    """Note that a token was used and from where, at most once a minute: clients share the row.

    Called outside the request's transaction, so that they do not wait for each other. Of many that
    find it unused for a minute at the same moment, the first writes and the others find nothing.
    """
    stale = TOUCHED_EVERY
    if token.lifetime is not None:
        stale = min(stale, timedelta(seconds=token.lifetime) / 2)
    if token.last_used <= now - stale:
        Token.objects.filter(pk=token.pk, last_used__lte=now - stale).update(
            last_used=now, last_used_from=address, use_count=F("use_count") + 1
        )


@transaction.atomic
def revoke(token: Token, *, actor: User | None, now: datetime) -> None:
    """Make one token worthless; the user's others live on."""
    _delete([token], actor=actor, now=now)


@transaction.atomic
def revoke_all(
    user: User, *, actor: User | None, now: datetime, keeping: Token | None = None
) -> None:
    """Make every token of a user worthless, but for one that is kept."""
    tokens = Token.objects.filter(user=user).exclude(pk=keeping.pk if keeping else None)
    _delete(tokens, actor=actor, now=now)


@transaction.atomic
def end_sessions(user: User) -> None:
    """Let no session in the admin that began before this be one any more, come what may."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    user.refresh_from_db(fields=["session_generation"])


@transaction.atomic
def refresh(user: User, *, actor: User, now: datetime) -> tuple[Token, str]:
    """Replace every token of a user by a new one, as after one of them got into wrong hands.

    :raises ShutOut: the user is deactivated.
    """
    revoke_all(user, actor=actor, now=now)
    return issue(user=user, name="refreshed", now=now)


def _delete(tokens: Iterable[Token], *, actor: User | None, now: datetime) -> None:
    for token in tokens:
        events.record(
            kinds.TOKEN_REVOKED, token, actor=actor, now=now, payload={"name": token.name}
        )
        token.delete()


def prune(*, now: datetime) -> int:
    """Delete the tokens that died of not being used, and forget old failures to log in."""
    deleted, _ = Token.objects.dead(now).delete()
    lock_out.prune(now=now)
    return deleted
