"""Accounts follow the roles of people in projects that have allocations."""

from __future__ import annotations

from datetime import timedelta

import pytest

from allocations.lifecycle import AccountState
from allocations.models import OfferingUser
from allocations.services import accounts, membership, naming
from allocations.usernames import Names, propose
from identity.models import Grant
from identity.roles import RoleName
from marketplace.lifecycle import ResourceState
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import GrantFactory, ProjectFactory, UserFactory
from tests.factories.marketplace import (
    HpcOfferingFactory,
    ResourceFactory,
    ServiceProviderFactory,
)

pytestmark = pytest.mark.django_db

MANAGED = {membership.MANAGED: True}


@pytest.fixture
def offering(provider):
    return HpcOfferingFactory(customer=provider, plugin_options=dict(MANAGED))


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(project=project, offering=offering)


def reconcile(user, offering, now):
    return membership.reconcile(user=user, offering=offering, now=now)


def test_a_member_gets_an_account_that_the_site_is_asked_for(bob, resource, now):
    account = reconcile(bob, resource.offering, now)

    assert (account.user, account.username, account.state) == (bob, "", "Requested")


def test_the_second_time_nothing_happens(bob, resource, now):
    first = reconcile(bob, resource.offering, now)

    assert reconcile(bob, resource.offering, now) == first
    assert OfferingUser.objects.count() == 1


@pytest.mark.parametrize("options", [{}, {membership.MANAGED: False}])
def test_offerings_whose_provider_does_not_manage_accounts_are_left_alone(
    bob, resource, now, options
):
    resource.offering.plugin_options = options
    account = OfferingUserFactory(offering=resource.offering, user=UserFactory())

    assert reconcile(bob, resource.offering, now) is None
    assert reconcile(account.user, resource.offering, now) is None
    account.refresh_from_db()
    assert account.state == "OK"


@pytest.mark.parametrize(
    ("state", "needed"),
    [
        (ResourceState.CREATING, False),
        (ResourceState.OK, True),
        (ResourceState.ERRED, True),
        (ResourceState.UPDATING, True),
        (ResourceState.TERMINATING, True),
        (ResourceState.TERMINATED, False),
    ],
)
def test_an_account_is_needed_while_there_is_an_allocation(bob, resource, now, state, needed):
    type(resource).objects.update(state=state)

    assert (reconcile(bob, resource.offering, now) is not None) is needed


def test_outsiders_owners_and_those_whose_role_expired_get_none(mallory, alice, bob, resource, now):
    Grant.objects.filter(user=bob).update(expiration_time=now - timedelta(seconds=1))

    for person in (mallory, alice, bob):
        assert reconcile(person, resource.offering, now) is None


def test_who_is_shut_out_gets_none(bob, resource, now):
    bob.is_active = False

    assert reconcile(bob, resource.offering, now) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (AccountState.REQUESTED, None),
        (AccountState.CREATING, AccountState.DELETION_REQUESTED),
        (AccountState.PENDING_ACCOUNT_LINKING, AccountState.DELETION_REQUESTED),
        (AccountState.PENDING_ADDITIONAL_VALIDATION, AccountState.DELETION_REQUESTED),
        (AccountState.ERROR_CREATING, AccountState.DELETION_REQUESTED),
        (AccountState.OK, AccountState.DELETION_REQUESTED),
        (AccountState.DELETION_REQUESTED, AccountState.DELETION_REQUESTED),
        (AccountState.DELETING, AccountState.DELETING),
        (AccountState.ERROR_DELETING, AccountState.ERROR_DELETING),
        (AccountState.DELETED, AccountState.DELETED),
    ],
)
def test_with_the_last_role_the_account_goes(bob, resource, now, before, after):
    account = OfferingUserFactory(offering=resource.offering, user=bob, state=before)
    Grant.objects.filter(user=bob).update(is_active=False)

    reconcile(bob, resource.offering, now)

    left = OfferingUser.objects.filter(pk=account.pk).first()
    assert (left.state if left else None) == after


def test_a_role_in_another_project_with_the_same_offering_keeps_it(bob, resource, now):
    other = ProjectFactory()
    ResourceFactory(project=other, offering=resource.offering)
    GrantFactory(user=bob, role=RoleName.PROJECT_ADMIN, scope=other)
    account = OfferingUserFactory(offering=resource.offering, user=bob)
    Grant.objects.filter(user=bob, project=resource.project).update(is_active=False)

    reconcile(bob, resource.offering, now)

    account.refresh_from_db()
    assert account.state == "OK"


