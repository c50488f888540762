"""Accounts of people at sites: opened, named, moved along the table, restricted, removed."""

from __future__ import annotations

from typing import Any

import pytest

from allocations.lifecycle import ACCOUNT, COMING, AccountState
from allocations.models import OfferingUser
from allocations.services import accounts, restrictions, rights
from common.machine import IllegalTransition
from identity.models import Event
from tests.cases import each
from tests.factories.allocations import OfferingUserFactory
from tests.factories.marketplace import OfferingFactory, ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering(provider, project):
    """Return an offering of which the project of bob and pi holds an allocation."""
    made = OfferingFactory(customer=provider)
    ResourceFactory(project=project, offering=made, plan=None, state="OK")
    return made


def kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_an_account_without_a_name_is_asked_for(offering, bob, carol, now):
    account = accounts.create(offering=offering, user=bob, actor=carol, now=now)

    assert (account.state, account.username, account.propagation_date) == ("Requested", "", None)
    event = Event.objects.get()
    assert (event.kind, event.target, event.actor, event.provider) == (
        "account.created",
        "Requested",
        carol,
        offering.customer,
    )
    assert event.payload == {
        "offering_uuid": offering.uuid.hex,
        "user_uuid": bob.uuid.hex,
        "username": "",
        "action": "create",
    }


def test_a_provider_opens_accounts_for_its_people_alone(offering, bob, carol, dave, mallory, now):
    with pytest.raises(rights.NoRight) as refusal:
        accounts.create(offering=offering, user=mallory, actor=carol, now=now)
    assert refusal.value.detail == {"user": [rights.NO_RIGHT]}

    assert accounts.create(offering=offering, user=mallory, actor=dave, now=now).is_granted
    assert not accounts.create(offering=offering, user=bob, actor=carol, now=now).is_granted
    assert not accounts.create(offering=offering, user=carol, actor=carol, now=now).is_granted


def test_an_account_with_a_name_is_ready(offering, bob, carol, now):
    account = accounts.create(offering=offering, user=bob, username="bob1", actor=carol, now=now)

    assert (account.state, account.propagation_date) == ("OK", now)


def test_the_same_person_twice_is_refused(offering, bob, carol, now):
    accounts.create(offering=offering, user=bob, actor=carol, now=now)

    with pytest.raises(accounts.AccountExists) as refusal:
        accounts.create(offering=offering, user=bob, username="x", actor=carol, now=now)
    assert refusal.value.detail == {
        "non_field_errors": ["The fields offering, user must make a unique set."]
    }
    assert kinds() == ["account.created"]


def test_the_same_name_twice_is_refused(offering, bob, pi, carol, now):
    accounts.create(offering=offering, user=bob, username="one", actor=carol, now=now)

    with pytest.raises(accounts.UsernameTaken) as refusal:
        accounts.create(offering=offering, user=pi, username="one", actor=carol, now=now)
    assert refusal.value.detail == {"username": ["Another user has this username at the offering."]}


def test_a_deleted_account_stands_in_nobody_s_way(offering, bob, pi, carol, now):
    OfferingUserFactory(offering=offering, user=bob, username="one", state=AccountState.DELETED)

    accounts.create(offering=offering, user=bob, actor=carol, now=now)
    accounts.create(offering=offering, user=pi, username="one", actor=carol, now=now)

    assert OfferingUser.objects.count() == 3


@pytest.mark.parametrize("state", list(AccountState))
def test_naming_an_account_makes_it_ready_while_it_is_being_made(offering, bob, carol, now, state):
    account = OfferingUserFactory(offering=offering, user=bob, username="", state=state)

    named = accounts.set_username(account, username="bob1", actor=carol, now=now)

    account.refresh_from_db()
    assert account.username == named.username == "bob1"
    if state in COMING:
        assert (account.state, account.propagation_date) == ("OK", now)
        assert kinds() == ["account.ok", "account.username_set"]
    else:
        assert account.state == state
        assert kinds() == ["account.username_set"]


def test_another_name_is_an_event_and_the_same_one_is_not(offering, bob, carol, now):
    account = OfferingUserFactory(offering=offering, user=bob, username="old")

    accounts.set_username(account, username="new", actor=carol, now=now)
    accounts.set_username(account, username="new", actor=carol, now=now)

    event = Event.objects.get()
    assert event.payload["old_username"] == "old"
    assert event.payload["username"] == "new"
    assert event.message == f"bob is new at {offering.name}"


