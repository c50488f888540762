"""What other identity services tell of people, and what is left when they let them go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from identity.models import Event, Token, User
from identity.services import bridge, told, users
from tests.factories.identity import TokenFactory, UserFactory

pytestmark = pytest.mark.django_db

SOURCE, OTHER = "isd:efp", "isd:national"
TOLD = {"first_name": "Åsa", "last_name": "Núñez", "email": "asa@kth.se", "affiliations": ["staff"]}


@pytest.fixture
def agent(db):
    """Somebody who speaks for one source."""
    return UserFactory(username="agent", is_identity_manager=True, managed_isds=[SOURCE])


def push(actor, now, told=TOLD, source=SOURCE, username="asa"):
    return bridge.push(username=username, source=source, attributes=told, actor=actor, now=now)


def remove(actor, now, source=SOURCE, username="asa"):
    return bridge.remove(username=username, source=source, actor=actor, now=now)


def kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_somebody_new_is_registered_with_what_is_told(agent, now):
    told = push(agent, now)

    user = User.objects.get(username="asa")
    assert told == bridge.PushResult(user=user, created=True, updated_fields=sorted(TOLD))
    assert {name: getattr(user, name) for name in TOLD} == TOLD
    assert (user.is_active, user.registration_method, user.active_isds) == (True, SOURCE, [SOURCE])
    assert not user.notifications_enabled
    assert user.attribute_sources == {
        name: {"source": SOURCE, "timestamp": now.isoformat()} for name in TOLD
    }
    assert not user.has_usable_password()
    assert kinds() == ["user.created", "user.updated"]
    event = Event.objects.get(kind="user.updated")
    assert (event.actor, event.subject_uuid, event.payload) == (
        agent,
        user.uuid,
        {"source": SOURCE, "fields": sorted([*TOLD, "active_isds"])},
    )


def test_the_same_again_changes_nothing(agent, now):
    first = push(agent, now)

    again = push(agent, now + timedelta(hours=1))

    assert (again.user, again.created, again.updated_fields) == (first.user, False, [])
    assert kinds() == ["user.created", "user.updated"]


def test_once_a_day_it_is_noted_that_it_still_holds(agent, now):
    push(agent, now)
    later = now + timedelta(days=1)

    for _ in range(2):
        assert push(agent, later).updated_fields == []

    user = User.objects.get(username="asa")
    assert user.attribute_sources["email"]["timestamp"] == later.isoformat()
    assert kinds() == ["user.created", "user.updated", "user.confirmed"]


def test_who_tells_last_is_believed_and_kept_with_it(agent, dave, now):
    push(agent, now)

    told = push(dave, now, {"email": "asa@su.se", "last_name": "Núñez"}, source=OTHER)

    user = told.user
    assert (told.created, told.updated_fields, user.email) == (False, ["email"], "asa@su.se")
    assert user.active_isds == [SOURCE, OTHER]
    assert {name: said["source"] for name, said in user.attribute_sources.items()} == {
        "affiliations": SOURCE,
        "email": OTHER,
        "first_name": SOURCE,
        "last_name": OTHER,
    }


def test_somebody_who_is_here_already_is_described_by_staff_and_stays_the_same(dave, bob, now):
    told = push(dave, now, username="bob")

    assert (told.user, told.created) == (bob, False)
    bob.refresh_from_db()
    assert (bob.email, bob.registration_method) == ("asa@kth.se", "default")


def test_who_speaks_for_a_source_changes_its_people_only(agent, dave, alice, bob, now):
    push(dave, now, source=OTHER, username="theirs")
    both = push(dave, now, source=OTHER, username="both").user
    before = list(User.objects.order_by("pk").values())
    for username in ("bob", "alice", "theirs"):
        told = push(agent, now, {"email": "evil@example.org"}, username=username)
        assert (told.user.username, told.created, told.updated_fields) == (username, False, [])
    assert list(User.objects.order_by("pk").values()) == before

    User.objects.filter(username="bob").update(is_active=False)
    with pytest.raises(bridge.Deactivated):
        push(agent, now, username="bob")

    push(dave, now, {}, username="both")  # staff say that a second source knows them
    push(agent, now, {"last_name": "New"}, username="both")
    both.refresh_from_db()
    assert both.last_name == "New"


def test_who_speaks_for_another_source_is_not_heard(agent, alice, now):
    alice.managed_isds = [SOURCE]
    for actor, source in ((agent, OTHER), (alice, SOURCE)):
        for action in (push, remove):
            with pytest.raises(bridge.NotYourSource):
                action(actor, now, source=source)
    assert not User.objects.filter(username="asa").exists()


@pytest.mark.parametrize("flag", ["is_staff", "is_support", "is_identity_manager"])
def test_staff_are_described_by_staff_only(agent, dave, now, flag):
    UserFactory(username="asa", **{flag: True}, active_isds=[SOURCE])

    for action in (push, remove):
        with pytest.raises(bridge.Privileged):
            action(agent, now)
    assert push(dave, now).updated_fields == sorted(TOLD)


def test_a_civil_number_is_one_person_s(agent, now):
    UserFactory(civil_number="1")
    UserFactory(username="asa", registration_method=SOURCE)

    with pytest.raises(told.CivilNumberTaken) as refusal:
        push(agent, now, {"civil_number": "1"})
    assert refusal.value.detail == {"civil_number": ["user with this civil number already exists."]}
    assert User.objects.get(username="asa").active_isds == []
    assert kinds() == []
    for username in ("asa", "one more"):
        assert push(agent, now, {"civil_number": ""}, username=username).user.civil_number is None


def test_what_a_source_told_goes_with_it_and_with_the_last_one_the_person(agent, dave, now):
    push(agent, now)
    push(dave, now, {"email": "asa@su.se"}, source=OTHER)
    TokenFactory(user=User.objects.get(username="asa"))

    user, is_out = remove(agent, now)
    assert is_out is False
    user.refresh_from_db()
    assert (user.first_name, user.affiliations, user.email) == ("", [], "asa@su.se")
    assert (user.active_isds, list(user.attribute_sources)) == ([OTHER], ["email"])
    assert user.is_active

    user, is_out = remove(dave, now, source=OTHER)
    assert is_out is True
    user.refresh_from_db()
    assert (user.email, user.active_isds, user.attribute_sources) == ("", [], {})
    assert (user.is_active, user.deactivation_reason) == (
        False,
        "Identity source 'isd:national' removed (policy: all_isds_removed)",
    )
    assert not Token.objects.filter(user=user).exists()
    assert kinds()[-2:] == ["token.revoked", "user.deactivated"]


def test_letting_go_twice_is_harmless(agent, now):
    push(agent, now)
    remove(agent, now)
    before = kinds()

    assert remove(agent, now)[1] is False
    assert kinds() == before


def test_who_came_by_themselves_may_stay(agent, dave, bob, now):
    push(dave, now, username="bob")

    assert remove(agent, now, username="bob")[1] is False
    bob.refresh_from_db()
    assert bob.is_active


def test_somebody_unknown_cannot_be_let_go(agent, now):
    with pytest.raises(bridge.UnknownUser):
        remove(agent, now)


def test_who_is_told_of_again_is_let_in_again_unless_staff_shut_them_out(agent, dave, now):
    push(agent, now)
    user, _ = remove(agent, now)

    push(agent, now)
    user.refresh_from_db()
    assert (user.is_active, user.email) == (True, "asa@kth.se")
    assert kinds()[-2:] == ["user.activated", "user.updated"]

    users.deactivate(user, reason="misuse", actor=dave, now=now)
    before = kinds()
    with pytest.raises(bridge.Deactivated) as refusal:
        push(agent, now, {"first_name": "Anna"})
    assert refusal.value.detail == {"username": ["This user was deactivated."]}
    user.refresh_from_db()
    assert (user.is_active, user.first_name) == (False, "Åsa")
    assert kinds() == before


@pytest.mark.parametrize(
    ("name", "value", "nothing"),
    [("email", "asa@kth.se", ""), ("gender", "male", None), ("affiliations", ["staff"], [])],
)
def test_nothing_empties_only_what_the_source_itself_told(
    agent, dave, bob, now, name, value, nothing
):
    push(agent, now, {name: value})

    assert push(dave, now, {name: nothing}, source=OTHER).updated_fields == []
    assert getattr(User.objects.get(username="asa"), name) == value
    assert push(agent, now, {name: nothing}).updated_fields == [name]
    assert getattr(User.objects.get(username="asa"), name) == nothing
    assert push(dave, now, {"email": ""}, username="bob").updated_fields == []


def test_staff_see_what_is_stale(agent, dave, now):
    push(agent, now - timedelta(days=31))
    user = push(dave, now, {"email": "asa@su.se"}, source=OTHER).user
    user.attribute_sources["gender"] = {"source": SOURCE, "timestamp": "once upon a time"}
    user.attribute_sources["address"] = "nonsense"
    del user.attribute_sources["address"]

    status = bridge.status_of(user, now=now)

    assert (status["is_federated"], status["active_isds"]) == (True, [SOURCE, OTHER])
    assert status["stale_attributes"] == ["affiliations", "first_name", "gender", "last_name"]
    assert status["attribute_sources"]["email"] == {
        "source": OTHER,
        "timestamp": now.isoformat(),
        "age_days": 0.0,
        "is_stale": False,
    }


def test_the_sources_are_counted(agent, dave, now):
    old = now - timedelta(days=31)
    push(agent, old)
    push(agent, now, username="bo")
    push(dave, now, {}, source=OTHER, username="bo")
    push(dave, now, source=OTHER, username="cy")
    remove(dave, now, source=OTHER, username="cy")

    counted = bridge.statistics(now=now)

    assert counted == {
        "enabled": True,
        "allowed_attributes": list(told.ATTRIBUTES),
        "deactivation_policy": "all_isds_removed",
        "stale_threshold_days": 30,
        "total_federated_users": 2,
        "total_active_federated_users": 2,
        "users_per_isd": [
            {
                "isd": SOURCE,
                "user_count": 2,
                "stale_user_count": 1,
                "oldest_sync": old.isoformat(),
            },
            {"isd": OTHER, "user_count": 1, "stale_user_count": 0, "oldest_sync": None},
        ],
        "identity_managers": [
            {"uuid": agent.uuid, "full_name": agent.full_name, "managed_isds": [SOURCE]}
        ],
    }
