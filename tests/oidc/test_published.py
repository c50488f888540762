"""What providers publish is asked for seldom, within bounds, and kept while they are away."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from identity.oidc import fetching, providers, published
from identity.oidc.fetching import ProviderUnreachable
from identity.oidc.published import WrongIssuer
from tests.cases import each
from tests.oidc.publisher import (
    RSA_KEYS,
    dribbling,
    public_jwk,
    redirecting,
    saying,
    silent,
)

if TYPE_CHECKING:
    from tests.oidc.publisher import Publisher

WELL_KNOWN = providers.WELL_KNOWN


def test_a_provider_says_where_it_is_asked_what(publisher: Publisher) -> None:
    found = published.metadata_of(publisher.provider())
    assert found == published.Metadata(
        authorization_endpoint=f"{publisher.issuer}/auth",
        token_endpoint=f"{publisher.issuer}/token",
        jwks_uri=f"{publisher.issuer}/jwks",
        userinfo_endpoint=f"{publisher.issuer}/me",
        introspection_endpoint=f"{publisher.issuer}/introspection",
    )


def test_many_who_ask_at_once_make_one_request(publisher: Publisher) -> None:
    provider = publisher.provider()
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: published.key_for(provider, "one", "RS256"), range(40)))
    assert len(found) == 1
    assert publisher.asked == {WELL_KNOWN: 1, "/jwks": 1}


@each(
    "metadata",
    [
        {"issuer": "http://127.0.0.1"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": 7},
        {"jwks_uri": "http://example.org/jwks"},
        {"jwks_uri": "https://name:password@example.org/jwks"},
        {"jwks_uri": "https://example.org:0/jwks"},
        {"jwks_uri": "https://[/jwks"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://example.org/a b"},
    ],
)
def test_who_is_another_or_leads_elsewhere_is_no_provider(
    metadata: dict[str, Any], publisher: Publisher
) -> None:
    published.forget()
    publisher.metadata = metadata
    with pytest.raises(WrongIssuer):
        published.metadata_of(publisher.provider())


def test_an_unsafe_address_that_is_not_needed_is_left_out(publisher: Publisher) -> None:
    publisher.metadata = {"end_session_endpoint": "javascript:alert(1)", "userinfo_endpoint": []}
    found = published.metadata_of(publisher.provider())
    assert (found.end_session_endpoint, found.userinfo_endpoint) == ("", "")


@pytest.mark.parametrize(
    "answer",
    [
        dribbling,
        silent,
        redirecting,
        saying(b"x" * (fetching.LARGEST_ANSWER + 1)),
        saying(b"[1]"),
        saying(b"{"),
        saying(b'{"a":' * 100 + b"1" + b"}" * 100),
        saying(b"\xff"),
        saying(b"{}", 500),
        saying(b"{}", 404),
        saying(b"{}", 204),
    ],
)
def test_whatever_a_bad_provider_does_is_over_soon_and_has_a_name(
    answer: Any, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "WAIT_SECONDS", 0.4)
    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.8)
    publisher.answers[WELL_KNOWN] = answer
    with pytest.raises((ProviderUnreachable, WrongIssuer)):
        published.metadata_of(publisher.provider())
    assert publisher.asked == {WELL_KNOWN: 1}


def test_nobody_listens_there(publisher: Publisher) -> None:
    with pytest.raises(ProviderUnreachable):
        published.metadata_of(publisher.provider(issuer="http://127.0.0.1:1"))


def test_a_provider_that_is_away_is_not_asked_each_time(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.is_away = True
    for _ in range(3):
        with pytest.raises(ProviderUnreachable):
            published.metadata_of(publisher.provider())
    assert publisher.asked == {WELL_KNOWN: 1}
    publisher.is_away = False
    monkeypatch.setattr(published, "AWAY_SECONDS", 0.0)
    assert published.metadata_of(publisher.provider()).jwks_uri == f"{publisher.issuer}/jwks"


def test_what_was_published_serves_while_the_provider_is_away(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = publisher.provider()
    known = published.key_for(provider, "one", "RS256")
    publisher.is_away = True
    monkeypatch.setattr(published, "FRESH_SECONDS", 0.0)
    assert published.key_for(provider, "one", "RS256") == known
    monkeypatch.setattr(published, "USABLE_SECONDS", 0.0)
    with pytest.raises(ProviderUnreachable):
        published.key_for(provider, "one", "RS256")


def test_a_new_key_is_found_and_made_up_ones_are_not_asked_for_each_time(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = publisher.provider()
    assert published.key_for(provider, "one", "RS256") is not None
    publisher.keys = [public_jwk(RSA_KEYS[1], "two")]
    for made_up in ("two", "three", "four"):
        assert published.key_for(provider, made_up, "RS256") is None
    assert publisher.asked["/jwks"] == 1
    monkeypatch.setattr(published, "NEW_KEY_SECONDS", 0.0)
    assert published.key_for(provider, "two", "RS256") is not None
    assert publisher.asked["/jwks"] == 2
    assert published.key_for(provider, "one", "RS256") is None  # it signs no more


def test_what_is_no_key_for_signatures_is_left_out(publisher: Publisher) -> None:
    publisher.keys = [
        public_jwk(RSA_KEYS[0], "one") | {"use": "enc"},
        {"kty": "oct", "kid": "one", "k": "AAAA", "alg": "HS256"},
        {"kty": "RSA", "kid": "one", "n": "?", "e": "AQAB"},
        {"kty": "EC", "kid": "one", "crv": "P-0", "x": "", "y": ""},
        public_jwk(RSA_KEYS[0], "one") | {"d": "AQAB"},
        public_jwk(RSA_KEYS[0], "one") | {"alg": "RS512"},
        "no key",  # type: ignore[list-item]
        *[public_jwk(RSA_KEYS[0], f"k{number}") for number in range(200)],
    ]
    provider = publisher.provider()
    assert published.key_for(provider, "one", "RS256") is None
    assert published.key_for(provider, "one", "RS512") is not None
    assert published.key_for(provider, "k90", "RS256") is not None
    assert published.key_for(provider, "k150", "RS256") is None


def test_a_slow_provider_holds_up_nobody_who_has_what_they_need(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = publisher.provider()
    published.metadata_of(provider)
    monkeypatch.setattr(published, "FRESH_SECONDS", 0.0)
    publisher.answers[WELL_KNOWN] = silent
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(published.metadata_of, provider)
        while publisher.asked[WELL_KNOWN] < 2 and not asking.done():
            time.sleep(0.01)
        assert published.metadata_of(provider).jwks_uri == f"{publisher.issuer}/jwks"
        assert not asking.done()
