"""CUIDs that nobody here has are looked up in the federation's registry, whatever it speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import requests
from django.core.cache import cache

from common import outgoing
from identity.models import Event, User, Vetting
from identity.oidc import registry as module
from identity.oidc.registry import Registry
from identity.services import registry, user_removal
from tests.access_plane.aai import (
    GARBAGE,
    HALF,
    HUGE,
    KEY,
    LOST,
    FakeAai,
    Fault,
    process_of,
    proxied,
    status,
)
from tests.concurrency.racing import RACERS, race_same
from tests.factories.identity import UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

AT = "/api/remote-eduteams/"
UNKNOWN = {"detail": "Eduteams error: Unable to get user info."}
AWAY = (
    "The registry of people does not answer at the moment, so it cannot be said whether somebody"
    " has this CUID. Try again in {} seconds."
)


@pytest.fixture(scope="session")
def userinfo() -> Iterator[str]:
    with process_of("tests.access_plane.userinfo_server", KEY) as address:
        yield address


@pytest.fixture(params=["scim", "userinfo"])
def fake(request: pytest.FixtureRequest, settings: Any) -> Iterator[FakeAai]:
    """Return a registry of either kind behind the proxy that goes wrong when told."""
    kind: str = request.param
    server = request.getfixturevalue("server" if kind == "scim" else "userinfo")
    with proxied(server) as found:
        url = found.url if kind == "scim" else f"{found.url}/userinfo"
        settings.CUID_REGISTRY = Registry(url, kind, KEY, per_minute=60)
        settings.CUID_DOMAINS = ("myaccessid.org",)
        yield found


def known(fake: FakeAai, settings: Any, *, email: str, **more: Any) -> str:
    """Have the registry know somebody."""
    cuid = f"{uuid4().hex}@myaccessid.org"
    if settings.CUID_REGISTRY.kind == "scim":
        name = {"givenName": "Ada", "familyName": "Lovelace"}
        fake.register(cuid, name=name, emails=[{"value": email, "primary": True}])
    else:
        claims = {"voperson_id": cuid, "given_name": "Ada", "family_name": "Lovelace"}
        body = {**claims, "email": email, "eduperson_assurance": ["high"], **more}
        requests.put(f"{fake.server}/userinfo/{cuid}", json=body, timeout=10).raise_for_status()
    return cuid


def test_who_is_new_is_registered_unvetted_with_what_the_registry_says(
    fake: FakeAai, settings: Any, as_user: Callable[[User], APIClient], alice: User, dave: User
) -> None:
    affiliations = {"eduperson_scoped_affiliation": ["member@university.example"]}
    cuid = known(fake, settings, email="ada@university.example", **affiliations)

    answers = [
        as_user(who).post(AT, {"cuid": written}, format="json")
        for who, written in ((alice, f" {cuid} "), (dave, cuid.upper()))
    ]

    made = User.objects.get(username=cuid)
    named = (200, {"uuid": made.uuid.hex})
    assert [(one.status_code, one.json()) for one in answers] == [named] * 2
    assert len(fake.passed) == 1  # who is here is not asked for again
    assert (made.first_name, made.last_name, made.email) == (
        "Ada",
        "Lovelace",
        "ada@university.example",
    )
    is_scim = settings.CUID_REGISTRY.kind == "scim"
    assert made.affiliations == ([] if is_scim else ["member@university.example"])
    assert (made.eduperson_assurance, made.registration_method) == ([], "isd:registry")
    assert (made.active_isds, made.has_usable_password()) == (["isd:registry"], False)
    assert made.attribute_sources["first_name"]["source"] == "isd:registry"
    assert not Vetting.objects.exists()
    created = Event.objects.get(kind="user.created", subject_uuid=made.uuid)
    assert created.actor == alice


def test_who_may_not_know_is_told_nothing_and_has_nobody_asked_for(
    fake: FakeAai, settings: Any, as_user: Callable[[User], APIClient], pi: User
) -> None:
    cuid = known(fake, settings, email="")

    answers = [
        as_user(pi).post(AT, {"cuid": one}, format="json") for one in (cuid, "0@myaccessid.org")
    ]

    refused = "Only staff, identity managers and allocators are allowed to find users."
    assert [(one.status_code, one.json()) for one in answers] == [(403, refused)] * 2
    assert (fake.passed, User.objects.filter(username=cuid).exists()) == ([], False)


def test_whom_it_does_not_know_is_not_found_and_not_asked_for_again(
    fake: FakeAai, as_user: Callable[[User], APIClient], alice: User, now: datetime
) -> None:
    """Nor is what can be no CUID, is of another environment, or of somebody who was removed."""
    client = as_user(alice)
    for _ in range(2):
        answer = client.post(AT, {"cuid": "nobody@myaccessid.org"}, format="json")
        assert (answer.status_code, answer.json()) == (404, UNKNOWN)
    assert len(fake.passed) == 1

    for cuid in ("nobody", "a/../b@myaccessid.org", "\N{SNOWMAN}@myaccessid.org"):
        assert client.post(AT, {"cuid": cuid}, format="json").status_code == 404
    other = client.post(AT, {"cuid": "a@acc.myaccessid.org"}, format="json")
    said = "This is a CUID of another environment; here they end in @myaccessid.org."
    assert (other.status_code, other.json()) == (400, {"cuid": [said]})
    gone = UserFactory(username="gone@myaccessid.org", is_active=False)
    assert client.post(AT, {"cuid": gone.username}, format="json").status_code == 404
    assert len(fake.passed) == 1


FAULTS: list[tuple[Fault, int]] = [
    (status(429, Retry_After="30"), 30),
    (status(503, Retry_After="99999999999"), 300),
    (status(500, Retry_After="soon"), 15),
    (status(401), 15),
    (status(302, Location="http://127.0.0.1:1/"), 15),
    (LOST, 15),
    (HALF, 15),
    (GARBAGE, 15),
    (HUGE, 15),
    (Fault("slow", seconds=1), 15),
]


def test_while_it_fails_that_is_said_and_it_is_left_alone(
    fake: FakeAai,
    settings: Any,
    as_user: Callable[[User], APIClient],
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BOUNDS", outgoing.ExchangeBounds(0.5, 0.5, 64 * 1024))
    cuid = known(fake, settings, email="")
    client = as_user(alice)
    for fault, seconds in FAULTS:
        fake.faults.append(fault)
        seen = len(fake.passed)
        for _ in range(2):
            answer = client.post(AT, {"cuid": cuid}, format="json", HTTP_IDEMPOTENCY_KEY="once")
            assert (answer.status_code, answer.json()) == (503, {"detail": AWAY.format(seconds)}), (
                fault
            )
            assert answer["Retry-After"] == str(seconds)
        assert len(fake.passed) == seen + 1, fault
        cache.clear()
    assert not User.objects.filter(username=cuid).exists()
    assert client.post(AT, {"cuid": cuid}, format="json").status_code == 200


def test_what_fails_for_one_person_keeps_nobody_else_from_being_found(
    fake: FakeAai, settings: Any, as_user: Callable[[User], APIClient], alice: User
) -> None:
    client = as_user(alice)
    for fault in (status(500), status(302), GARBAGE, HUGE):
        odd, plain = (known(fake, settings, email="") for _ in range(2))
        fake.faults.append(fault)
        answers = [client.post(AT, {"cuid": one}, format="json") for one in (odd, odd, plain)]
        assert [one.status_code for one in answers] == [503, 503, 200], fault


def test_an_answer_about_somebody_else_is_none(
    fake: FakeAai, settings: Any, alice: User, now: datetime
) -> None:
    cuid = known(fake, settings, email="")
    if settings.CUID_REGISTRY.kind == "userinfo":
        body = {"voperson_id": "other@myaccessid.org"}
        requests.put(f"{fake.server}/userinfo/{cuid}", json=body, timeout=10).raise_for_status()
        with pytest.raises(registry.RegistryAway):
            registry.find(cuid, actor=alice, now=now)


def test_somebody_asks_so_often_and_others_go_on(
    fake: FakeAai, settings: Any, as_user: Callable[[User], APIClient], alice: User, dave: User
) -> None:
    url, kind = settings.CUID_REGISTRY.url, settings.CUID_REGISTRY.kind
    settings.CUID_REGISTRY = Registry(url, kind, KEY, per_minute=2)
    got = [
        as_user(who).post(AT, {"cuid": f"{number}@myaccessid.org"}, format="json")
        for number, who in enumerate((alice, alice, alice, dave))
    ]

    assert [one.status_code for one in got] == [404, 404, 429, 404]
    assert got[2]["Retry-After"] == "60"
    assert len(fake.passed) == 3


def test_an_address_that_somebody_else_has_is_left_to_them(
    fake: FakeAai, settings: Any, alice: User, now: datetime
) -> None:
    UserFactory(email="ada@university.example")
    cuid = known(fake, settings, email="ADA@university.example")

    assert registry.find(cuid, actor=alice, now=now).email == ""


def test_what_the_registry_says_is_taken_again_when_it_is_asked_for(
    fake: FakeAai, settings: Any, dave: User, now: datetime
) -> None:
    cuid = known(fake, settings, email="ada@university.example")
    ada, plain = UserFactory(username=cuid, first_name="Augusta"), UserFactory(username="plain")
    shut_out = UserFactory(username=known(fake, settings, email=""), is_active=False)

    changed = registry.refresh(ada, actor=dave, now=now)
    ada.refresh_from_db()

    assert {"email", "first_name", "last_name"} <= set(changed)
    assert (ada.first_name, ada.email) == ("Ada", "ada@university.example")
    assert registry.refresh(ada, actor=dave, now=now) == []
    assert len(fake.passed) == 1  # a minute has not passed
    assert registry.refresh(shut_out, actor=dave, now=now) == []
    with pytest.raises(registry.WithoutCuid):
        registry.refresh(plain, actor=dave, now=now)
    stranger = UserFactory(username="stranger@myaccessid.org")
    for _ in range(2):
        with pytest.raises(registry.UnknownCuid):
            registry.refresh(stranger, actor=dave, now=now)
    settings.CUID_REGISTRY = Registry()
    with pytest.raises(registry.RegistryOff):
        registry.refresh(ada, actor=dave, now=now)


def test_who_was_removed_is_not_brought_back(
    fake: FakeAai, settings: Any, alice: User, dave: User, now: datetime
) -> None:
    cuid = known(fake, settings, email="")
    ada = registry.find(cuid, actor=alice, now=now)
    ada.linked_identities.create(issuer="https://x.org", subject="1", cuid=cuid, created=now)
    user_removal.remove(ada, actor=dave, now=now)

    with pytest.raises(registry.UnknownCuid):
        registry.find(cuid, actor=alice, now=now)
    assert len(fake.passed) == 1


@pytest.mark.django_db(transaction=True)
def test_of_several_who_look_somebody_up_at_once_one_registers_them(
    fake: FakeAai, settings: Any, alice: User, now: datetime
) -> None:
    cuid = known(fake, settings, email="ada@university.example")

    got = race_same(lambda: registry.find(cuid, actor=alice, now=now))

    assert got == [User.objects.get(username=cuid)] * RACERS
    assert Event.objects.filter(kind="user.created").count() == 1
