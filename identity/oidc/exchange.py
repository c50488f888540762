"""From the code that a browser brings to whom it is about; and what was asked of their login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.errors import DomainError
from identity.oidc import claims as claimed
from identity.oidc import fetching, published, tokens
from identity.oidc.fetching import ProviderRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.oidc.claims import Described
    from identity.oidc.providers import Provider


class NoAnswer(DomainError):
    """The provider does not know the code, or answered with something else than was asked."""

    code = "no_answer"


class WeakAuthentication(DomainError):
    """The person was not authenticated as the provider's people must be: a second factor, say."""

    code = "weak_authentication"


class StaleAuthentication(WeakAuthentication):
    """The person was authenticated too long ago."""

    code = "stale_authentication"


class LowAssurance(DomainError):
    """The institution does not assure as much of the person as is asked."""

    code = "low_assurance"


@dataclass(frozen=True)
class Proof:
    """Whom a login is about, and the token that says so, which the provider takes as a hint."""

    person: Described
    id_token: str


def redeem(
    provider: Provider,
    *,
    code: str,
    redirect_uri: str,
    verifier: str,
    nonce: str,
    now: datetime,
) -> Proof:
    """Return what a code stands for, once all that was asked of the login is met.

    :raises fetching.ProviderUnreachable: the provider does not answer.
    :raises NoAnswer: it does not know the code.
    :raises tokens.BadToken: what it answers is not what was asked for.
    :raises WeakAuthentication: the person has to authenticate themselves better, or again.
    :raises LowAssurance: too little is assured of the person.
    :raises claimed.OtherEnvironment: the person is of another environment.
    """
    metadata = published.metadata_of(provider)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    try:
        answered = fetching.post_form(
            provider,
            metadata.token_endpoint,
            form,
            methods=metadata.token_endpoint_auth_methods,
        )
    except ProviderRefused as error:
        raise NoAnswer("The provider does not know the code.") from error
    id_token, access_token = answered.get("id_token"), answered.get("access_token") or ""
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise NoAnswer("The provider answered without an ID token.")
    claims = tokens.read_id_token(
        provider, id_token, nonce=nonce, access_token=access_token, now=now
    )
    check_authentication(provider, claims, now=now)
    if access_token and metadata.userinfo_endpoint:
        claims = {**userinfo(provider, access_token, str(claims["sub"])), **claims}
    check_assurance(provider, claims)
    return Proof(claimed.read_person(provider, claims), id_token)


def userinfo(provider: Provider, access_token: str, subject: str) -> dict[str, Any]:
    """Return what else the provider tells of a person.

    :raises fetching.ProviderUnreachable: it does not answer.
    :raises NoAnswer: it does not take the token, or tells of somebody else.
    """
    if not access_token.isascii() or not access_token.isprintable():
        raise NoAnswer("The provider's token cannot be sent.")
    url = published.metadata_of(provider).userinfo_endpoint
    headers = {"Authorization": f"Bearer {access_token}"}
    try:
        told: dict[str, Any] = fetching.get_json(provider, url, headers)
    except ProviderRefused as error:
        raise NoAnswer("The provider does not take its own token.") from error
    if told.get("sub") != subject:
        raise NoAnswer("The provider tells of somebody else.")
    return told


def check_authentication(provider: Provider, claims: Mapping[str, Any], *, now: datetime) -> None:
    """See that somebody was authenticated as the provider's people must be, and lately.

    :raises WeakAuthentication: they were not, or nobody says how.
    :raises StaleAuthentication: it was too long ago, or nobody says when.
    """
    if provider.acr_values and claims.get("acr") not in provider.acr_values:
        raise WeakAuthentication("The person was not authenticated in a way that is asked for.")
    at = claims.get("auth_time")
    if provider.max_age is not None:
        oldest = now.timestamp() - provider.max_age - tokens.LEEWAY.total_seconds()
        if isinstance(at, bool) or not isinstance(at, int | float) or at < oldest:
            raise StaleAuthentication("The person was authenticated too long ago.")


def check_assurance(provider: Provider, claims: Mapping[str, Any]) -> None:
    """See that enough is assured of somebody.

    :raises LowAssurance: it is not.
    """
    if not claimed.assurance_of(claims).issuperset(provider.assurance):
        raise LowAssurance("The institution does not assure as much of the person as is asked.")
