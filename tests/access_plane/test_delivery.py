"""Who has an account in use has an entitlement at the AAI, and who loses the one has no other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from allocations.lifecycle import EntitlementState
from allocations.models import EntitledPerson, Entitlement
from allocations.services import accounts, restrictions
from identity.models import Event, Grant
from identity.services import members, user_removal, users
from marketplace.services import endpoints, offerings, resources
from tests.access_plane.world import (
    FOREIGN,
    Researcher,
    follow_events,
    make_offering,
    make_researcher,
    tell,
    value,
)
from tests.factories.identity import UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import User
    from tests.access_plane.aai import FakeAai

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(aai: FakeAai) -> Researcher:
    """Return somebody whom the AAI knows, and who has an entitlement of somebody else's."""
    found = make_researcher()
    aai.register(found.cuid, FOREIGN)
    return found


@pytest.fixture
def staff(db: None) -> User:
    made: User = UserFactory(username="staff", is_staff=True)
    return made


def entitle(one: Researcher, now: datetime) -> None:
    """Have the account named anew, which is an event."""
    accounts.set_username(one.account, username=f"{one.account.username}a", actor=None, now=now)
    follow_events()
    tell()
    one.account.refresh_from_db()


def rows() -> list[tuple[str, str]]:
    return list(Entitlement.objects.order_by("value").values_list("value", "state"))


def test_an_account_in_use_is_an_entitlement_and_nothing_else_is_touched(
    aai: FakeAai, one: Researcher, now: datetime
) -> None:
    entitle(one, now)

    mine = value(one.account.username)
    assert aai.values(one.cuid) == sorted([FOREIGN, mine])
    assert rows() == [(mine, EntitlementState.PUT)]
    person = EntitledPerson.objects.get()
    assert (person.cuid, person.last_error, person.is_unknown) == (one.cuid, "", False)
    assert person.delivered_at is not None
    told = Event.objects.filter(kind="entitlement.put").values_list("payload", flat=True)
    assert list(told) == [{"cuid": one.cuid, "value": mine}]


def test_the_second_time_nothing_is_done(aai: FakeAai, one: Researcher, now: datetime) -> None:
    entitle(one, now)
    before = list(aai.passed)

    follow_events()
    tell()

    assert aai.passed == before


def restrict(one: Researcher, actor: User, now: datetime) -> None:
    restrictions.set_restricted(one.account, is_restricted=True, actor=actor, now=now)


def ask_for_deletion(one: Researcher, actor: User, now: datetime) -> None:
    accounts.move(one.account, "request_deletion", actor=actor, now=now)


def remove_account(one: Researcher, actor: User, now: datetime) -> None:
    accounts.remove(one.account, actor=actor, now=now)


def wait_for_the_site(one: Researcher, actor: User, now: datetime) -> None:
    accounts.set_runtime_state(
        one.account, runtime_state="Pending additional validation", actor=actor, now=now
    )


def deactivate(one: Researcher, actor: User, now: datetime) -> None:
    users.deactivate(one.user, reason="left", actor=actor, now=now)


def deactivate_by_profile(one: Researcher, actor: User, now: datetime) -> None:
    users.update(one.user, actor=actor, now=now, wanted={"is_active": False})


def remove_person(one: Researcher, actor: User, now: datetime) -> None:
    user_removal.remove(one.user, actor=actor, now=now)


def lose_role(one: Researcher, actor: User, now: datetime) -> None:
    grants = Grant.objects.filter(pk=one.grant.pk)
    members.revoke_all(grants, actor=actor, now=now, reason="left")


def outlive_role(one: Researcher, actor: User, now: datetime) -> None:
    Grant.objects.filter(pk=one.grant.pk).update(expiration_time=now - timedelta(seconds=1))
    members.expire(now=now)


def terminate(one: Researcher, actor: User, now: datetime) -> None:
    resources.unlink(one.resource, actor=actor, now=now)


def switch_off(one: Researcher, actor: User, now: datetime) -> None:
    offerings.change(one.offering, plugin_options={}, actor=actor, now=now)


def archive(one: Researcher, actor: User, now: datetime) -> None:
    offerings.archive(one.offering, actor=actor, now=now)


def redraft(one: Researcher, actor: User, now: datetime) -> None:
    offerings.draft(one.offering, actor=actor, now=now)


