"""Logins that end where they began: the provider says so, or the person does."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from common.errors import Invalid
from identity import event_kinds as kinds
from identity import events
from identity.models import InstitutionLogin, LinkedIdentity, SpentLogoutToken
from identity.oidc import tokens
from identity.services import credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.models import User
    from identity.oidc.providers import Provider


LONGEST_KEPT = timedelta(days=400)
"""How long a logout token is remembered, whatever the provider says of its end."""


class LogoutReplayed(Invalid):
    """The logout token was taken before."""

    code = "replayed"


@transaction.atomic
def end_by_provider(provider: Provider, claims: Mapping[str, Any], *, now: datetime) -> int:
    """End what came of a login (`sid`) or of all logins of a person (`sub`); return how many.

    The claims are those of a verified logout token. Somebody else's session of the same number is
    not ended: of a token that names both, both count.

    :raises LogoutReplayed: the token was taken before.
    """
    _spend(provider, claims, now=now)
    logins = InstitutionLogin.objects.select_for_update(of=("self",)).filter(
        identity__issuer=provider.issuer
    )
    if subject := claims.get("sub"):
        logins = logins.filter(identity__subject=subject)
    if sid := claims.get("sid"):
        logins = logins.filter(sid=sid)
    ended: dict[int, LinkedIdentity] = {}
    rows = list(logins.select_related("identity__user", "token").order_by("pk"))
    for login in rows:
        end(login, actor=None, now=now)
        ended[login.identity_id] = login.identity
    for identity in ended.values():
        events.record(
            kinds.LINKED_IDENTITY_LOGGED_OUT,
            identity,
            actor=None,
            now=now,
            message=f"{identity.provider} ended a login of {identity.user.username}.",
            payload={"provider": identity.provider, "user_uuid": identity.user.uuid.hex},
        )
    return len(rows)


def forget_session(session_key: str) -> None:
    """Forget a session that its owner ended."""
    InstitutionLogin.objects.filter(session_key=session_key).delete()


def end(login: InstitutionLogin, *, actor: User | None, now: datetime) -> None:
    """End the session or the token that came of a login, within the caller's transaction."""
    if login.session_key:
        import_module(settings.SESSION_ENGINE).SessionStore(login.session_key).delete()
    token = login.token
    login.delete()
    if token is not None:
        credentials.revoke(token, actor=actor, now=now)


def prune(*, now: datetime) -> int:
    """Forget sessions that are over by their age, and logout tokens that no longer hold."""
    over = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    deleted, _ = InstitutionLogin.objects.filter(token=None, created__lt=over).delete()
    SpentLogoutToken.objects.filter(expires__lt=now).delete()
    return deleted


def _spend(provider: Provider, claims: Mapping[str, Any], *, now: datetime) -> None:
    """Note a token, which is longer than it holds.

    :raises LogoutReplayed: it was noted before.
    """
    digest = hashlib.sha256(f"{provider.issuer}\0{claims['jti']}".encode()).hexdigest()
    end = claims.get("exp") or (claims["iat"] + tokens.LOGOUT_WITHIN.total_seconds())
    holds = min(max(end - now.timestamp(), 0.0), LONGEST_KEPT.total_seconds())
    expires = now + timedelta(seconds=holds) + 2 * tokens.LEEWAY
    _, is_new = SpentLogoutToken.objects.get_or_create(digest=digest, defaults={"expires": expires})
    if not is_new:
        raise LogoutReplayed("This logout token was taken before.")