@pytest.mark.parametrize(("username", "state"), [("bob1", "OK"), ("", "Requested")])
def test_who_comes_back_before_the_site_has_begun_keeps_their_account(
    bob, resource, now, username, state
):
    account = OfferingUserFactory(
        offering=resource.offering,
        user=bob,
        username=username,
        state=AccountState.DELETION_REQUESTED,
    )

    reconcile(bob, resource.offering, now)

    account.refresh_from_db()
    assert account.state == state


def test_who_comes_back_after_the_deletion_gets_a_new_account(bob, resource, now):
    OfferingUserFactory(offering=resource.offering, user=bob, state=AccountState.DELETED)

    assert reconcile(bob, resource.offering, now).state == "Requested"


def test_accounts_are_named_by_the_offering_s_policy(bob, resource, now):
    resource.offering.plugin_options["username_generation_policy"] = "waldur_username"

    account = reconcile(bob, resource.offering, now)

    assert (account.username, account.state) == ("bob", "OK")


def test_numbered_names_are_not_given_twice(bob, pi, resource, now):
    resource.offering.plugin_options |= {
        "username_generation_policy": "anonymized",
        "username_anonymized_prefix": "efp",
    }

    names = [reconcile(user, resource.offering, now).username for user in (bob, pi)]

    assert names == ["efp00000", "efp00001"]


def test_a_name_that_is_taken_leaves_naming_to_the_site(bob, resource, now):
    resource.offering.plugin_options["username_generation_policy"] = "waldur_username"
    OfferingUserFactory(offering=resource.offering, username="bob")

    assert reconcile(bob, resource.offering, now).username == ""


def test_who_was_quicker_is_left_alone(bob, resource, now, monkeypatch):
    def taken(**_):
        raise accounts.AccountExists("somebody was quicker")

    monkeypatch.setattr(accounts, "create", taken)

    assert reconcile(bob, resource.offering, now) is None


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, ""),
        ({"username_generation_policy": "service_provider"}, ""),
        ({"username_generation_policy": "freeipa"}, ""),
        ({"username_generation_policy": "no such policy"}, ""),
        ({"username_generation_policy": "waldur_username"}, "abc_acc_org"),
        ({"username_generation_policy": "anonymized"}, "walduruser_00000"),
        ({"username_generation_policy": "full_name"}, "asa_nunez_00"),
        ({"username_generation_policy": "identity_claim"}, "anunez"),
    ],
)
def test_policies_name_people(options, name):
    person = Names("abc@acc.org", "Åsa", "Núñez", claim="anunez")

    assert propose(options, person, taken=set()) == name


def test_a_full_name_that_cannot_be_written_leaves_naming_to_the_site():
    options = {"username_generation_policy": "full_name"}
    assert propose(options, Names("x", "—", "…"), taken=set()) == ""


@pytest.mark.parametrize("policy", ["identity_claim", "waldur_username"])
def test_nobody_gets_a_name_that_is_somebody_else_s_own(policy):
    options = {"username_generation_policy": policy}
    assert propose(options, Names("anna", claim="anna"), taken={"anna"}) == ""


@pytest.mark.parametrize("policy", ["anonymized", "full_name"])
def test_numbers_go_on_where_names_are_taken(policy):
    options = {"username_generation_policy": policy}
    first = propose(options, Names("x", "Åsa", "Núñez"), taken=set())
    second = propose(options, Names("x", "Åsa", "Núñez"), taken={first})
    assert (first[:-1], first[-1], second) == (second[:-1], "0", first[:-1] + "1")


# --- names that change, and names of those who came before ---------------------------------------


def by(policy, **more):
    return MANAGED | {"username_generation_policy": policy, **more}


def test_who_waits_for_a_name_gets_it_when_the_policy_gives_one(bob, resource, now):
    account = reconcile(bob, resource.offering, now)
    resource.offering.plugin_options = by("waldur_username")

    reconcile(bob, resource.offering, now)

    account.refresh_from_db()
    assert (account.username, account.state) == ("bob", "OK")


def test_who_has_a_name_keeps_it_whatever_the_policy_is_now(bob, resource, now):
    account = OfferingUserFactory(offering=resource.offering, user=bob, username="bob1")
    resource.offering.plugin_options = by("waldur_username")

    reconcile(bob, resource.offering, now)

    account.refresh_from_db()
    assert account.username == "bob1"


