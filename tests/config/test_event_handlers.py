"""What follows from what happened, after one run of the dispatcher."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from allocations import backends, tasks
from allocations.backends.fake import FakeBackend, Unreachable
from allocations.lifecycle import AccountState
from allocations.models import OfferingUser, Provision
from allocations.services import accounts, attributes
from allocations.services.membership import MANAGED
from config.wiring import dispatch_events
from identity.models import Event, EventDelivery
from identity.roles import RoleName
from identity.services import members, users
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.services import offerings, orders, providers, resources
from tests.factories.allocations import OfferingUserFactory, UserAttributeConfigFactory
from tests.factories.identity import RoleFactory
from tests.factories.marketplace import (
    HpcOfferingFactory,
    OrderFactory,
    ResourceFactory,
    ServiceProviderFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_fails():
    yield
    assert list(EventDelivery.objects.exclude(last_error="").values_list("last_error")) == []


@pytest.fixture
def offering(provider):
    return HpcOfferingFactory(customer=provider, plugin_options={MANAGED: True})


@pytest.fixture
def order(project, offering, alice):
    resource = ResourceFactory(project=project, offering=offering, state="Creating")
    return OrderFactory(resource=resource, created_by=alice)


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(project=project, offering=offering)


def states(model):
    return list(model.objects.order_by("pk").values_list("state", flat=True))


def test_an_approved_order_is_put_to_the_backend_and_its_end_closes_the_delivery(order, carol, now):
    orders.approve_by_provider(order, actor=carol, now=now)
    dispatch_events()
    assert states(Provision) == ["waiting"]

    orders.complete(order, actor=carol, now=timezone.now())
    dispatch_events()
    assert states(Provision) == ["done"]


def test_an_order_that_fails_and_is_retried_is_delivered_anew(order, carol, now):
    orders.approve_by_provider(order, actor=carol, now=now)
    dispatch_events()
    orders.fail(order, actor=carol, now=timezone.now(), error_message="disk full")
    orders.set_state_executing(order, actor=carol, now=timezone.now())
    dispatch_events()

    assert states(Provision) == ["refused", "waiting"]


def test_an_order_that_is_called_off_takes_its_delivery_back(order, offering, carol, alice, now):
    type(offering).objects.update(type="Marketplace.Basic")
    orders.approve_by_provider(order, actor=carol, now=now)
    dispatch_events()

    orders.cancel(type(order).objects.get(), actor=alice, now=timezone.now())
    dispatch_events()

    assert states(Provision) == ["withdrawn"]


def test_an_order_that_was_deleted_since_is_nothing_to_deliver(order, carol, now, dave):
    orders.approve_by_provider(order, actor=carol, now=now)
    orders.unlink(order, actor=dave, now=now)

    dispatch_events()

    assert states(Provision) == []


def test_a_delivery_whose_pause_is_over_is_tried_again(order, carol, now, monkeypatch):
    site = FakeBackend()
    site.script.append(Unreachable("down"))
    monkeypatch.setattr(backends, "load", lambda _: site)
    orders.approve_by_provider(order, actor=carol, now=now)
    dispatch_events()
    tasks.work_provisions()
    assert (states(Provision), site.calls) == (["due"], ["create"])

    Provision.objects.update(next_attempt_at=now)
    tasks.work_provisions()

    assert (states(Provision), site.calls) == (["done"], ["create", "create"])
    assert states(type(order)) == [OrderState.DONE]


# --- accounts -------------------------------------------------------------------------------------


def test_when_a_resource_comes_up_its_members_get_accounts(order, carol, pi, bob, mallory, now):
    orders.approve_by_provider(order, actor=carol, now=now)
    dispatch_events()
    assert states(OfferingUser) == []

    orders.complete(order, actor=carol, now=now)
    dispatch_events()

    assert {account.user for account in OfferingUser.objects.all()} == {pi, bob}
    assert states(OfferingUser) == ["Requested", "Requested"]


def test_a_role_brings_an_account_and_its_end_takes_it(resource, project, alice, mallory, now):
    role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    members.grant(scope=project, user=mallory, role=role, actor=alice, now=now)
    dispatch_events()
    account = OfferingUser.objects.get(user=mallory)
    accounts.set_username(account, username="mallory1", actor=None, now=now)

    members.revoke(scope=project, user=mallory, role=role, actor=alice, now=now)
    dispatch_events()

    account.refresh_from_db()
    assert account.state == AccountState.DELETION_REQUESTED


def test_a_role_that_runs_out_takes_the_account(resource, project, alice, mallory, now):
    role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    members.grant(scope=project, user=mallory, role=role, actor=alice, now=now)
    account = OfferingUserFactory(offering=resource.offering, user=mallory)
    mallory.grants.filter(project=project).update(expiration_time=now - timedelta(seconds=1))

    members.expire(now=now)
    dispatch_events()

    account.refresh_from_db()
    assert account.state == AccountState.DELETION_REQUESTED


def test_a_role_in_an_organisation_brings_no_account(resource, allocator, alice, mallory, now):
    role = RoleFactory(name=RoleName.CUSTOMER_READER.value)

    members.grant(scope=allocator, user=mallory, role=role, actor=alice, now=now)
    dispatch_events()

    assert states(OfferingUser) == []


def test_with_the_last_allocation_the_accounts_go(resource, bob, carol, now):
    account = OfferingUserFactory(offering=resource.offering, user=bob)
    order = OrderFactory(
        resource=resource,
        type=OrderType.TERMINATE,
        state=OrderState.EXECUTING,
    )
    type(resource).objects.update(state=ResourceState.TERMINATING)

    orders.complete(order, actor=carol, now=now)
    dispatch_events()

    account.refresh_from_db()
    assert account.state == AccountState.DELETION_REQUESTED


def test_a_resource_that_is_unlinked_takes_the_accounts_too(resource, bob, dave, now):
    account = OfferingUserFactory(offering=resource.offering, user=bob)

    resources.unlink(resource, actor=dave, now=now)
    dispatch_events()

    account.refresh_from_db()
    assert account.state == AccountState.DELETION_REQUESTED


def test_who_is_shut_out_loses_their_account_and_gets_it_back(resource, bob, dave, now):
    account = OfferingUserFactory(offering=resource.offering, user=bob)

    users.deactivate(bob, reason="left", actor=dave, now=now)
    dispatch_events()
    account.refresh_from_db()
    assert account.state == AccountState.DELETION_REQUESTED

    users.activate(bob, actor=dave, now=now)
    dispatch_events()
    account.refresh_from_db()
    assert account.state == AccountState.OK


def test_who_came_back_during_the_deletion_gets_a_new_account(resource, bob, carol, now):
    account = OfferingUserFactory(offering=resource.offering, user=bob, state=AccountState.DELETING)

    accounts.move(account, "set_deleted", actor=carol, now=now)
    dispatch_events()

    assert states(OfferingUser) == ["Deleted", "Requested"]


def test_an_account_that_was_removed_since_is_not_opened_anew(resource, bob, carol, now):
    account = OfferingUserFactory(offering=resource.offering, user=bob, state=AccountState.DELETING)
    accounts.move(account, "set_deleted", actor=carol, now=now)
    accounts.remove(account, actor=carol, now=now)

    dispatch_events()

    assert states(OfferingUser) == []


def test_when_the_provider_begins_to_manage_accounts_the_members_get_them(
    resource, offering, pi, bob, mallory, carol, now
):
    type(offering).objects.update(plugin_options={})
    offering.refresh_from_db()

    offerings.change(offering, actor=carol, now=now, plugin_options={MANAGED: True})
    dispatch_events()

    assert {account.user for account in OfferingUser.objects.all()} == {pi, bob}


def test_a_policy_that_is_chosen_later_names_those_who_wait(resource, offering, bob, carol, now):
    waiting = OfferingUserFactory(offering=offering, user=bob, username="")
    options = {MANAGED: True, "username_generation_policy": "waldur_username"}

    offerings.change(offering, actor=carol, now=now, plugin_options=options)
    dispatch_events()

    waiting.refresh_from_db()
    assert (waiting.username, waiting.state) == ("bob", "OK")


def test_an_offering_that_changes_otherwise_opens_no_accounts(resource, offering, carol, now):
    offerings.change(offering, actor=carol, now=now, description="quicker")
    dispatch_events()

    assert states(OfferingUser) == []


def test_a_profile_that_changes_is_told_to_the_sites_that_see_it(resource, bob, dave, now):
    seen = OfferingUserFactory(offering=resource.offering, user=bob)
    hidden = OfferingUserFactory(user=bob)
    UserAttributeConfigFactory(offering=hidden.offering, exposed_fields=["username"])
    OfferingUserFactory(user=bob, state=AccountState.DELETED)

    users.update(
        bob,
        actor=dave,
        now=now,
        wanted={"first_name": "Bobby", "job_title": "PI", "email": "b@x.eu"},
    )
    dispatch_events()

    event = Event.objects.get(kind="account.attributes_changed")
    assert event.subject_uuid == seen.uuid
    assert event.payload == {
        "offering_uuid": resource.offering.uuid.hex,
        "user_uuid": bob.uuid.hex,
        "username": seen.username,
        "action": "attribute_update",
        "changed_attributes": ["email", "full_name"],
    }
    bob.refresh_from_db()
    seen.user = bob
    assert attributes.shown_to_site(seen) == {
        "email": "b@x.eu",
        "full_name": bob.full_name,
        "username": "bob",
    }


def test_a_new_claim_renames_and_a_person_switched_off_loses_their_account(
    resource, offering, bob, dave, now
):
    options = {MANAGED: True, "username_generation_policy": "identity_claim"}
    type(offering).objects.update(plugin_options=options)
    account = OfferingUserFactory(offering=offering, user=bob, username="old")

    users.update(bob, actor=dave, now=now, wanted={"details": {"site_username": "new"}})
    dispatch_events()
    account.refresh_from_db()
    assert account.username == "new"

    users.update(bob, actor=dave, now=now, wanted={"is_active": False})
    dispatch_events()
    account.refresh_from_db()
    assert account.state == AccountState.DELETION_REQUESTED


def test_a_policy_of_the_provider_s_names_those_who_wait_at_its_offerings(
    resource, offering, bob, carol, now
):
    provider = ServiceProviderFactory(customer=offering.customer)
    waiting = OfferingUserFactory(offering=offering, user=bob, username="")

    providers.change(provider, actor=carol, now=now, description="HPC")
    dispatch_events()
    waiting.refresh_from_db()
    assert waiting.username == ""

    options = {"username_generation_policy": "waldur_username"}
    providers.change(provider, actor=carol, now=now, account_options=options)
    dispatch_events()
    waiting.refresh_from_db()
    assert (waiting.username, waiting.state) == ("bob", "OK")
