"""Whether a token is a provider's, for us, and holds now; what it claims.

Only signatures by a key pair are taken, and the key is looked for by the algorithm: a public key
never serves as a shared secret. Kinds of tokens are told apart, so that none passes for another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt

from common.errors import DomainError
from identity.oidc import published

if TYPE_CHECKING:
    from datetime import datetime

    from identity.oidc.providers import Provider

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
LONGEST = 16_384
LEEWAY = timedelta(seconds=60)
LOGOUT_WITHIN = timedelta(minutes=10)
"""How old a logout token may be that does not say when it ends."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
ID_TYPES = frozenset({"", "jwt"})
ACCESS_TYPES = frozenset({"at+jwt", "application/at+jwt"})
BEARER_TYPES = frozenset({"bearer", "access_token"})
LOGOUT_TYPES = frozenset({"", "jwt", "logout+jwt", "application/logout+jwt"})
LONGEST_SUBJECT = 255

Claims = dict[str, Any]


class BadToken(DomainError):
    """The token is not what it should be."""

    code = "bad_token"


class TokenTimeOver(BadToken):
    """The token was good, and its time is over."""

    code = "expired_token"


def read_id_token(
    provider: Provider,
    token: str,
    *,
    nonce: str,
    access_token: str = "",
    now: datetime,
) -> Claims:
    """Return what an ID token claims, which answers a login that we began.

    :raises BadToken: it is not the provider's, not for us, or not the answer.
    :raises TokenTimeOver: it came too late.
    :raises DomainError: the provider's keys are not to be had.
    """
    header, claims = _verified(provider, token, provider.client_id)
    _check_type(header, ID_TYPES)
    _check_party(provider, claims)
    _check_times(claims, now=now, needs_end=True)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise BadToken("The token answers another login.")
    if "at_hash" in claims and access_token:
        _check_hash(str(header["alg"]), str(claims["at_hash"]), access_token)
    return claims


def read_access_token(provider: Provider, token: str, *, now: datetime) -> Claims:
    """Return what an access token claims, by which a program acts for somebody.

    :raises BadToken: it is not the provider's, not for us, or not an access token.
    :raises TokenTimeOver: its time is over.
    :raises DomainError: the provider's keys are not to be had.
    """
    header, claims = _verified(provider, token, provider.audience)
    if claims.get("typ") != "Bearer":  # Keycloak says so there, and `JWT` in the header
        _check_type(header, ACCESS_TYPES)
    elif "nonce" in claims or "at_hash" in claims:
        raise BadToken("The token is of another kind.")
    _check_times(claims, now=now, needs_end=True)
    return claims


def read_logout_token(provider: Provider, token: str, *, now: datetime) -> Claims:
    """Return what a logout token claims: `sub`, `sid` or both, and `jti`.

    :raises BadToken: it is not the provider's, not for us, or no logout token.
    :raises TokenTimeOver: its time is over.
    :raises DomainError: the provider's keys are not to be had.
    """
    header, claims = _verified(provider, token, provider.client_id, needs_subject=False)
    _check_type(header, LOGOUT_TYPES)
    _check_times(claims, now=now, needs_end=False)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise BadToken("The token is of another kind.")
    if "nonce" in claims:
        raise BadToken("A logout token has no nonce.")
    if not _is_text(claims.get("jti")) or not (
        _is_text(claims.get("sub")) or _is_text(claims.get("sid"))
    ):
        raise BadToken("The token does not say whom it logs out.")
    return claims


def check_introspected(provider: Provider, claims: Claims, *, now: datetime) -> None:
    """See that what a provider says of a token makes it an access token for us (RFC 7662).

    :raises BadToken: it does not.
    :raises TokenTimeOver: its time is over.
    """
    audiences = claims.get("aud")
    if provider.audience not in (audiences if isinstance(audiences, list) else [audiences]):
        raise BadToken("The token is for somebody else.")
    if claims.get("iss", provider.issuer) != provider.issuer or not _is_text(claims.get("sub")):
        raise BadToken("The token does not say who it is about.")
    if str(claims.get("token_type") or "bearer").lower() not in BEARER_TYPES:
        raise BadToken("The token is of another kind.")
    _check_times(claims, now=now, needs_end=False)


def looks_like_jwt(token: str) -> bool:
    """Tell whether a token has the form of a signed JWT."""
    return token.count(".") == 2


def issuer_named_in(token: str) -> str:
    """Return whose token it claims to be, which nobody has checked; empty when it does not say."""
    try:
        claims = jwt.decode(token[: LONGEST + 1], options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        return ""
    return str(claims.get("iss", ""))


def _verified(
    provider: Provider, token: str, audience: str, *, needs_subject: bool = True
) -> tuple[dict[str, Any], Claims]:
    if not audience or not token or len(token) > LONGEST:
        raise BadToken("The token cannot be read.")
    required = ["iss", "aud", "iat", *(["sub"] if needs_subject else [])]
    try:
        header = jwt.get_unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or not (kid is None or isinstance(kid, str)):
            raise BadToken("The token is signed in a way that is not taken.")
        key = published.key_for(provider, kid, algorithm)
        if key is None:
            raise BadToken("The token is signed with a key that the provider does not have.")
        claims = jwt.decode(
            token,
            key.key,
            algorithms=[algorithm],
            audience=audience,
            issuer=provider.issuer,
            # Times are compared below, with the time that the service was given.
            options={
                "require": required,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise BadToken(f"The token is not good: {type(error).__name__}.") from error
    if needs_subject and not _is_text(claims.get("sub")):
        raise BadToken("The token does not say who it is about.")
    return header, claims


def _check_type(header: dict[str, Any], types: frozenset[str]) -> None:
    if str(header.get("typ") or "").lower() not in types:
        raise BadToken("The token is of another kind.")


def _check_party(provider: Provider, claims: Claims) -> None:
    """See that the token was issued to us, where it is for several."""
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    party = claims.get("azp")
    if party != provider.client_id and (party is not None or len(audiences) > 1):
        raise BadToken("The token was issued to somebody else.")


def _check_times(claims: Claims, *, now: datetime, needs_end: bool) -> None:
    moment, leeway = now.timestamp(), LEEWAY.total_seconds()
    begun = max(_seconds(claims, "iat") or 0, _seconds(claims, "nbf") or 0)
    end = _seconds(claims, "exp")
    if end is None and needs_end:
        raise BadToken("The token does not say when it ends.")
    if end is None:
        end = begun + LOGOUT_WITHIN.total_seconds()
    if begun > moment + leeway:
        raise BadToken("The token does not hold yet.")
    if end <= moment - leeway:
        raise TokenTimeOver("The token has expired.")


def _seconds(claims: Claims, name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadToken(f"The token's {name} is no time.")
    return float(value)


def _check_hash(algorithm: str, expected: str, access_token: str) -> None:
    bits = "512" if algorithm == "EdDSA" else algorithm[-3:]
    digest = hashlib.new(f"sha{bits}", access_token.encode()).digest()
    found = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if not hmac.compare_digest(found, expected.encode()):
        raise BadToken("The access token belongs to another login.")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_SUBJECT and value.isprintable()
