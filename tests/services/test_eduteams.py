from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.cuids import made_name
from identity.models import LinkedIdentity
from identity.oidc.providers import Provider
from identity.services import cuids, eduteams, registry, users
from tests.factories.identity import UserFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

pytestmark = pytest.mark.django_db

CUID = "28c5353b8bb34984a8bd4169ba94c606@myaccessid.org"


@pytest.fixture
def erika() -> User:
    return UserFactory(username=CUID)


def test_staff_identity_managers_and_allocators_find_people_by_cuid(
    dave: User, alice: User, erika: User, now: datetime
) -> None:
    manager = UserFactory(is_identity_manager=True)

    assert [eduteams.find(CUID, actor=actor, now=now) for actor in (dave, alice, manager)] == [
        erika
    ] * 3


def test_case_does_not_count_unless_two_differ_in_it(
    alice: User, erika: User, now: datetime
) -> None:
    assert eduteams.find(CUID.upper(), actor=alice, now=now) == erika

    other = UserFactory(username=CUID.upper())
    assert eduteams.find(CUID.upper(), actor=alice, now=now) == other
    assert eduteams.find(CUID, actor=alice, now=now) == erika
    with pytest.raises(registry.UnknownCuid):
        eduteams.find(CUID.title(), actor=alice, now=now)


def test_nobody_else_does(
    bob: User, pi: User, carol: User, sam: User, mallory: User, erika: User, now: datetime
) -> None:
    for actor in (bob, pi, carol, sam, mallory, erika):
        with pytest.raises(eduteams.LookupNotAllowed):
            eduteams.find(CUID, actor=actor, now=now)


@pytest.mark.parametrize("active", [True, False])
def test_an_unknown_or_deactivated_person_is_not_found(
    alice: User, active: Any, now: datetime
) -> None:
    UserFactory(username=CUID, is_active=False)

    with pytest.raises(registry.UnknownCuid) as refusal:
        eduteams.find("0@myaccessid.org" if active else CUID, actor=alice, now=now)

    assert refusal.value.detail == "Eduteams error: Unable to get user info."


def test_a_cuid_of_another_environment_is_neither_looked_up_nor_given(
    alice: User, dave: User, erika: User, settings: Any, now: datetime
) -> None:
    settings.CUID_DOMAINS = ("myaccessid.org",)
    acceptance = CUID.replace("@", "@acc.")
    said = "This is a CUID of another environment; here they end in @myaccessid.org."

    assert eduteams.find(CUID, actor=alice, now=now) == erika
    for strange in (acceptance, "0@elsewhere.example"):
        with pytest.raises(cuids.CuidOfElsewhere) as refusal:
            eduteams.find(strange, actor=alice, now=now)
        assert refusal.value.detail == {"cuid": [said]}
    with pytest.raises(cuids.CuidOfElsewhere) as refusal:
        users.create(username=acceptance, email="", actor=dave, now=now)
    assert refusal.value.detail == {"username": [said]}
    with pytest.raises(cuids.CuidOfElsewhere):
        users.update(erika, wanted={"username": acceptance}, actor=dave, now=now)
    plain = users.create(username="erika@elsewhere.example", email="", actor=dave, now=now)
    assert cuids.of(plain) == ""


def test_whose_name_was_made_of_an_issuer_and_a_subject_has_no_cuid(settings: Any) -> None:
    issuer = "https://idp.example.org"
    made, stranger, renamed, newcomer, unlinked = (
        UserFactory(username=name)
        for name in (
            made_name(issuer, "1"),
            CUID,
            "new@myaccessid.org",
            "newcomer@myaccessid.org",
            "a1@IDP.example.org",
        )
    )
    linked = ((made, "1", ""), (stranger, "2", CUID.upper()), (renamed, "3", CUID))
    for user, subject, cuid in linked:
        LinkedIdentity.objects.create(
            user=user, issuer=issuer, subject=subject, cuid=cuid, created=user.date_joined
        )
    everybody = [user.pk for user in (made, stranger, renamed, newcomer, unlinked)]

    found = {stranger.pk: CUID, newcomer.pk: newcomer.username}
    assert cuids.of_people(everybody) == {**found, unlinked.pk: unlinked.username}
    settings.OIDC_PROVIDERS = (Provider("idp", issuer, "efp"),)
    assert cuids.of_people(everybody) == found
    assert (cuids.of(stranger), cuids.of(made)) == (CUID, "")
    settings.CUID_DOMAINS = ("acc.myaccessid.org",)
    assert cuids.of_people(everybody) == {}
