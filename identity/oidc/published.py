"""What providers publish, kept for a while: where they are asked what, and their keys.

Each process keeps its own. One thread asks at a time, and what was found last serves while a
provider is away. That it is away is remembered for some seconds, so that a dead provider does not
hold up every request.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import jwt

from common.errors import DomainError
from identity.oidc import fetching

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.oidc.providers import Provider

FRESH_SECONDS = 3600.0
"""How long what a provider publishes is believed without asking again."""
USABLE_SECONDS = 86_400.0
"""How long it serves while the provider is away."""
AWAY_SECONDS = 10.0
"""How long a provider that did not answer is not asked again."""
NEW_KEY_SECONDS = 30.0
"""How often at most somebody's unknown key lets us ask for the keys anew."""
MOST_KEYS = 100
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
FURTHER_ENDPOINTS = ("userinfo_endpoint", "end_session_endpoint", "introspection_endpoint")
SIGNING = frozenset({"RSA", "EC", "OKP"})


class WrongIssuer(DomainError):
    """What stands at the provider's address is somebody else's, or lacks what is needed."""

    code = "wrong_issuer"


@dataclass(frozen=True)
class Metadata:
    """What a provider says of itself."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    introspection_endpoint: str = ""
    token_endpoint_auth_methods: tuple[str, ...] = ()
    names_issuer: bool = False
    """Whether it says in the answer to a login which issuer it is (RFC 9207)."""


@dataclass(frozen=True)
class _Key:
    """A key, what the provider calls it, and for what it is."""

    key: jwt.PyJWK
    key_id: str | None
    key_type: str
    declared_algorithm: str | None


@dataclass
class _Kept:
    """The last answer, when it came, and when asking failed last."""

    lock: Lock = field(default_factory=Lock)
    value: Any = None
    at: float = float("-inf")
    failed_at: float = float("-inf")


_kept: dict[tuple[str, str], _Kept] = {}


def metadata_of(provider: Provider) -> Metadata:
    """Return what a provider says of itself.

    :raises fetching.ProviderUnreachable: it is away, and was for long.
    :raises WrongIssuer: it is another than it should be, or lacks what is needed.
    """
    found: Metadata = _current("metadata", provider, lambda: _ask_metadata(provider))
    return found


def key_for(provider: Provider, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
    """Return the key by which a provider signs, or None: it has no such key.

    A key that is not known may be a new one: the provider is asked again, but not for each of the
    tokens that somebody made up.

    :raises fetching.ProviderUnreachable: the provider is away.
    :raises WrongIssuer: it is another than it should be, or has no keys.
    """
    keys = _current("keys", provider, lambda: _ask_keys(provider))
    found = _chosen(keys, kid, algorithm)
    if found is None:
        keys = _current("keys", provider, lambda: _ask_keys(provider), fresh=NEW_KEY_SECONDS)
        found = _chosen(keys, kid, algorithm)
    return found


def forget() -> None:
    """Forget everything, as a process that starts does."""
    _kept.clear()


def _current(
    what: str, provider: Provider, ask: Callable[[], Any], fresh: float | None = None
) -> Any:
    kept = _kept.setdefault((what, provider.issuer), _Kept())
    is_patient, fresh = fresh is not None, FRESH_SECONDS if fresh is None else fresh
    if _age(kept.at) < fresh:
        return kept.value
    usable = _age(kept.at) < USABLE_SECONDS
    if not kept.lock.acquire(blocking=is_patient or not usable):
        return kept.value  # another thread is asking, and need not be waited for
    try:
        if _age(kept.at) < fresh:  # it has asked meanwhile
            return kept.value
        return _asked(kept, ask, usable=usable)
    finally:
        kept.lock.release()


def _asked(kept: _Kept, ask: Callable[[], Any], *, usable: bool) -> Any:
    if _age(kept.failed_at) < AWAY_SECONDS:
        if usable:
            return kept.value
        raise fetching.ProviderUnreachable("The provider did not answer a moment ago.")
    try:
        kept.value = ask()
    except (fetching.ProviderUnreachable, fetching.ProviderRefused, WrongIssuer) as error:
        kept.failed_at = time.monotonic()
        if usable:
            return kept.value
        if isinstance(error, fetching.ProviderRefused):
            raise fetching.ProviderUnreachable(error.detail) from error
        raise
    kept.at = time.monotonic()
    return kept.value


def _age(moment: float) -> float:
    return time.monotonic() - moment


def _ask_metadata(provider: Provider) -> Metadata:
    found = fetching.get_json(provider, provider.discovery_url)
    if found.get("issuer") != provider.issuer:
        raise WrongIssuer("The provider calls itself by another name.")
    for endpoint in ENDPOINTS:
        if not fetching.is_safe(provider, found.get(endpoint)):
            raise WrongIssuer(f"The provider has no usable {endpoint}.")
    further = {
        name: found[name]
        for name in FURTHER_ENDPOINTS
        if fetching.is_safe(provider, found.get(name))
    }
    methods = found.get("token_endpoint_auth_methods_supported")
    return Metadata(
        **{endpoint: found[endpoint] for endpoint in ENDPOINTS},
        **further,
        token_endpoint_auth_methods=tuple(map(str, methods)) if isinstance(methods, list) else (),
        names_issuer=found.get("authorization_response_iss_parameter_supported") is True,
    )


def _ask_keys(provider: Provider) -> tuple[_Key, ...]:
    found = fetching.get_json(provider, metadata_of(provider).jwks_uri).get("keys")
    if not isinstance(found, list):
        raise WrongIssuer("The provider publishes no keys.")
    return tuple(key for one in found[:MOST_KEYS] if (key := _key(one)) is not None)


def _key(published: Any) -> _Key | None:
    """Return a key for signatures; what is no such key, or none that we know, is left out."""
    if not isinstance(published, dict) or published.get("use", "sig") != "sig":
        return None
    if published.get("kty") not in SIGNING or "d" in published:
        return None
    try:
        key = jwt.PyJWK(published)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return _Key(key, key.key_id, published["kty"], published.get("alg"))


def _chosen(keys: tuple[_Key, ...], kid: str | None, algorithm: str) -> jwt.PyJWK | None:
    """Return the key with an identifier; without one, the only key that can be meant."""
    family = {"R": "RSA", "P": "RSA", "E": "EC"}[algorithm[0]] if algorithm != "EdDSA" else "OKP"
    fitting = [
        key
        for key in keys
        if key.key_type == family
        and key.declared_algorithm in {None, algorithm}
        and (kid is None or key.key_id == kid)
    ]
    return fitting[0].key if fitting and (kid is not None or len(fitting) == 1) else None
