"""A token counts if it is the provider's, for us, of the right kind, and now; else it does not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.oidc import tokens
from identity.oidc.tokens import BadToken, TokenTimeOver
from tests.cases import each
from tests.oidc.publisher import (
    EC_KEY,
    ED_KEY,
    RSA_KEYS,
    hash_of,
    public_jwk,
    public_pem,
    unsigned,
    with_secret,
)

if TYPE_CHECKING:
    from datetime import datetime

    from identity.oidc.providers import Provider
    from tests.cases import Case
    from tests.oidc.publisher import Publisher

ACCESS = "an-access-token"


@pytest.fixture
def provider(publisher: Publisher) -> Provider:
    publisher.keys.append(public_jwk(EC_KEY, "ec", "ES256"))
    publisher.keys.append(public_jwk(ED_KEY, "ed", "EdDSA"))
    return publisher.provider()


def id_claims(publisher: Publisher, now: datetime, **more: Any) -> dict[str, Any]:
    return {
        "iss": publisher.issuer,
        "sub": "somebody",
        "aud": "efp",
        "iat": now.timestamp(),
        "exp": (now + timedelta(minutes=5)).timestamp(),
        "nonce": "n-1",
        **more,
    }


def access_claims(publisher: Publisher, now: datetime, **more: Any) -> dict[str, Any]:
    return {**without(id_claims(publisher, now), "nonce"), "aud": ["efp-api", "other"], **more}


def logout_claims(publisher: Publisher, now: datetime, **more: Any) -> dict[str, Any]:
    base = without(id_claims(publisher, now), "nonce", "exp")
    return {**base, "jti": "j-1", "events": {tokens.LOGOUT_EVENT: {}}, **more}


def without(claims: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if name not in names}


def test_a_good_id_token_says_what_it_claims(
    publisher: Publisher, provider: Provider, now: datetime
) -> None:
    claims = id_claims(publisher, now, at_hash=hash_of(ACCESS), azp="efp")
    signed = publisher.sign(claims)
    read = tokens.read_id_token(provider, signed, nonce="n-1", access_token=ACCESS, now=now)
    assert read == claims


@each(
    ("key", "kid", "algorithm"),
    [
        (RSA_KEYS[0], "one", "RS256"),
        (RSA_KEYS[0], "one", "RS512"),
        (RSA_KEYS[0], "one", "PS256"),
        (EC_KEY, "ec", "ES256"),
        (ED_KEY, "ed", "EdDSA"),
        (EC_KEY, None, "ES256"),
    ],
)
def test_each_way_of_signing_with_a_key_pair_is_taken(
    key: Any, kid: str, algorithm: str, publisher: Publisher, provider: Provider, now: datetime
) -> None:
    signed = publisher.sign(id_claims(publisher, now), key=key, kid=kid, algorithm=algorithm)
    assert tokens.read_id_token(provider, signed, nonce="n-1", now=now)["sub"] == "somebody"


OF_ID_TOKENS: dict[str, Any] = {
    "another issuer": {"iss": "http://127.0.0.1:1"},
    "the issuer with a slash": {"iss": "+/"},
    "another audience": {"aud": "elsewhere"},
    "our API's audience": {"aud": "efp-api"},
    "no audience": {"aud": None},
    "several audiences, and no party": {"aud": ["efp", "other"]},
    "several audiences, and another party": {"aud": ["efp", "other"], "azp": "other"},
    "another party": {"azp": "other"},
    "another nonce": {"nonce": "n-2"},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is no text": {"sub": 7},
    "a subject with a null character": {"sub": "a\x00b"},
    "a subject of half a character": {"sub": "a\ud800"},
    "a subject without end": {"sub": "s" * 256},
    "another access token": {"at_hash": "AAAA"},
    "no time": {"iat": None},
    "no end": {"exp": None},
    "an end that is no time": {"exp": "tomorrow"},
    "a time that is none": {"iat": True},
}


@each("what", OF_ID_TOKENS)
def test_an_id_token_is_refused_with(
    what: str, publisher: Publisher, provider: Provider, now: datetime
) -> None:
    claims = id_claims(publisher, now, **OF_ID_TOKENS[what])
    if claims["iss"] == "+/":
        claims["iss"] = f"{publisher.issuer}/"
    signed = publisher.sign({name: value for name, value in claims.items() if value is not None})
    with pytest.raises(BadToken):
        tokens.read_id_token(provider, signed, nonce="n-1", access_token=ACCESS, now=now)


def test_a_token_holds_from_its_beginning_to_its_end_and_a_minute_of_other_clocks(
    publisher: Publisher, provider: Provider, now: datetime
) -> None:
    signed = publisher.sign(id_claims(publisher, now, nbf=now.timestamp()))

    def at(offset: timedelta) -> str:
        read = tokens.read_id_token(provider, signed, nonce="n-1", now=now + offset)
        return str(read["sub"])

    minute, second = timedelta(minutes=1), timedelta(seconds=1)
    assert at(-minute) == at(timedelta()) == at(6 * minute - second) == "somebody"
    with pytest.raises(BadToken, match="yet"):
        at(-minute - second)
    with pytest.raises(TokenTimeOver):
        at(6 * minute)


def forged(publisher: Publisher, now: datetime) -> dict[str, str]:
    claims = id_claims(publisher, now)
    signed = publisher.sign(claims)
    head, _, tail = signed.split(".")
    another = publisher.sign(claims | {"sub": "somebody else"}).split(".")[1]
    return {
        "of no algorithm": unsigned(claims),
        "with the public key as a secret": with_secret(claims, public_pem(RSA_KEYS[0]), "one"),
        "with our own secret": with_secret(claims, b"hush", "one"),
        "with another key under the same name": publisher.sign(claims, key=RSA_KEYS[1]),
        "with a key of another name": publisher.sign(claims, key=RSA_KEYS[1], kid="two"),
        "without a name of the key, of which there is another": publisher.sign(
            claims, key=RSA_KEYS[1], kid=None
        ),
        "with other claims": f"{head}.{another}.{tail}",
        "without a signature": f"{head}.{another}.",
        "that is an access token": publisher.sign(claims, typ="at+jwt"),
        "that is a logout token": publisher.sign(claims, typ="logout+jwt"),
        "that is text": "hello",
        "that is nothing": "",
        "that has no end": "a." * 20_000,
        "that is deep": "W1tb" * 3_000 + ".e30.e30",
    }


def test_an_id_token_is_refused_that_is_signed_otherwise(
    publisher: Publisher, provider: Provider, now: datetime, case: Case
) -> None:
    for what, token in forged(publisher, now).items():
        with case(what=what), pytest.raises(BadToken):
            tokens.read_id_token(provider, token, nonce="n-1", now=now)


def test_the_token_of_one_provider_is_none_of_another(
    publisher: Publisher, provider: Provider, now: datetime
) -> None:
    signed = publisher.sign(id_claims(publisher, now))
    with pytest.raises(BadToken):
        tokens.read_id_token(publisher.provider(client_id="x"), signed, nonce="n-1", now=now)


@each(
    ("typ", "more", "is_taken"),
    [
        ("at+jwt", {}, True),
        ("application/at+jwt", {}, True),
        ("AT+JWT", {"aud": "efp-api"}, True),
        ("JWT", {"typ": "Bearer"}, True),
        ("JWT", {}, False),
        ("JWT", {"typ": "ID"}, False),
        ("JWT", {"typ": "Bearer", "nonce": "n-1"}, False),
        ("logout+jwt", {}, False),
        ("at+jwt", {"aud": "efp"}, False),
        ("at+jwt", {"aud": []}, False),
        ("at+jwt", {"exp": None}, False),
    ],
)
def test_an_access_token_says_that_it_is_one_and_for_us(
    typ: str,
    more: dict[str, Any],
    is_taken: bool,
    publisher: Publisher,
    provider: Provider,
    now: datetime,
) -> None:
    claims = {n: v for n, v in access_claims(publisher, now, **more).items() if v is not None}
    signed = publisher.sign(claims, typ=typ)
    if is_taken:
        assert tokens.read_access_token(provider, signed, now=now) == claims
        return
    with pytest.raises(BadToken):
        tokens.read_access_token(provider, signed, now=now)


def test_a_provider_without_an_audience_has_no_access_tokens_for_us(
    publisher: Publisher, now: datetime
) -> None:
    signed = publisher.sign(access_claims(publisher, now, aud=""), typ="at+jwt")
    with pytest.raises(BadToken):
        tokens.read_access_token(publisher.provider(audience=""), signed, now=now)


@each(
    ("more", "is_taken"),
    [
        ({}, True),
        ({"sub": None, "sid": "s-1"}, True),
        ({"sub": None}, False),
        ({"jti": None}, False),
        ({"nonce": "n-1"}, False),
        ({"events": None}, False),
        ({"events": {"other": {}}}, False),
        ({"events": {tokens.LOGOUT_EVENT: "now"}}, False),
        ({"aud": "elsewhere"}, False),
        ({"exp": 1.0}, False),
        ({"iat": 1.0}, False),
    ],
)
def test_a_logout_token_says_that_it_is_one_and_of_whom(
    more: dict[str, Any], is_taken: bool, publisher: Publisher, provider: Provider, now: datetime
) -> None:
    claims = {n: v for n, v in logout_claims(publisher, now, **more).items() if v is not None}
    signed = publisher.sign(claims, typ="logout+jwt")
    if is_taken:
        assert tokens.read_logout_token(provider, signed, now=now) == claims
        return
    with pytest.raises(BadToken):
        tokens.read_logout_token(provider, signed, now=now)
