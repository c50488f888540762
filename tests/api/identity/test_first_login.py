"""What is asked of people who come in: their profile and vetting, by the API and by the page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from waldur_api_client.models.profile_completeness import ProfileCompleteness

from config import registration_settings
from identity import profile
from identity.models import User
from tests.factories.identity import VettingFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

ASKED = ("country_of_residence", "organization_type", "declares_export_control")
COMPLETENESS = "/api/users/profile_completeness/"
PAGE = "/profile/"


@pytest.fixture
def asked(settings: Any) -> None:
    settings.REGISTRATION = replace(settings.REGISTRATION, mandatory=ASKED, enforces_profile=True)


@pytest.fixture
def vetted_only(settings: Any) -> None:
    settings.REGISTRATION = replace(settings.REGISTRATION, needs_vetting=True)


def test_by_default_nothing_is_asked(bob: User, as_user: Callable[[User], APIClient]) -> None:
    body = as_user(bob).get(COMPLETENESS).json()
    assert body == {
        "enforcement_enabled": False,
        "is_complete": True,
        "mandatory_fields": [],
        "missing_fields": [],
    }
    assert ProfileCompleteness.from_dict(body).is_complete
    assert as_user(bob).get("/api/users/me/").json()["profile_completeness"] == body
    assert as_user(bob).get("/api/projects/").status_code == 200


@pytest.mark.usefixtures("asked")
def test_who_has_not_said_what_is_asked_is_refused_until_they_have(
    bob: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(bob)
    missing = client.get(COMPLETENESS).json()
    assert (missing["is_complete"], missing["missing_fields"]) == (False, list(ASKED))
    answer = client.get("/api/projects/")
    assert (answer.status_code, answer.json()) == (
        403,
        {
            "detail": f"Complete your profile first: {', '.join(ASKED)}.",
            "code": "profile_incomplete",
        },
    )
    own = f"/api/users/{bob.uuid.hex}/"
    said: dict[str, Any] = {"country_of_residence": "FI", "organization_type": "university"}
    said |= {"declares_export_control": True, "agree_with_policy": True}
    assert client.patch(own, said, format="json").status_code == 200
    declared = User.objects.get(pk=bob.pk).export_control_date
    assert declared is not None
    anew = as_user(User.objects.get(pk=bob.pk))
    assert anew.get(COMPLETENESS).json()["missing_fields"] == []
    assert anew.get("/api/projects/").status_code == 200
    anew.patch(own, {"declares_export_control": True}, format="json")
    assert User.objects.get(pk=bob.pk).export_control_date == declared


@pytest.mark.usefixtures("vetted_only")
def test_who_is_not_vetted_reads_and_does_not_write(
    bob: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(bob)
    assert client.get("/api/projects/").status_code == 200
    answer = client.post("/api/keys/", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_vetted")
    VettingFactory(user=bob)
    assert as_user(User.objects.get(pk=bob.pk)).post("/api/keys/", {}).status_code == 400


def test_who_is_refused_reads_who_they_are_and_goes(
    bob: User, dave: User, as_user: Callable[[User], APIClient]
) -> None:
    """Staff cannot shut themselves out."""
    VettingFactory(user=bob, outcome="refused")
    VettingFactory(user=dave, outcome="refused")
    client = as_user(bob)
    said = {"detail": "You were refused access to this platform.", "code": "vetting_refused"}
    own = f"/api/users/{bob.uuid.hex}/"
    for answer in (client.get("/api/projects/"), client.patch(own, {"job_title": "Dr"})):
        assert (answer.status_code, answer.json()) == (403, said)
    assert client.get("/api/users/me/").status_code == 200
    assert client.post("/api-auth/logout/").status_code == 204
    assert as_user(dave).get("/api/projects/").status_code == 200


@pytest.mark.usefixtures("asked", "vetted_only")
def test_programs_are_asked_for_nothing(bob: User, as_user: Callable[[User], APIClient]) -> None:
    User.objects.filter(pk=bob.pk).update(is_machine=True)
    assert as_user(User.objects.get(pk=bob.pk)).post("/api/keys/", {}).status_code == 400


@pytest.mark.usefixtures("asked")
def test_the_page_asks_for_what_is_missing_and_keeps_it(client: Client, bob: User) -> None:
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {}).status_code == 403
    client.force_login(bob)
    assert b"these are missing: country_of_residence" in client.get(PAGE).content
    said = {"country_of_residence": "FI", "organization_type": "university", "is_staff": "true"}
    refused = client.post(PAGE, said)
    assert (refused.status_code, b"must agree" in refused.content) == (400, True)
    said |= {"agree_with_policy": "true", "declares_export_control": "true"}
    assert b"nothing is missing" in client.post(PAGE, said, follow=True).content
    person = User.objects.get(pk=bob.pk)
    assert (person.country_of_residence, person.is_staff) == ("FI", False)


@pytest.mark.usefixtures("asked")
def test_the_page_says_what_is_wrong(client: Client, bob: User) -> None:
    client.force_login(bob)
    answer = client.post(PAGE, {"country_of_residence": "Finland"})
    assert (answer.status_code, b"country_of_residence: " in answer.content) == (400, True)


def test_what_can_be_asked_is_what_is_known() -> None:
    assert set(profile.COLUMNS) == registration_settings.ASKABLE


def test_what_nobody_could_answer_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANDATORY_USER_ATTRIBUTES", "shoe_size")
    with pytest.raises(ImproperlyConfigured, match="shoe_size cannot be asked"):
        registration_settings.registration_settings()
