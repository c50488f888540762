"""The service's own pages, where a person clicks and types: second factor, invitations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from django.utils import timezone
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from identity.models import Grant, PermissionRequest, User
from tests.factories.identity import (
    PASSWORD,
    GroupInvitationFactory,
    InvitationFactory,
    UserFactory,
)

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from identity.models import Project
    from tests.browser.chromium import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]


def by_password(person: Person, name: str) -> Person:
    return person.fill("User name", name).fill("Password", PASSWORD).click("Log in")


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=30 * steps))


def test_staff_set_up_a_second_factor_and_log_in_by_it_with_the_keyboard_alone(
    person: Person, dave: User, settings: Settings
) -> None:
    settings.SECOND_FACTOR_REQUIRED = "staff"
    secret, recovery = set_up(person, dave)
    assert person.click("Second factor").at == "/second-factor/"
    person.click("Back").click("Log out").click("Log in again")
    seen = []
    for _ in range(3):
        seen.append(person.press(Keys.TAB).focused)
        person.press({"User name": "dave", "Password": PASSWORD}.get(seen[-1], ""))
    assert seen == ["User name", "Password", "Log in"]
    person.enter()
    assert (person.at, person.focused.startswith("Code of")) == ("/login/code/", True)
    person.press("000000").enter()
    assert person.said == "This code is not right, or was used before."
    person.press(code(secret)).enter()
    assert person.at == "/admin/"

    person.open("/login/").click("Log out").click("Log in again")
    by_password(person, "dave").press(recovery[0].lower()).enter()
    assert person.at == "/admin/"
    person.open("/second-factor/")
    assert "Recovery codes left\n9" in person.text
    person.fill("A code of it", recovery[1]).click("Take it off")
    assert "You have none" in person.text


def set_up(person: Person, staff: User) -> tuple[str, list[str]]:
    """Go the way of staff who have none yet; return the secret and the recovery codes."""
    person.open("/admin/").fill("Username:", staff.username).fill("Password:", PASSWORD)
    person.click("Log in")
    assert (person.at, person.heading) == ("/second-factor/set-up/", "Set up a second factor")
    drawn = person.driver.find_element(By.TAG_NAME, "svg").size
    assert drawn["height"] == drawn["width"] > 150
    (secret,) = codes_on(person)
    person.fill("The code that it shows", "123").click("Set up")
    assert person.said.startswith("This is not the code.")
    person.fill("The code that it shows", code(secret.replace(" ", ""), -1)).click("Set up")
    recovery = codes_on(person)
    assert len(recovery) == 10
    assert person.click("I have kept them").at == "/admin/"
    return secret.replace(" ", ""), recovery


def codes_on(person: Person) -> list[str]:
    return [one.text for one in person.driver.find_elements(By.TAG_NAME, "code")]


def test_who_is_invited_logs_in_and_accepts_and_others_ask_by_a_link(
    person: Person, project: Project, pi: User
) -> None:
    erika = UserFactory(username="erika", email="erika@example.org")
    InvitationFactory(scope=project, created_by=pi, email="erika@example.org", token="0" * 32)
    link = GroupInvitationFactory(scope=project, created_by=pi, custom_text="Come in!")

    person.open(f"/invitation/{'0' * 32}/")
    assert person.heading == "Invitation to Climate model"
    by_password(person.click("Log in to accept"), "erika").click("Accept")
    assert person.said == "Welcome: you are Project member in Climate model now."
    assert Grant.objects.filter(user=erika, is_active=True).count() == 1

    person.open("/login/").click("Log out")
    fred = UserFactory(username="fred", email="fred@example.org")
    person.open(f"/group-invitation/{link.uuid}/").click("Log in")
    by_password(person, "fred").click("Ask for the role")
    assert person.said == "You have asked. Those who give this role were told, and you get a mail."
    assert PermissionRequest.objects.get().created_by == fred
