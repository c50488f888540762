"""Personal access tokens: secrets for programs, which allow a part of what their holder may."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from common.errors import Conflict, Forbidden, Invalid
from identity import access, events
from identity import event_kinds as kinds
from identity.models import Token, TokenBinding, User
from identity.permissions import Permission
from identity.roles import ScopeType
from identity.services import credentials, members
from identity.token_limits import Binding, Limits, by_flag

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from identity.services.members import Scope

BEGINNING = "efp_"
"""How every secret begins, so that scanners of code find one that got there."""

SHOWN = len(BEGINNING) + 8
MOST_OF_A_PERSON = 50


class NotByToken(Forbidden):
    """A token makes, renews and changes no token."""

    code = "not_by_token"


class NotTheHolder(Forbidden):
    """The token is somebody else's."""

    code = "not_the_holder"


class NotForThisPerson(Forbidden):
    """Staff let the person have no personal access tokens."""

    code = "no_personal_tokens"


class ScopeNotHeld(Invalid):
    """The holder may not do themselves what the token is to allow, where it is bound to."""

    code = "scope_not_held"


class BadExpiry(Invalid):
    """The end is past, or too far away."""

    code = "bad_expiry"


class TooManyTokens(Conflict):
    """The person has as many as one may have."""

    code = "too_many_tokens"


class TokenOver(Conflict):
    """The token has come to its end: there is nothing to renew."""

    code = "token_over"


def flagged(user: User) -> frozenset[str]:
    """Return what somebody may everywhere, since they are staff or support."""
    return by_flag(is_staff=user.is_staff, is_support=user.is_support)


def delegable(user: User) -> frozenset[str]:
    """Return what somebody may anywhere, and so may let a token do."""
    return flagged(user).union(*(grant.permissions for grant in access.held(user)))


def bindable(user: User) -> dict[str, list[str]]:
    """Return, for each permission that somebody may delegate, what tokens with it are bound to."""
    everywhere = flagged(user)
    types: dict[str, set[str]] = {one: set() for one in delegable(user)}
    for permission in everywhere:
        types[permission].update(kind.value for kind in ScopeType)
    for grant in access.held(user):
        for permission in grant.permissions:
            types[permission].add(grant.scope_type)
    return {one.value: sorted(types[one]) for one in Permission if one in types}


@transaction.atomic
def create(
    *,
    name: str,
    scopes: Collection[str],
    expires_at: datetime,
    allowed_scopes: Sequence[Scope] = (),
    allowed_networks: Sequence[str] = (),
    actor: User,
    now: datetime,
) -> tuple[Token, str]:
    """Make a token of the actor's, and return it with its secret, which nobody can read again.

    :raises NotByToken: the actor acts by such a token.
    :raises NotForThisPerson: staff let the actor have none.
    :raises BadExpiry: it would be over already, or live for longer than the platform allows.
    :raises ScopeNotHeld: the actor may not do themselves what it is to allow.
    :raises TooManyTokens: the actor has as many as one may have.
    :raises ShutOut: the actor was deactivated meanwhile.
    """
    if actor.is_limited:
        raise NotByToken("A personal access token makes no tokens: log in yourself.")
    if not actor.can_use_personal_access_tokens:
        raise NotForThisPerson("You may not use personal access tokens: ask the staff.")
    _check_expiry(expires_at, now)
    bindings = [_binding(scope) for scope in dict.fromkeys(allowed_scopes)]
    _check_held(actor, frozenset(scopes), bindings)
    _check_number(actor, now)
    made = _make(
        actor,
        name=name,
        scopes=sorted(set(scopes)),
        networks=list(dict.fromkeys(allowed_networks)),
        expires_at=expires_at,
        now=now,
    )
    TokenBinding.objects.bulk_create(
        TokenBinding(
            token=made[0],
            scope_type=binding.scope_type,
            scope_id=binding.scope_id,
            scope_uuid=binding.scope_uuid,
            scope_name=scope.name,
            customer_id=binding.customer_id,
            project_id=scope.pk if binding.scope_type == ScopeType.PROJECT else None,
        )
        for scope, binding in zip(dict.fromkeys(allowed_scopes), bindings, strict=True)
    )
    return made


