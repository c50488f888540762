"""Access tokens of a provider let programs in as whom they are about, and nobody else."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from rest_framework.test import APIClient

from identity.models import LinkedIdentity, User
from identity.oidc import bearer, published
from identity.services import credentials, users
from standalone.identity_provider import MFA, new_key
from tests.oidc.provider import ADA, YES, demand, log_in
from tests.oidc.publisher import RSA_KEYS, public_pem, saying, unsigned, with_secret

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from identity.oidc.providers import Provider
    from standalone.identity_provider import IdentityProvider
    from tests.oidc.provider import Browser
    from tests.oidc.publisher import Publisher

pytestmark = pytest.mark.django_db
PORTAL = "https://portal.example.org/callback"
VERIFIER = "v" * 64
INVALID = (401, {"detail": "Invalid token."})
AWAY = {"detail": "The login service does not answer. Try again in some minutes."}


def ask(token: str, scheme: str = "Bearer") -> tuple[int, Any]:
    answer = APIClient(HTTP_AUTHORIZATION=f"{scheme} {token}").get("/api/users/me/")
    return answer.status_code, answer.json()


def let_in(token: str) -> str | None:
    """Return as whom a token lets in."""
    status, told = ask(token)
    return str(told["username"]) if status == 200 else None


@pytest.fixture
def portal(running: IdentityProvider) -> str:
    """A portal of somebody else's that people log in to, at the same provider."""
    if len(running.realm["clients"]) == 1:
        running.realm["clients"].append(
            {
                "client_id": "portal",
                "client_secret": "hush",
                "redirect_uris": [PORTAL],
                "grant_types": ["authorization_code"],
            }
        )
        running.stop()
        running.start()
    return "portal"


