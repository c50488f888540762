"""At Waldur's addresses a login by institution ends in a token."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from identity.models import Event, InstitutionLogin, LinkedIdentity, Token, User
from identity.services import users
from standalone.identity_provider import MFA
from tests import event_log
from tests.oidc.provider import ADA, YES, demand

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from identity.oidc.providers import Provider
    from tests.oidc.provider import Browser
    from tests.oidc.publisher import Publisher

pytestmark = pytest.mark.django_db


def come_back(browser: Browser, **form: str) -> str:
    """Begin at Waldur's address, log in, and return where the browser is sent back."""
    begun = browser.ask_service("/api-auth/eduteams/init/")
    assert begun.status_code == 302
    return browser.to_provider(begun["Location"], **{**YES, **form})


@pytest.mark.oidc
@pytest.mark.slow
def test_code_and_state_get_a_token_once(browser: Browser) -> None:
    back = come_back(browser)
    answer = browser.ask_service(back)
    assert (answer.status_code, list(answer.json())) == (200, ["token"])
    assert answer["Cache-Control"] == "no-store"
    client = APIClient(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
    assert client.get("/api/users/me/").json()["username"] == ADA
    login = InstitutionLogin.objects.get()
    assert (login.token, login.acr, bool(login.sid)) == (Token.objects.get(), MFA, True)
    again = browser.ask_service(back)
    assert (again.status_code, again.json()) == (401, {"detail": "Nobody began this login here."})
    assert Client().get("/api-auth/eduteams/complete/").status_code == 401


@pytest.mark.oidc
@pytest.mark.slow
def test_a_demand_that_is_not_met_is_said(
    browser: Browser, provider: Provider, settings: Settings
) -> None:
    demand(settings, provider, acr_values=(MFA,))
    answer = browser.ask_service(come_back(browser, mfa=""))
    said = {"detail": "The person was not authenticated in a way that is asked for."}
    assert (answer.status_code, answer.json()) == (401, said)
    browser.abroad.cookies.clear()
    canceled = browser.ask_service(come_back(browser, act="cancel"))
    assert canceled.json() == {"detail": "The login came to nothing."}
    assert (User.objects.count(), Token.objects.count()) == (0, 0)


@pytest.mark.oidc
@pytest.mark.slow
def test_an_attempt_at_a_page_is_none_at_the_api(
    browser: Browser, provider: Provider, settings: Settings
) -> None:
    settings.OIDC_PROVIDERS = (provider, replace(provider, name="b", client_id="b", waldur_name=""))
    back = browser.to_provider(browser.ask_service("/oidc/local/login/").url, **YES)
    query = back.partition("?")[2]
    answer = browser.ask_service(f"/api-auth/eduteams/complete/?{query}")
    assert answer.status_code == 401
    assert not Token.objects.exists()


def test_where_no_provider_has_waldurs_name_there_is_none(settings: Settings) -> None:
    settings.OIDC_PROVIDERS = ()
    for path in ("eduteams/init", "eduteams/complete", "keycloak/init", "keycloak/complete"):
        answer = Client().get(f"/api-auth/{path}/")
        assert answer.status_code == 404
        assert answer.json() == {"detail": "There is no such provider of identities."}


def test_a_provider_that_is_away_is_503(publisher: Publisher, settings: Settings) -> None:
    publisher.is_away = True
    settings.OIDC_PROVIDERS = (publisher.provider(waldur_name="keycloak"),)
    answer = Client().get("/api-auth/keycloak/init/")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("The login service does not answer")


@pytest.mark.oidc
@pytest.mark.slow
def test_no_token_comes_of_the_login_of_somebody_who_is_shut_out(
    browser: Browser, dave: User, now: Any
) -> None:
    assert browser.ask_service(come_back(browser)).status_code == 200
    user = User.objects.get(username=ADA)
    users.deactivate(user, reason="left", actor=dave, now=now)
    event_log.forget()
    answer = browser.ask_service(come_back(browser))
    assert (answer.status_code, answer.json()) == (401, {"detail": "This person may not log in."})
    assert (Token.objects.count(), Event.objects.count()) == (0, 0)
    assert LinkedIdentity.objects.count() == 1