@pytest.mark.parametrize("state", AccountState)
def test_an_account_that_the_site_has_keeps_a_name(offering, bob, carol, now, state):
    account: Any = OfferingUserFactory(offering=offering, user=bob, username="bob1", state=state)
    if state in accounts.NAMED:
        with pytest.raises(accounts.Nameless) as refusal:
            accounts.set_username(account, username="", actor=carol, now=now)
        assert refusal.value.detail == {"username": ["An account that is in use keeps a username."]}
    else:
        account = accounts.set_username(account, username="", actor=carol, now=now)
    account.refresh_from_db()
    assert account.username == ("bob1" if state in accounts.NAMED else "")


@pytest.mark.parametrize("name", ["a b", "bob@site", "4711", "-x", "b\u202eob", "x" * 33])
def test_what_useradd_does_not_take_is_no_name(offering, bob, carol, now, name):
    account = OfferingUserFactory(offering=offering, user=bob, username="bob1", state="OK")
    with pytest.raises(accounts.BadUsername):
        accounts.set_username(account, username=name, actor=carol, now=now)
    with pytest.raises(accounts.BadUsername):
        accounts.create(offering=offering, user=carol, username=name, actor=carol, now=now)


def test_names_at_a_site_are_compared_without_case(offering, bob, pi, carol, now):
    OfferingUserFactory(offering=offering, user=pi, username="Anna", state="OK")
    account = OfferingUserFactory(offering=offering, user=bob, username="", state="Creating")
    for name in ("anna", "ANNA", "Anna"):
        with pytest.raises(accounts.UsernameTaken):
            accounts.set_username(account, username=name, actor=carol, now=now)
        with pytest.raises(accounts.UsernameTaken):
            accounts.create(offering=offering, user=carol, username=name, actor=carol, now=now)


def test_accounts_that_differed_in_case_before_keep_their_names_until_they_are_changed(
    offering, bob, pi, carol, now
):
    OfferingUserFactory(offering=offering, user=pi, username="anna", state="OK")
    old = OfferingUserFactory(
        offering=offering, user=bob, username="ANNA", state="OK", keeps_old_name=True
    )
    restrictions.set_restricted(old, is_restricted=True, actor=carol, now=now)
    accounts.set_username(old, username="anna2", actor=carol, now=now)
    with pytest.raises(accounts.UsernameTaken):
        accounts.set_username(old, username="ANNA", actor=carol, now=now)


def test_a_name_that_somebody_has_is_refused_and_nothing_changes(offering, bob, pi, carol, now):
    OfferingUserFactory(offering=offering, user=pi, username="taken")
    account = OfferingUserFactory(offering=offering, user=bob, username="")

    with pytest.raises(accounts.UsernameTaken):
        accounts.set_username(account, username="taken", actor=carol, now=now)

    account.refresh_from_db()
    assert (account.username, account.state) == ("", "Requested")
    assert kinds() == []


@each("action", sorted(accounts.TARGETS))
@each("source", list(AccountState))
def test_accounts_move_along_the_table_only(offering, bob, carol, now, action, source):
    account = OfferingUserFactory(offering=offering, user=bob, state=source)

    if not ACCOUNT.allows(action, source):
        with pytest.raises(IllegalTransition) as refusal:
            accounts.move(account, action, actor=carol, now=now)
        valid = ", ".join(sorted(ACCOUNT.sources(action)))
        assert refusal.value.detail == f"Valid states for operation: {valid}."
        assert kinds() == []
        return
    target = accounts.TARGETS[action]
    accounts.move(account, action, actor=carol, now=now)
    account.refresh_from_db()
    assert (account.state, account.modified) == (target, now)
    event = Event.objects.get()
    assert (event.source, event.target) == (source, target)
    assert event.kind == "account." + target.lower().replace(" ", "_")


def test_what_the_site_wants_of_the_person_is_kept(offering, bob, carol, now):
    account = OfferingUserFactory(offering=offering, user=bob, state=AccountState.CREATING)

    accounts.move(
        account,
        "set_pending_account_linking",
        comment="Log in once.",
        comment_url="https://site.example/link",
        actor=carol,
        now=now,
    )

    account.refresh_from_db()
    assert account.service_provider_comment == "Log in once."
    assert account.service_provider_comment_url == "https://site.example/link"


