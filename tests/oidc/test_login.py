"""People log in by their institution, at a real provider, and are who it says they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from identity.models import Event, InstitutionLogin, LinkedIdentity, User
from identity.oidc import attempts
from identity.services import users
from standalone.identity_provider import MEDIUM, MFA, SFA
from tests import event_log
from tests.factories.identity import UserFactory
from tests.oidc.provider import ADA, YES, demand, log_in, title_of, who

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from identity.oidc.providers import Provider
    from standalone.identity_provider import IdentityProvider
    from tests.oidc.provider import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.oidc, pytest.mark.slow]


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_the_first_login_makes_somebody_of_what_is_claimed(browser: Browser) -> None:
    assert log_in(browser).url == "/login/"
    assert who(browser) == ADA
    user = User.objects.get(username=ADA)
    told = {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@university.example",
        "affiliations": ["member@university.example", "faculty@university.example"],
        "eduperson_assurance": ["https://refeds.org/assurance", MEDIUM],
        "organization": "university.example",
        "identity_source": "Example University",
    }
    assert {name: getattr(user, name) for name in told} == told
    assert {name: signed["source"] for name, signed in user.attribute_sources.items()} == (
        dict.fromkeys(told, "isd:local")
    )
    assert (user.active_isds, user.registration_method) == (["isd:local"], "isd:local")
    assert not user.has_usable_password()
    assert not user.is_staff
    identity = LinkedIdentity.objects.get()
    assert (identity.user, identity.subject, identity.cuid) == (user, "ada", ADA)
    assert (identity.acr, identity.amr) == (MFA, ["pwd", "otp", "mfa"])
    assert identity.last_login is not None
    assert identity.claims["voperson_id"] == ADA
    assert kinds() == [
        "user.created",
        "user.updated",
        "linked_identity.added",
        "linked_identity.logged_in",
    ]


def test_the_second_login_changes_what_changed_and_says_so(
    browser: Browser, idp: IdentityProvider
) -> None:
    log_in(browser)
    event_log.forget()
    claims = idp.realm["accounts"]["ada"]
    claims |= {"family_name": "King", "email": "ada@king.example"}
    del claims["schac_home_organization"]
    idp.write()
    log_in(browser)
    user = User.objects.get(username=ADA)
    assert (user.last_name, user.email, user.organization) == ("King", "ada@king.example", "")
    assert kinds() == ["user.updated", "linked_identity.logged_in"]
    event = Event.objects.get(kind="user.updated")
    assert event.payload == {
        "source": "isd:local",
        "fields": ["email", "last_name", "organization"],
    }
    event_log.forget()
    log_in(browser)
    assert kinds() == ["linked_identity.logged_in"]
    assert LinkedIdentity.objects.count() == 1


def test_who_is_here_under_their_cuid_is_found_in_any_case(browser: Browser) -> None:
    known = UserFactory(username=ADA.upper(), email="other@example.org", job_title="Countess")
    log_in(browser)
    assert who(browser) == ADA.upper()
    known.refresh_from_db()
    assert (known.first_name, known.job_title, known.email) == (
        "Ada",
        "Countess",
        "ada@university.example",
    )
    assert User.objects.count() == 1


def test_nobody_is_found_by_an_address_alone(browser: Browser) -> None:
    other = UserFactory(username="other", email="ADA@university.example", is_staff=True)
    log_in(browser)
    assert who(browser) == ADA
    user = User.objects.get(username=ADA)
    assert (user.email, user.is_staff) == ("", False)
    assert not other.linked_identities.exists()


def test_an_address_that_nobody_verified_waits_for_its_reader(
    browser: Browser, mailoutbox: list[Any]
) -> None:
    log_in(browser, account="bo")
    user = User.objects.get(username="bo42@myaccessid.org")
    assert (user.email, user.requested_email) == ("", "bo@mail.example")


def test_a_provider_without_cuids_is_not_believed_one(
    browser: Browser, provider: Provider, settings: Settings
) -> None:
    UserFactory(username=ADA)
    demand(settings, provider, cuid_domains=())
    log_in(browser)
    name = who(browser)
    assert name is not None
    assert name.endswith("@localhost")
    assert name != ADA
    log_in(browser)
    assert who(browser) == name  # the second time, too


@pytest.mark.parametrize(
    "cuid",
    [
        "ada0815@acc.myaccessid.org",
        "ada0815@myaccessid.org.example.org",
        "ada0815",
        "a b@myaccessid.org",
        ["a@myaccessid.org", "b@myaccessid.org"],
        7,
    ],
)
def test_a_person_of_another_environment_is_not_let_in(
    cuid: Any, browser: Browser, idp: IdentityProvider
) -> None:
    idp.realm["accounts"]["ada"]["voperson_id"] = cuid
    idp.write()
    assert title_of(log_in(browser)) == (403, "You cannot log in here")
    assert (who(browser), User.objects.count()) == (None, 0)


def test_odd_claims_are_left_out_and_keep_nobody_out(
    browser: Browser, idp: IdentityProvider
) -> None:
    idp.realm["accounts"]["ada"] |= {
        "given_name": "Ada\u202eevil",
        "family_name": "L" * 101,
        "email": "not an address",
        "schac_home_organization": {"name": "x"},
        "eduperson_assurance": [*[f"v{number}" for number in range(150)], 7, "", "a\nb"],
        "eduperson_scoped_affiliation": "member@university.example",
        "voperson_external_affiliation": None,
    }
    idp.write()
    log_in(browser)
    user = User.objects.get(username=ADA)
    assert (user.first_name, user.last_name, user.email, user.organization) == ("", "", "", "")
    assert user.eduperson_assurance == [f"v{number}" for number in range(100)]
    assert user.affiliations == ["member@university.example"]
    assert "given_name" not in LinkedIdentity.objects.get().claims


def test_who_was_shut_out_is_refused_and_nothing_of_them_changes(
    browser: Browser, idp: IdentityProvider, dave: User, now: Any
) -> None:
    log_in(browser)
    user = User.objects.get(username=ADA)
    users.deactivate(user, reason="left", actor=dave, now=now)
    assert who(browser) is None
    event_log.forget()
    idp.realm["accounts"]["ada"]["given_name"] = "Augusta"
    idp.write()
    assert title_of(log_in(browser)) == (403, "You cannot log in here")
    user.refresh_from_db()
    assert (user.first_name, user.is_active, kinds()) == ("Ada", False, [])
    assert who(browser) is None


def test_a_second_factor_is_asked_for_and_must_have_been_there(
    browser: Browser, provider: Provider, settings: Settings
) -> None:
    demand(settings, provider, acr_values=(MFA,))
    assert f"acr_values={MFA}".replace(":", "%3A").replace("/", "%2F") in (
        browser.ask_service("/oidc/local/login/").url
    )
    assert title_of(log_in(browser, mfa="")) == (403, "A second factor is needed")
    assert (who(browser), User.objects.count()) == (None, 0)
    browser.abroad.cookies.clear()
    log_in(browser)
    assert who(browser) == ADA
    assert LinkedIdentity.objects.get().acr == MFA


def test_without_a_demand_one_factor_is_enough_and_is_noted(browser: Browser) -> None:
    log_in(browser, mfa="")
    assert (who(browser), LinkedIdentity.objects.get().acr) == (ADA, SFA)
    assert InstitutionLogin.objects.get().acr == SFA


def test_assurance_is_asked_for(browser: Browser, provider: Provider, settings: Settings) -> None:
    demand(settings, provider, assurance=(MEDIUM,))
    title = "Your institution does not assure enough of you"
    assert title_of(log_in(browser, account="bo")) == (403, title)
    browser.abroad.cookies.clear()
    log_in(browser)
    assert who(browser) == ADA


def test_who_cancels_is_told_that_they_did(browser: Browser) -> None:
    assert title_of(log_in(browser, act="cancel")) == (400, "You did not log in")
    assert who(browser) is None


def test_the_session_is_another_after_the_login_and_leads_where_it_was_wanted(
    browser: Browser,
) -> None:
    browser.ask_service("/oidc/local/login/")
    before = browser.client.session.session_key
    assert log_in(browser, next_url="/api/projects/").url == "/api/projects/"
    assert browser.client.session.session_key != before
    assert log_in(browser, next_url="https://evil.example/").url == "/login/"
    assert log_in(browser, next_url="//evil.example/").url == "/login/"


def test_an_answer_counts_once_in_the_browser_that_asked_and_for_minutes(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = (400, "This login is not valid any more")
    back = browser.to_provider(browser.ask_service("/oidc/local/login/").url, **YES)
    path = back.partition("testserver")[2]
    assert title_of(Client().get(path)) == stale
    assert title_of(browser.ask_service(back.replace("state=", "state=x"))) == stale
    assert browser.ask_service(back).status_code == 302
    assert title_of(browser.ask_service(back)) == stale
    later = browser.to_provider(browser.ask_service("/oidc/local/login/").url)
    monkeypatch.setattr(attempts, "LIVES_SECONDS", -1.0)
    assert title_of(browser.ask_service(later)) == stale


def test_an_answer_of_one_provider_is_none_of_another(
    browser: Browser, provider: Provider, settings: Settings
) -> None:
    settings.OIDC_PROVIDERS = (provider, replace(provider, name="other", client_id="other"))
    back = browser.to_provider(browser.ask_service("/oidc/local/login/").url, **YES)
    mixed = title_of(browser.ask_service(back.replace("/oidc/local/", "/oidc/other/")))
    assert mixed == (400, "This login is not valid any more")
    back = browser.to_provider(browser.ask_service("/oidc/local/login/").url)
    foreign = back.partition("&iss=")[0]
    for issuer in ("", "&iss=https%3A%2F%2Fevil.example"):
        assert title_of(browser.ask_service(foreign + issuer))[0] == 400
    assert who(browser) is None


def test_a_made_up_code_logs_nobody_in(browser: Browser) -> None:
    back = browser.to_provider(browser.ask_service("/oidc/local/login/").url, **YES)
    made_up = back.replace("code=", "code=x")
    assert title_of(browser.ask_service(made_up)) == (400, "This login is not valid any more")
    assert who(browser) is None


def test_a_browser_has_some_attempts_under_way_and_not_more(browser: Browser) -> None:
    for _ in range(30):
        browser.ask_service("/oidc/local/login/")
    assert len(browser.client.session["oidc_states"]) == 20


def test_who_is_unknown_to_us_as_a_provider_is_said(browser: Browser) -> None:
    assert title_of(browser.ask_service("/oidc/elsewhere/login/")) == (
        404,
        "There is no such way to log in",
    )


def test_the_login_page_lists_the_ways(browser: Browser) -> None:
    page = browser.ask_service("/login/?next=/api/projects/").content.decode()
    assert '<a href="/oidc/local/login/?next=%2Fapi%2Fprojects%2F">Example University</a>' in page
    log_in(browser)
    page = browser.ask_service("/login/").content.decode()
    assert "You are logged in as <strong>Ada Lovelace</strong>" in page
