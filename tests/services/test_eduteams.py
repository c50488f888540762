from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.services import eduteams
from tests.factories.identity import UserFactory

if TYPE_CHECKING:
    from identity.models import User

pytestmark = pytest.mark.django_db

CUID = "28c5353b8bb34984a8bd4169ba94c606@myaccessid.org"


@pytest.fixture
def erika() -> User:
    return UserFactory(username=CUID)


def test_staff_identity_managers_and_allocators_find_people_by_cuid(
    dave: User, alice: User, erika: User
) -> None:
    manager = UserFactory(is_identity_manager=True)

    assert [eduteams.find(CUID, actor=actor) for actor in (dave, alice, manager)] == [erika] * 3


def test_case_does_not_count_unless_two_differ_in_it(alice: User, erika: User) -> None:
    assert eduteams.find(CUID.upper(), actor=alice) == erika

    other = UserFactory(username=CUID.upper())
    assert eduteams.find(CUID.upper(), actor=alice) == other
    assert eduteams.find(CUID, actor=alice) == erika
    with pytest.raises(eduteams.UnknownCuid):
        eduteams.find(CUID.title(), actor=alice)


def test_nobody_else_does(
    bob: User, pi: User, carol: User, sam: User, mallory: User, erika: User
) -> None:
    for actor in (bob, pi, carol, sam, mallory, erika):
        with pytest.raises(eduteams.LookupNotAllowed):
            eduteams.find(CUID, actor=actor)


@pytest.mark.parametrize("active", [True, False])
def test_an_unknown_or_deactivated_person_is_not_found(alice: User, active: Any) -> None:
    UserFactory(username=CUID, is_active=False)

    with pytest.raises(eduteams.UnknownCuid) as refusal:
        eduteams.find("0@myaccessid.org" if active else CUID, actor=alice)

    assert refusal.value.detail == "Eduteams error: Unable to get user info."
