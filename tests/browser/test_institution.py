"""Login by institution, where a person clicks: the first time, refused, and over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings

from identity.models import InstitutionLogin, User
from standalone.identity_provider import MFA
from tests.factories.identity import PlatformTermsFactory

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from identity.oidc.providers import Provider
    from standalone.identity_provider import IdentityProvider
    from tests.browser.chromium import Person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.oidc,
    pytest.mark.slow,
]

IN = "You are logged in as Ada Lovelace."


def log_in(person: Person) -> Person:
    return person.open("/login/").click("Example University").click("Log in")


@pytest.mark.usefixtures("provider")
def test_a_newcomer_logs_in_accepts_the_terms_fills_in_their_profile_and_logs_out_everywhere(
    person: Person, settings: Settings
) -> None:
    settings.REGISTRATION = replace(
        django_settings.REGISTRATION,
        mandatory=("country_of_residence", "declares_export_control"),
        enforces_profile=True,
    )
    PlatformTermsFactory(version="2026", is_current=True)
    log_in(person)
    assert (person.at, IN in person.text) == ("/login/", True)
    assert "Still to do:" in person.text

    person.click("Accept the terms of service").click("I accept version 2026")
    assert "nothing is left to accept" in person.said
    person.click("Back").click("Complete your profile")
    assert "these are missing: country_of_residence, declares_export_control" in person.text
    person.fill("Country of residence", "Atlantis").click("Save")
    assert person.said.startswith("country_of_residence: ")
    person.field("Country of residence").clear()
    person.fill("Country of residence", "FI").tick("I will observe").click("Save")
    assert "nothing is missing" in person.text
    ada = User.objects.get()
    assert (ada.username, ada.country_of_residence) == ("ada0815@myaccessid.org", "FI")
    person.click("Back")
    assert "Still to do:" not in person.text

    person.click("Log out").until("Do you want to sign-out")
    person.click("Yes, sign me out").until("EFP Allocations")
    assert "With your institution" in person.text
    assert person.open("/profile/").at == "/profile/"
    assert person.click("Log in first").at == "/login/?next=/profile/"
    assert person.click("Example University").heading == "Example University"  # who asks again
    person.click("Cancel")
    assert person.heading == "You did not log in"


def test_who_used_no_second_factor_at_their_institution_reads_why_they_are_not_let_in(
    person: Person, provider: Provider, settings: Settings
) -> None:
    settings.OIDC_PROVIDERS = (replace(provider, acr_values=(MFA,)),)
    person.open("/login/").click("Example University").tick("with a second factor").click("Log in")
    assert person.heading == "A second factor is needed"
    assert not User.objects.exists()
    person.click("Back to the login").click("Example University")
    assert (person.at, person.heading) != ("/login/", "EFP Allocations")


@pytest.mark.usefixtures("provider")
def test_a_logout_at_the_institution_ends_the_session_here_at_the_next_click(
    person: Person, idp: IdentityProvider
) -> None:
    log_in(person)
    assert IN in person.text
    person.open(f"{idp.issuer}/session/end").click("Yes, sign me out")
    assert not InstitutionLogin.objects.exists()
    person.open("/login/")
    assert IN not in person.text
