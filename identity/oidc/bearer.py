"""Access tokens of providers, by which programs act for people: verified, or asked about.

A JWT is verified here. Any other token is one that a provider is asked about (RFC 7662), if it is
declared so; what it answers is kept for a minute, as long as a token that was taken back may still
be taken.
"""

from __future__ import annotations

import hashlib
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from identity.oidc import exchange, fetching, providers, published, tokens
from identity.oidc.fetching import ProviderRefused, ProviderUnreachable
from identity.oidc.tokens import BadToken

if TYPE_CHECKING:
    from datetime import datetime

    from identity.oidc.providers import Provider

KEPT_SECONDS = 60
REFUSED_SECONDS = 30
SHORTEST, LONGEST_OPAQUE = 16, 2048
ASKING = BoundedSemaphore(4)
"""How many threads of a process may ask about tokens: anybody can make some up."""


def looks_foreign(token: str) -> bool:
    """Tell whether a token may be a provider's: there is one of whom tokens are taken."""
    return any(provider.audience for provider in providers.configured()) and (
        tokens.looks_like_jwt(token) or _may_be_asked_about(token)
    )


def read(token: str, *, now: datetime) -> tuple[Provider, tokens.Claims]:
    """Return whose token it is, and what it claims, once the provider's demands are met.

    :raises BadToken: it is nobody's, for somebody else, or its time is over.
    :raises exchange.WeakAuthentication: the person was not authenticated as is asked.
    :raises ProviderUnreachable: the provider would have to be asked, and cannot be.
    :raises published.WrongIssuer: it is another than it should be.
    """
    if tokens.looks_like_jwt(token):
        provider, claims = _verified(token, now=now)
    else:
        provider, claims = _asked(token)
        tokens.check_introspected(provider, claims, now=now)
    exchange.check_authentication(provider, claims, now=now)
    return provider, claims


def _verified(token: str, *, now: datetime) -> tuple[Provider, tokens.Claims]:
    issuer = tokens.issuer_named_in(token)
    refused = BadToken("The token is of no provider whose tokens are taken.")
    for provider in providers.issuing(issuer):
        if provider.audience:
            try:
                return provider, tokens.read_access_token(provider, token, now=now)
            except BadToken as error:
                refused = error
    raise refused


def _asked(token: str) -> tuple[Provider, tokens.Claims]:
    for provider in providers.configured():
        if provider.introspects and _may_be_asked_about(token):
            claims = _introspected(provider, token)
            if claims.get("active") is True:
                return provider, claims
    raise BadToken("The token is of no provider whose tokens are taken.")


def _introspected(provider: Provider, token: str) -> dict[str, Any]:
    digest = hashlib.sha256(f"{provider.name}\0{provider.issuer}\0{token}".encode()).hexdigest()
    key = f"oidc:token:{digest}"
    kept: dict[str, Any] | None = cache.get(key)
    if kept is not None:
        return kept
    if not ASKING.acquire(blocking=False):
        raise ProviderUnreachable("Too many tokens are asked about at once.")
    try:
        found = _ask(provider, token)
    finally:
        ASKING.release()
    is_active = found.get("active") is True
    cache.set(key, found, KEPT_SECONDS if is_active else REFUSED_SECONDS)
    return found


def _ask(provider: Provider, token: str) -> dict[str, Any]:
    metadata = published.metadata_of(provider)
    if not metadata.introspection_endpoint:
        raise published.WrongIssuer("The provider cannot be asked about tokens.")
    form = {"token": token, "token_type_hint": "access_token"}
    try:
        found: dict[str, Any] = fetching.post_form(
            provider,
            metadata.introspection_endpoint,
            form,
            methods=metadata.token_endpoint_auth_methods,
        )
    except ProviderRefused as error:
        raise ProviderUnreachable("The provider does not answer us about tokens.") from error
    return found


def _may_be_asked_about(token: str) -> bool:
    return (
        SHORTEST <= len(token) <= LONGEST_OPAQUE
        and token.isascii()
        and token.isprintable()
        and " " not in token
        and any(provider.introspects for provider in providers.configured())
    )