def test_a_lost_race_is_lost_loudly(offering, bob, carol, now):
    account = OfferingUserFactory(offering=offering, user=bob, username="")
    OfferingUser.objects.update(state=AccountState.CREATING)

    with pytest.raises(IllegalTransition, match="no longer"):
        accounts.advance(account, "begin_creating", AccountState.CREATING, actor=carol, now=now)


@each("state", list(AccountState))
@each("word", list(accounts.RUNTIME_STATES))
def test_how_an_account_stands_is_said_of_those_that_are_there_or_on_the_way(
    offering, bob, carol, now, state, word
):
    account = OfferingUserFactory(offering=offering, user=bob, state=state)
    to = accounts.RUNTIME_STATES[word]
    is_possible = state == to or ACCOUNT.allows("update_runtime_state", state)

    if not is_possible:
        with pytest.raises(IllegalTransition):
            accounts.set_runtime_state(account, runtime_state=word, actor=carol, now=now)
        assert kinds() == []
        return
    for _ in range(2):
        accounts.set_runtime_state(
            account, runtime_state=word, comment="Look here.", actor=carol, now=now
        )
    account.refresh_from_db()
    assert (account.state, account.service_provider_comment) == (to, "Look here.")
    moved = [] if state == to else ["account." + to.lower().replace(" ", "_")]
    assert kinds() == [*moved, "account.commented"]


def test_what_is_not_said_of_a_comment_stays(offering, bob, carol, now):
    account = OfferingUserFactory(
        offering=offering, user=bob, service_provider_comment_url="https://site.example/"
    )

    for _ in range(2):
        accounts.set_comments(account, comment="Wait.", actor=carol, now=now)

    account.refresh_from_db()
    assert account.service_provider_comment == "Wait."
    assert account.service_provider_comment_url == "https://site.example/"
    assert kinds() == ["account.commented"]


def test_every_event_says_what_sites_are_told(offering, bob, carol, now):
    account = accounts.create(offering=offering, user=bob, actor=carol, now=now)
    accounts.set_username(account, username="bob1", actor=carol, now=now)
    restrictions.set_restricted(account, is_restricted=True, actor=carol, now=now)
    accounts.note_attributes(account, {"email"}, actor=None, now=now)
    accounts.remove(account, actor=carol, now=now)

    told = list(Event.objects.order_by("pk").values_list("kind", "payload__action"))
    assert told == [
        ("account.created", "create"),
        ("account.ok", "update"),
        ("account.username_set", "username_set"),
        ("account.restriction_changed", "update"),
        ("account.attributes_changed", "attribute_update"),
        ("account.removed", "delete"),
    ]


def test_a_restriction_is_an_event_once(offering, bob, carol, now):
    account = OfferingUserFactory(offering=offering, user=bob)

    restrictions.set_restricted(account, is_restricted=True, actor=carol, now=now)
    restrictions.set_restricted(account, is_restricted=True, actor=carol, now=now)

    account.refresh_from_db()
    assert account.is_restricted
    assert kinds() == ["account.restriction_changed"]


def test_a_removed_account_is_gone_but_on_record(offering, bob, carol, now):
    account = OfferingUserFactory(offering=offering, user=bob)

    accounts.remove(account, actor=carol, now=now)

    assert not OfferingUser.objects.exists()
    event = Event.objects.get()
    assert (event.kind, event.subject_uuid, event.source) == ("account.removed", account.uuid, "OK")
    for action in (
        lambda: accounts.remove(OfferingUser(pk=account.pk or 0), actor=carol, now=now),
        lambda: accounts.set_username(OfferingUser(pk=0), username="x", actor=carol, now=now),
    ):
        with pytest.raises(accounts.AccountGone):
            action()


def test_no_account_is_called_as_machines_call_their_own(offering, bob, alice, now):
    for name in ("root", "Daemon", "slurm"):
        with pytest.raises(accounts.ReservedUsername):
            accounts.create(offering=offering, user=bob, username=name, actor=alice, now=now)
    account = accounts.create(offering=offering, user=bob, actor=alice, now=now)
    for name in ("root", "SSHD", "nobody"):
        with pytest.raises(accounts.ReservedUsername):
            accounts.set_username(account, username=name, actor=alice, now=now)
    account.refresh_from_db()
    assert account.username == ""