@transaction.atomic
def rotate(token: Token, *, actor: User, now: datetime) -> tuple[Token, str]:
    """End a token and make another one like it, which lives for as long as that was made for.

    :raises NotByToken: the actor acts by such a token.
    :raises NotTheHolder: it is somebody else's.
    :raises TokenOver: it has come to its end, or was revoked or renewed meanwhile.
    :raises ShutOut: the actor was deactivated meanwhile.
    """
    former = _kept(token, actor)
    if former.user != actor:
        raise NotTheHolder("Only its holder renews a token, since they are shown its secret.")
    if former.expires_at is None or not former.is_alive(now):
        raise TokenOver("The token has expired: make a new one.")
    life = min(former.expires_at - former.created, timedelta(days=settings.PERSONAL_TOKEN_DAYS))
    made = _make(
        former.user,
        name=former.name,
        scopes=list(former.scopes or ()),
        networks=former.networks,
        expires_at=now + life,
        now=now,
    )
    former.bindings.update(token=made[0])
    credentials.revoke(former, actor=actor, now=now)
    return made


@transaction.atomic
def set_networks(
    token: Token, *, allowed_networks: Sequence[str], actor: User, now: datetime
) -> Token:
    """Let a token be used from these networks only; from everywhere if there are none.

    :raises NotByToken: the actor acts by such a token.
    :raises TokenOver: it was revoked or renewed meanwhile.
    """
    kept = _kept(token, actor)
    kept.networks = list(dict.fromkeys(allowed_networks))
    kept.save(update_fields=["networks"])
    payload = {"name": kept.name, "networks": kept.networks}
    events.record(kinds.TOKEN_NETWORKS_CHANGED, kept, actor=actor, now=now, payload=payload)
    return kept


@transaction.atomic
def revoke(token: Token, *, actor: User, now: datetime) -> None:
    """Make a token worthless at once.

    :raises NotByToken: the actor acts by such a token.
    :raises TokenOver: it was revoked or renewed meanwhile.
    """
    credentials.revoke(_kept(token, actor), actor=actor, now=now)


def _kept(token: Token, actor: User) -> Token:
    if actor.is_limited:
        raise NotByToken("A personal access token changes no tokens: log in yourself.")
    kept: Token | None = Token.objects.select_for_update(of=("self",)).filter(pk=token.pk).first()
    if kept is None:
        raise TokenOver("The token was revoked or renewed in the meantime.")
    return kept


def _make(
    user: User,
    *,
    name: str,
    scopes: list[str],
    networks: list[str],
    expires_at: datetime,
    now: datetime,
) -> tuple[Token, str]:
    plaintext = BEGINNING + secrets.token_hex(20)
    token = credentials.keep(
        user,
        plaintext,
        name=name,
        now=now,
        actor=user,
        prefix=plaintext[:SHOWN],
        scopes=scopes,
        networks=networks,
        expires_at=expires_at,
    )
    return token, plaintext


def _check_expiry(expires_at: datetime, now: datetime) -> None:
    days = settings.PERSONAL_TOKEN_DAYS
    if expires_at <= now:
        raise BadExpiry({"expires_at": ["The end must be in the future."]})
    if expires_at > now + timedelta(days=days):
        raise BadExpiry({"expires_at": [f"A token lives for {days} days at most."]})


def _check_number(actor: User, now: datetime) -> None:
    """Count under a lock of the person, so that two at once are not one too many."""
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if actor.tokens.filter(scopes__isnull=False).alive(now).count() >= MOST_OF_A_PERSON:
        raise TooManyTokens(f"You have {MOST_OF_A_PERSON} tokens: revoke one that you do not need.")


def _check_held(actor: User, scopes: frozenset[str], bindings: list[Binding]) -> None:
    """Refuse what the actor may not do themselves, and a binding in which nothing is left."""
    held, everywhere = access.grants_in_force(actor), flagged(actor)
    limits = Limits(scopes, tuple(bindings))
    left = limits.narrowed(held, everywhere)
    allowed = limits.everywhere(everywhere).union(*(grant.permissions for grant in left))
    if lacking := sorted(scopes - allowed):
        where = "there" if bindings else "anywhere"
        raise ScopeNotHeld({"scopes": [f"You may not do this {where}: {', '.join(lacking)}."]})
    for binding in bindings:
        if not Limits(scopes, (binding,)).narrowed(held, everywhere):
            raise ScopeNotHeld(
                {"allowed_scopes": ["You may do nothing of it there: " + str(binding.scope_uuid)]}
            )


def _binding(scope: Scope) -> Binding:
    customer, _ = members.belongs_to(scope)
    return Binding(scope.scope_type.value, scope.pk, scope.uuid, customer.pk)