def access_token(browser: Browser, issuer: str, resource: str, **form: str) -> str:
    """Return the token that the portal gets for whom logs in there."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
    asked = {
        "client_id": "portal",
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": PORTAL,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
        "resource": resource,
    }
    back = browser.to_provider(f"{issuer}/auth?{urlencode(asked)}", **{**YES, **form})
    answer = httpx.post(
        f"{issuer}/token",
        auth=("portal", "hush"),
        data={
            "grant_type": "authorization_code",
            "code": parse_qs(urlsplit(back).query)["code"][0],
            "redirect_uri": PORTAL,
            "code_verifier": VERIFIER,
            "resource": resource,
        },
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


@pytest.mark.oidc
@pytest.mark.slow
@pytest.mark.parametrize("resource", ["urn:efp-api", "urn:efp-api:opaque"])
def test_a_token_of_the_real_provider_lets_in_whom_it_is_about(
    resource: str, portal: str, browser: Browser, provider: Provider, dave: User, now: Any
) -> None:
    token = access_token(browser, provider.issuer, resource)
    assert ask(token) == INVALID  # nobody has logged in here yet
    log_in(browser)
    assert let_in(token) == ADA
    assert ask(f"{token[:-2]}AA") == INVALID
    users.deactivate(User.objects.get(username=ADA), reason="left", actor=dave, now=now)
    assert ask(token) == (401, {"detail": "User inactive or deleted."})


@pytest.mark.oidc
@pytest.mark.slow
def test_the_provider_has_new_keys_and_logins_and_tokens_go_on(
    portal: str,
    browser: Browser,
    provider: Provider,
    running: IdentityProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log_in(browser)
    old = access_token(browser, provider.issuer, "urn:efp-api")
    assert let_in(old) == ADA
    running.stop()
    running.realm["keys"] = [new_key()]
    running.start()
    monkeypatch.setattr(published, "NEW_KEY_SECONDS", 0.0)
    browser.abroad.cookies.clear()
    log_in(browser)
    assert let_in(access_token(browser, provider.issuer, "urn:efp-api")) == ADA
    assert ask(old) == INVALID  # it was signed with a key that the provider has no more


@pytest.mark.oidc
@pytest.mark.slow
def test_a_token_of_somebody_without_a_second_factor_is_refused_where_one_is_asked_for(
    portal: str, browser: Browser, provider: Provider, settings: Settings
) -> None:
    log_in(browser)
    token = access_token(browser, provider.issuer, "urn:efp-api")
    demand(settings, provider, acr_values=(MFA,))
    status, told = ask(token)
    assert status == 401
    assert told["detail"] == "The person was not authenticated in a way that is asked for."


# --- with tokens that no good provider gives ------------------------------------------------------


@pytest.fixture
def somebody(publisher: Publisher, settings: Settings, now: Any) -> User:
    """Whom the provider of our own names `somebody`."""
    settings.OIDC_PROVIDERS = (publisher.provider(introspects=True),)
    user = User.objects.create_user("somebody")
    LinkedIdentity.objects.create(
        user=user, provider="local", issuer=publisher.issuer, subject="somebody", created=now
    )
    return user


def claims_of(publisher: Publisher, now: Any, **more: Any) -> dict[str, Any]:
    return {
        "iss": publisher.issuer,
        "aud": "efp-api",
        "sub": "somebody",
        "iat": now.timestamp(),
        "exp": (now + timedelta(minutes=5)).timestamp(),
        **more,
    }


def test_forged_foreign_and_late_tokens_are_401_in_waldurs_words(
    publisher: Publisher, somebody: User, now: Any
) -> None:
    good = claims_of(publisher, now)
    assert let_in(publisher.sign(good, typ="at+jwt")) == "somebody"
    late = publisher.sign(good | {"exp": (now - timedelta(minutes=5)).timestamp()}, typ="at+jwt")
    assert ask(late) == (401, {"detail": "Token has expired."})
    bad = [
        publisher.sign(good | {"aud": "efp"}, typ="at+jwt"),
        publisher.sign(good | {"aud": "other"}, typ="at+jwt"),
        publisher.sign(good | {"iss": "http://localhost:1"}, typ="at+jwt"),
        publisher.sign(good | {"sub": "nobody"}, typ="at+jwt"),
        publisher.sign(good, key=RSA_KEYS[1], typ="at+jwt"),
        publisher.sign(good, typ="JWT"),
        unsigned(good),
        with_secret(good, public_pem(RSA_KEYS[0]), "one"),
        "a.b.c",
        "..",
        "x" * 5000,
    ]
    assert [ask(token) for token in bad] == [INVALID] * len(bad)
    assert ask(publisher.sign(good, typ="at+jwt"), "Token") == INVALID  # those are ours


def test_our_own_tokens_go_on_beside_them_and_nobody_is_asked_of_them(
    publisher: Publisher, somebody: User, now: Any
) -> None:
    _, mine = credentials.issue(user=somebody, name="script", now=now)
    assert let_in(mine) == "somebody"
    assert publisher.asked == {}


def test_an_opaque_token_is_asked_about_once_a_minute(
    publisher: Publisher, somebody: User, now: Any
) -> None:
    publisher.documents["/introspection"] = claims_of(publisher, now, active=True)
    token = "opaque-token-of-the-provider"
    assert [let_in(token), let_in(token)] == ["somebody", "somebody"]
    assert publisher.asked["/introspection"] == 1
    publisher.documents["/introspection"] = {"active": False}
    made_up = "another-token-that-is-made-up"
    assert [ask(made_up), ask(made_up)] == [INVALID, INVALID]
    assert publisher.asked["/introspection"] == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"active": False},
        {"active": "true"},
        {},
        {"active": True, "aud": "other"},
        {"active": True, "aud": None},
        {"active": True, "iss": "http://localhost:1"},
        {"active": True, "sub": None},
        {"active": True, "sub": "nobody"},
        {"active": True, "exp": 1.0},
        {"active": True, "token_type": "refresh_token"},
    ],
)
def test_an_answer_about_a_token_is_read_closely(
    answer: dict[str, Any], publisher: Publisher, somebody: User, now: Any
) -> None:
    told = {**(claims_of(publisher, now) if "active" in answer else {}), **answer}
    publisher.documents["/introspection"] = {n: v for n, v in told.items() if v is not None}
    status, said = ask("opaque-token-of-the-provider")
    assert (status, said["detail"]) in {(401, "Invalid token."), (401, "Token has expired.")}


def test_where_nobody_can_be_asked_nobody_is_let_in(
    publisher: Publisher, somebody: User, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.is_away = True
    assert ask("opaque-token-of-the-provider") == (503, AWAY)
    assert ask(publisher.sign(claims_of(publisher, now), typ="at+jwt")) == (503, AWAY)
    publisher.is_away = False
    monkeypatch.setattr(published, "AWAY_SECONDS", 0.0)
    publisher.answers["/introspection"] = saying(json.dumps({"error": "no"}).encode(), 401)
    assert ask("opaque-token-of-the-provider") == (503, AWAY)
    held = [bearer.ASKING.acquire(blocking=False) for _ in range(4)]
    try:
        assert ask("yet-another-opaque-token") == (503, AWAY)
    finally:
        for _ in filter(None, held):
            bearer.ASKING.release()


def test_a_provider_of_whom_no_tokens_are_taken_is_not_asked(
    publisher: Publisher, somebody: User, settings: Settings, now: Any
) -> None:
    settings.OIDC_PROVIDERS = (publisher.provider(audience=""),)
    assert ask(publisher.sign(claims_of(publisher, now), typ="at+jwt")) == INVALID
    assert publisher.asked == {}