def remove_node(one: Researcher, actor: User, now: datetime) -> None:
    (node,) = one.offering.endpoints.all()
    endpoints.remove(one.offering, node.uuid, actor=actor, now=now)


LOSSES: tuple[Callable[[Researcher, User, Any], None], ...] = (
    restrict,
    ask_for_deletion,
    remove_account,
    wait_for_the_site,
    deactivate,
    deactivate_by_profile,
    remove_person,
    lose_role,
    outlive_role,
    terminate,
    switch_off,
    archive,
    redraft,
    remove_node,
)


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_whatever_ends_the_right_takes_the_entitlement(
    aai: FakeAai, one: Researcher, staff: User, now: datetime, lose: Any
) -> None:
    entitle(one, now)
    mine = value(one.account.username)
    assert mine in aai.values(one.cuid)

    lose(one, staff, now)
    follow_events()
    tell()

    assert aai.values(one.cuid) == [FOREIGN]
    assert rows() == []
    assert Event.objects.filter(kind="entitlement.taken", message=mine).count() == 1


def test_who_is_let_in_again_has_it_again(
    aai: FakeAai, one: Researcher, staff: User, now: datetime
) -> None:
    entitle(one, now)
    restrict(one, staff, now)
    follow_events()
    tell()

    restrictions.set_restricted(one.account, is_restricted=False, actor=staff, now=now)
    follow_events()
    tell()

    assert value(one.account.username) in aai.values(one.cuid)


def test_another_name_or_node_takes_the_place_of_the_old_one(
    aai: FakeAai, one: Researcher, staff: User, now: datetime
) -> None:
    entitle(one, now)
    accounts.set_username(one.account, username="another", actor=staff, now=now)
    (node,) = one.offering.endpoints.all()
    endpoints.change(one.offering, node.uuid, url="ssh://new.example.org", actor=staff, now=now)

    follow_events()
    tell()

    assert aai.values(one.cuid) == sorted([FOREIGN, value("another", "new.example.org")])
    assert aai.patches == 2


def test_another_cuid_gets_it_and_the_old_one_has_it_no_more(
    aai: FakeAai, one: Researcher, staff: User, now: datetime
) -> None:
    entitle(one, now)
    new = f"new-{one.cuid}"
    aai.register(new)

    users.update(one.user, actor=staff, now=now, wanted={"username": new})
    follow_events()
    tell()

    assert aai.values(one.cuid) == [FOREIGN]
    assert aai.values(new) == [value(one.account.username)]


def test_two_offerings_with_one_node_are_one_entitlement_until_both_end(
    aai: FakeAai, one: Researcher, staff: User, now: datetime
) -> None:
    second = make_offering()
    twin = accounts.create(offering=second, user=one.user, username="shared", actor=staff, now=now)
    accounts.set_username(one.account, username="shared", actor=staff, now=now)
    follow_events()
    tell()
    assert aai.values(one.cuid) == sorted([FOREIGN, value("shared")])

    restrict(one, staff, now)
    follow_events()
    tell()
    assert value("shared") in aai.values(one.cuid)

    restrictions.set_restricted(twin, is_restricted=True, actor=staff, now=now)
    follow_events()
    tell()
    assert aai.values(one.cuid) == [FOREIGN]


def test_what_is_ours_there_and_should_not_be_is_taken_on_the_way(
    aai: FakeAai, one: Researcher, now: datetime
) -> None:
    aai.put(one.cuid, value("stale"), "urn:geant:example.org:efp:res:half")

    entitle(one, now)

    kept = [FOREIGN, "urn:geant:example.org:efp:res:half", value(one.account.username)]
    assert aai.values(one.cuid) == sorted(kept)


def test_who_has_no_cuid_has_no_entitlement(aai: FakeAai, now: datetime) -> None:
    other = make_researcher()
    users.update(
        other.user, actor=UserFactory(is_staff=True), now=now, wanted={"username": "plain"}
    )
    entitle(other, now)

    assert (rows(), aai.passed) == ([], [])


def test_without_an_aai_nothing_is_written_down_for_one(
    one: Researcher, settings: Any, now: datetime
) -> None:
    settings.SCIM_API_URL = ""
    entitle(one, now)

    assert rows() == []
