"""A login that ends at the provider ends here, and the other way round."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from rest_framework.test import APIClient

from identity.models import Event, InstitutionLogin, LinkedIdentity, SpentLogoutToken, User
from identity.oidc import tokens
from identity.oidc.providers import Provider
from identity.services import credentials, logins, logouts
from standalone.rabbitmq_node import free_port
from tests.factories.identity import PASSWORD
from tests.oidc.provider import Browser, action_of, fields_of, log_in, running_provider, who
from tests.oidc.publisher import RSA_KEYS, unsigned

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

    from tests.oidc.publisher import Publisher

BACKCHANNEL = "/oidc/local/backchannel-logout/"


def me(token: str) -> int:
    client = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    status: int = client.get("/api/users/me/").status_code
    return status


@pytest.mark.django_db
@pytest.mark.oidc
@pytest.mark.slow
def test_who_logs_out_here_is_led_to_log_out_there(browser: Browser, provider: Provider) -> None:
    log_in(browser)
    page = browser.client.post("/logout/").content.decode()
    assert who(browser) is None
    assert not InstitutionLogin.objects.exists()
    url = page.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
    told = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{provider.issuer}/session/end?")
    assert told["post_logout_redirect_uri"] == ["http://testserver/login/"]
    assert tokens.issuer_named_in(told["id_token_hint"][0]) == provider.issuer
    confirm = browser.go(url)
    done = browser.abroad.post(
        action_of(confirm.text), data={**fields_of(confirm.text), "logout": "yes"}
    )
    assert done.headers["location"].startswith("http://testserver/login/")
    asked_again = browser.go(browser.ask_service("/oidc/local/login/").url)
    assert "<form" in asked_again.text  # there is no login at the provider any more


@pytest.mark.django_db
def test_who_logged_in_otherwise_is_led_nowhere(dave: User) -> None:
    client = Client()
    client.force_login(dave)
    page = client.post("/logout/").content.decode()
    assert "You are logged out" in page
    assert "institution" not in page
    assert client.get("/api/users/me/").status_code == 401
    assert client.get("/logout/").status_code == 405


@pytest.mark.django_db(transaction=True)
@pytest.mark.oidc
@pytest.mark.slow
def test_the_provider_tells_us_that_a_login_is_over(
    live_server: LiveServer, tmp_path: Path, settings: Settings
) -> None:
    service = live_server.url
    with running_provider(tmp_path, service) as idp, Browser(Client(), service) as browser:
        settings.SITE_URL = service
        settings.OIDC_PROVIDERS = (
            Provider("local", idp.issuer, "efp-allocations", "a-secret-of-this-machine"),
        )
        log_in(browser)
        mine = who(browser)
        assert mine is not None
        identity = LinkedIdentity.objects.get()
        sid = InstitutionLogin.objects.get().sid
        now = identity.created
        of_login = logins.give_token(identity, sid=sid, now=now)
        of_another = logins.give_token(identity, sid="another", now=now)
        _, by_itself = credentials.issue(user=identity.user, name="script", now=now)
        ended = browser.go(f"{idp.issuer}/session/end")
        browser.abroad.post(action_of(ended.text), data={**fields_of(ended.text), "logout": "yes"})
        assert who(browser) is None
        assert (me(of_login), me(of_another), me(by_itself)) == (401, 200, 200)
        assert [login.sid for login in InstitutionLogin.objects.all()] == ["another"]
        assert Event.objects.filter(kind="linked_identity.logged_out").count() == 1


# --- with tokens that no good provider sends ------------------------------------------------------


@pytest.fixture
def linked(publisher: Publisher, settings: Settings, db: None, now: Any) -> LinkedIdentity:
    """Somebody whom the provider of our own names `somebody`."""
    settings.OIDC_PROVIDERS = (publisher.provider(),)
    user = User.objects.create_user("somebody")
    made: LinkedIdentity = LinkedIdentity.objects.create(
        user=user, provider="local", issuer=publisher.issuer, subject="somebody", created=now
    )
    return made


def logout_token(publisher: Publisher, now: Any, **more: Any) -> str:
    claims = {
        "iss": publisher.issuer,
        "aud": "efp",
        "iat": now.timestamp(),
        "exp": (now + timedelta(minutes=2)).timestamp(),
        "jti": "j-1",
        "sub": "somebody",
        "events": {tokens.LOGOUT_EVENT: {}},
        **more,
    }
    told = {name: value for name, value in claims.items() if value is not None}
    return publisher.sign(told, typ="logout+jwt")


def tell(token: str, path: str = BACKCHANNEL) -> Any:
    return Client(enforce_csrf_checks=True).post(path, {"logout_token": token})


def test_a_logout_counts_for_the_sid_or_for_all_logins_of_the_subject(
    publisher: Publisher, linked: LinkedIdentity, now: Any
) -> None:
    one, two, three = (logins.give_token(linked, sid=sid, now=now) for sid in ("a", "b", "b"))
    assert tell(logout_token(publisher, now, sid="a")).status_code == 200
    assert (me(one), me(two), me(three)) == (401, 200, 200)
    assert tell(logout_token(publisher, now, sub="other", sid="b", jti="j-2")).status_code == 200
    assert (me(two), me(three)) == (200, 200)
    assert tell(logout_token(publisher, now, sub=None, sid="b", jti="j-3")).status_code == 200
    assert (me(two), me(three)) == (401, 401)
    four = logins.give_token(linked, sid="c", now=now)
    answer = tell(logout_token(publisher, now, jti="j-4"))
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (
        200,
        b"",
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    assert me(four) == 401


def test_a_logout_token_counts_once(publisher: Publisher, linked: LinkedIdentity, now: Any) -> None:
    token = logout_token(publisher, now)
    assert tell(token).status_code == 200
    later = logins.give_token(linked, sid="a", now=now)
    refused = tell(token)
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_request"})
    assert me(later) == 200


def test_no_other_token_ends_anything(
    publisher: Publisher, linked: LinkedIdentity, now: Any
) -> None:
    mine = logins.give_token(linked, sid="a", now=now)
    good = {"iss": publisher.issuer, "aud": "efp", "sub": "somebody", "iat": now.timestamp()}
    bad = [
        "",
        "x",
        logout_token(publisher, now, nonce="n"),
        logout_token(publisher, now, aud="other"),
        logout_token(publisher, now, iss="http://localhost:1"),
        logout_token(publisher, now, events={}),
        logout_token(publisher, now, exp=(now - timedelta(hours=1)).timestamp()),
        unsigned({**good, "jti": "j", "events": {tokens.LOGOUT_EVENT: {}}}),
        publisher.sign({**good, "jti": "j", "events": {tokens.LOGOUT_EVENT: {}}}, key=RSA_KEYS[1]),
        publisher.sign({**good, "nonce": "n", "exp": now.timestamp() + 60}),
    ]
    assert [tell(token).status_code for token in bad] == [400] * len(bad)
    assert tell(logout_token(publisher, now), "/oidc/other/backchannel-logout/").status_code == 400
    assert (me(mine), SpentLogoutToken.objects.count()) == (200, 0)
    assert Client().get(BACKCHANNEL).status_code == 405


def test_a_provider_whose_keys_are_away_is_told_to_come_again(
    publisher: Publisher, linked: LinkedIdentity, now: Any
) -> None:
    publisher.is_away = True
    assert tell(logout_token(publisher, now)).status_code == 503
    assert SpentLogoutToken.objects.count() == 0


def test_what_is_over_is_forgotten(linked: LinkedIdentity, publisher: Publisher, now: Any) -> None:
    logins.note_session(linked, "k" * 32, sid="a", now=now)
    logins.give_token(linked, sid="a", now=now)
    assert tell(logout_token(publisher, now, sub="other")).status_code == 200
    assert logouts.prune(now=now) == 0
    assert logouts.prune(now=now + timedelta(days=15)) == 1
    assert InstitutionLogin.objects.get().token is not None
    assert SpentLogoutToken.objects.count() == 0


@pytest.mark.django_db
def test_a_provider_that_nobody_listens_at_is_said_to_be_away(settings: Settings) -> None:
    settings.OIDC_PROVIDERS = (Provider("local", f"http://localhost:{free_port()}", "efp"),)
    page = Client().get("/oidc/local/login/")
    assert page.status_code == 503
    assert "The login service does not answer" in page.content.decode()


@pytest.mark.django_db
def test_the_login_page_takes_a_password_and_says_when_it_is_wrong(dave: User) -> None:
    client = Client()

    def post(username: str, password: str, next_url: str = "") -> Any:
        form = {"username": username, "password": password, "next": next_url}
        return client.post("/login/", form)

    for username, password in (
        (dave.username, "wrong"),
        ("nobody", "x"),
        ("a\x00b", "\x00"),
        ("", ""),
    ):
        page = post(username, password)
        assert page.status_code == 401
        assert '<p role="alert">Invalid username/password.</p>' in page.content.decode()
    assert post(dave.username, PASSWORD, "https://evil.example/").url == "/admin/"
    assert client.get("/api/users/me/").json()["username"] == "dave"
    client.post("/logout/")
    assert post(dave.username, PASSWORD, "/api/projects/").url == "/api/projects/"