def test_a_name_taken_from_a_ready_account_is_not_given_back(bob, resource, now):
    account = OfferingUserFactory(offering=resource.offering, user=bob, username="", state="OK")
    resource.offering.plugin_options = by("waldur_username")

    reconcile(bob, resource.offering, now)

    account.refresh_from_db()
    assert account.username == ""


def test_a_claim_names_and_renames(bob, resource, now):
    resource.offering.plugin_options = by("identity_claim")
    account = reconcile(bob, resource.offering, now)
    assert (account.username, account.state) == ("", "Requested")

    for claim in ("bobby", "robert"):
        bob.details = {"site_username": claim}
        reconcile(bob, resource.offering, now)
        account.refresh_from_db()
        assert (account.username, account.state) == (claim, "OK")

    bob.details = {}
    reconcile(bob, resource.offering, now)
    account.refresh_from_db()
    assert account.username == "robert"


def test_a_claim_to_somebody_else_s_name_changes_nothing(bob, resource, now):
    resource.offering.plugin_options = by("identity_claim")
    OfferingUserFactory(offering=resource.offering, username="robert")
    account = OfferingUserFactory(offering=resource.offering, user=bob, username="bobby")
    bob.details = {"site_username": "robert"}

    reconcile(bob, resource.offering, now)

    account.refresh_from_db()
    assert account.username == "bobby"


def test_the_provider_s_policy_holds_where_the_offering_has_none(bob, resource, now):
    ServiceProviderFactory(
        customer=resource.offering.customer,
        account_options={"username_generation_policy": "waldur_username"},
    )

    assert reconcile(bob, resource.offering, now).username == "bob"


def test_who_comes_back_gets_their_old_name_and_nobody_else_does(bob, pi, resource, now):
    resource.offering.plugin_options = by("anonymized", username_anonymized_prefix="efp")
    OfferingUserFactory(
        offering=resource.offering, user=bob, username="efp00000", state=AccountState.DELETED
    )

    names = [reconcile(user, resource.offering, now).username for user in (pi, bob)]

    assert names == ["efp00001", "efp00000"]


def test_two_who_are_given_the_same_number_at_once_both_get_one(bob, resource, now, monkeypatch):
    resource.offering.plugin_options = by("anonymized", username_anonymized_prefix="efp")
    OfferingUserFactory(offering=resource.offering, username="efp00000")
    drawn = iter(["efp00000", "efp00001"])
    monkeypatch.setattr(naming, "name_for", lambda *_: next(drawn))

    assert reconcile(bob, resource.offering, now).username == "efp00001"


def test_when_every_number_is_lost_the_site_names_the_person(bob, resource, now, monkeypatch):
    OfferingUserFactory(offering=resource.offering, username="efp00000")
    monkeypatch.setattr(naming, "name_for", lambda *_: "efp00000")

    account = reconcile(bob, resource.offering, now)

    assert (account.username, account.state) == ("", "Requested")


# --- one name everywhere --------------------------------------------------------------------------


def test_a_provider_names_a_person_at_all_its_offerings_that_the_person_uses(
    bob, provider, resource, carol, now
):
    other = ResourceFactory(
        project=resource.project, offering=HpcOfferingFactory(customer=provider)
    )
    unused = HpcOfferingFactory(customer=provider)
    foreign = ResourceFactory(project=resource.project)
    OfferingUserFactory(offering=resource.offering, user=bob, username="")

    number = membership.name_everywhere(
        provider=provider, user=bob, username="bob1", actor=carol, now=now
    )

    assert number == 2
    named = OfferingUser.objects.filter(user=bob, username="bob1", state="OK")
    assert {account.offering for account in named} == {resource.offering, other.offering}
    assert not OfferingUser.objects.filter(offering__in=[unused, foreign.offering]).exists()


def test_a_person_without_allocations_at_the_provider_is_not_named(
    mallory, provider, resource, carol, now
):
    with pytest.raises(membership.NothingShared) as refusal:
        membership.name_everywhere(
            provider=provider, user=mallory, username="m", actor=carol, now=now
        )
    assert refusal.value.detail == {
        "user_uuid": ["The user has no resources of this service provider's offerings."]
    }


def test_a_name_taken_at_one_offering_is_given_at_none(bob, provider, resource, carol, now):
    ResourceFactory(
        project=resource.project,
        offering=(second := HpcOfferingFactory(customer=provider)),
    )
    OfferingUserFactory(offering=second, username="bob1")

    with pytest.raises(accounts.UsernameTaken):
        membership.name_everywhere(
            provider=provider, user=bob, username="bob1", actor=carol, now=now
        )
    assert not OfferingUser.objects.filter(user=bob).exists()
