"""Several workers with one order, several changes of one account."""

from __future__ import annotations

import time

import pytest

from allocations import backends
from allocations.backends.fake import FakeBackend
from allocations.lifecycle import AccountState
from allocations.models import OfferingUser, Provision
from allocations.services import accounts, membership, provisioning
from common.machine import IllegalTransition
from identity.models import Event
from marketplace.lifecycle import OrderState, ResourceState
from tests.concurrency.racing import RACERS, race_same
from tests.factories.allocations import OfferingUserFactory
from tests.factories.marketplace import HpcOfferingFactory, OrderFactory, ResourceFactory

pytestmark = pytest.mark.django_db(transaction=True)


class SlowSite(FakeBackend):
    """A site that takes its time."""

    def create(self, spec):
        time.sleep(0.2)
        return super().create(spec)


def test_an_order_that_several_workers_start_is_delivered_once(project, provider, now, monkeypatch):
    site = SlowSite()
    monkeypatch.setattr(backends, "load", lambda _: site)
    offering = HpcOfferingFactory(customer=provider)
    resource = ResourceFactory(project=project, offering=offering, state=ResourceState.CREATING)
    order = OrderFactory(resource=resource, state=OrderState.EXECUTING)

    got = race_same(lambda: provisioning.start(order, now=now))

    assert sum(isinstance(one, Provision) for one in got) == 1
    assert got.count(None) == RACERS - 1
    assert site.calls == ["create"]
    assert Provision.objects.get().state == "done"
    assert Event.objects.filter(kind="order.done").count() == 1


def test_an_account_is_opened_once(project, bob, provider, now):
    offering = HpcOfferingFactory(customer=provider, plugin_options={membership.MANAGED: True})
    ResourceFactory(project=project, offering=offering)

    got = race_same(lambda: membership.reconcile(user=bob, offering=offering, now=now))

    assert not [one for one in got if isinstance(one, Exception)]
    assert OfferingUser.objects.count() == 1
    assert Event.objects.filter(kind="account.created").count() == 1


def test_of_several_who_report_the_same_step_one_succeeds(carol, provider, now):
    account = OfferingUserFactory(offering__customer=provider, username="")

    got = race_same(lambda: accounts.move(account, "begin_creating", actor=carol, now=now))

    assert sum(isinstance(one, OfferingUser) for one in got) == 1
    assert sum(isinstance(one, IllegalTransition) for one in got) == RACERS - 1
    account.refresh_from_db()
    assert account.state == AccountState.CREATING
    assert Event.objects.filter(kind="account.creating").count() == 1


def test_a_name_goes_to_one_of_those_who_want_it(carol, provider, now):
    offering = HpcOfferingFactory(customer=provider)
    wanting = [OfferingUserFactory(offering=offering, username="") for _ in range(RACERS)]

    got = race_same(
        lambda: accounts.set_username(wanting.pop(), username="ada", actor=carol, now=now)
    )

    assert sum(isinstance(one, OfferingUser) for one in got) == 1
    assert sum(isinstance(one, accounts.UsernameTaken) for one in got) == RACERS - 1
