"""What makes a new generation of the desired state, and what is no news to a site."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounting.models import DesiredState
from marketplace.lifecycle import OrderState, OrderType
from marketplace.models import Resource
from tests.cases import each
from tests.factories.accounting import (
    ComponentUsageFactory,
    ComponentUserUsageLimitFactory,
    PolicyFactory,
    PolicyStateFactory,
)
from tests.factories.allocations import (
    CourseAccountFactory,
    CustomerServiceAccountFactory,
    ProjectServiceAccountFactory,
)
from tests.factories.identity import GrantFactory, ProjectFactory
from tests.factories.marketplace import (
    ConsentFactory,
    OfferingComponentFactory,
    OfferingPartitionFactory,
    OrderFactory,
    ResourceFactory,
)


def test_a_reading_that_finds_nothing_new_writes_nothing_and_is_304_for_who_has_it(
    read, resource, account
):
    first = read()
    with CaptureQueriesContext(connection) as captured:
        again = read()
    cached = read(if_none_match=first["ETag"])

    assert first["ETag"] == f'"{first.json()["hash"]}"'
    assert (again.json(), again["ETag"]) == (first.json(), first["ETag"])
    assert not [q for q in captured if q["sql"].startswith(("INSERT", "UPDATE"))
                and "desiredstate" in q["sql"]]  # fmt: skip
    assert (cached.status_code, cached.content, cached["ETag"]) == (304, b"", first["ETag"])
    row = DesiredState.objects.get()
    assert (row.generation, row.digest) == (1, first.json()["hash"])


def limit(resource, account):
    Resource.objects.filter(pk=resource.pk).update(limits={"cpu_k_hours": 11})


def flag(resource, account):
    Resource.objects.filter(pk=resource.pk).update(paused=True)


def end_date(resource, account):
    Resource.objects.filter(pk=resource.pk).update(end_date=date(2027, 3, 1))


def joined(resource, account):
    GrantFactory(scope=resource.project)


def left(resource, account):
    account.user.grants.update(is_active=False)


def renamed(resource, account):
    type(account).objects.update(username="robert")


def restricted(resource, account):
    type(account).objects.update(is_restricted=True)


def moved(resource, account):
    type(account.user).objects.filter(pk=account.user_id).update(email="bob@elsewhere.example.org")


def agreed(resource, account):
    ConsentFactory(offering=resource.offering, user=account.user)


def person_limited(resource, account):
    ComponentUserUsageLimitFactory(resource=resource, user=account, limit=Decimal(1))


def settings_due(resource, account):
    policy = PolicyFactory(offering=resource.offering)
    PolicyStateFactory(policy=policy, resource=resource, settings={"fairshare": 1})


def program(resource, account):
    ProjectServiceAccountFactory(project=resource.project)


def programs_of_customer(resource, account):
    CustomerServiceAccountFactory(customer=resource.project.customer)


def course(resource, account):
    CourseAccountFactory(project=resource.project)


def ordered(resource, account):
    OrderFactory(resource=resource, type=OrderType.UPDATE)


def project_renamed(resource, account):
    type(resource.project).objects.update(name="Weather model")


def another_resource(resource, account):
    ResourceFactory(offering=resource.offering)


def another_component(resource, account):
    OfferingComponentFactory(offering=resource.offering)


def another_partition(resource, account):
    OfferingPartitionFactory(offering=resource.offering)


CHANGES = (
    limit, flag, end_date, joined, left, renamed, restricted, moved, agreed, person_limited,
    settings_due, program, programs_of_customer, course, ordered, project_renamed,
    another_resource, another_component, another_partition,
)  # fmt: skip


@each("change", CHANGES, ids=lambda change: change.__name__)
def test_what_a_site_has_to_act_on_makes_a_new_generation(read, resource, account, change):
    before = read()
    change(resource, account)

    after = read(if_none_match=before["ETag"])

    assert after.status_code == 200
    assert (before.json()["generation"], after.json()["generation"]) == (1, 2)
    assert after.json()["hash"] != before.json()["hash"]
    assert after["ETag"] == f'"{after.json()["hash"]}"'


def used(resource, account):
    ComponentUsageFactory(resource=resource)


def seen(resource, account):
    Resource.objects.filter(pk=resource.pk).update(last_sync=resource.last_sync + timedelta(1))


def phoned(resource, account):
    type(account.user).objects.filter(pk=account.user_id).update(phone_number="+358 1")


def elsewhere(resource, account):
    ResourceFactory(project=resource.project)
    ProjectServiceAccountFactory(project=ProjectFactory())


def order_ended(resource, account):
    OrderFactory(resource=resource, type=OrderType.UPDATE, state=OrderState.DONE)


@pytest.mark.parametrize(
    "change", [used, seen, phoned, elsewhere, order_ended], ids=lambda change: change.__name__
)
def test_what_does_not_concern_a_site_makes_none(read, resource, account, change):
    before = read()
    change(resource, account)

    assert read(if_none_match=before["ETag"]).status_code == 304
    assert DesiredState.objects.get().generation == 1


def test_a_state_that_comes_back_is_a_generation_of_its_own(read, resource):
    first = read().json()
    Resource.objects.update(paused=True)
    second = read().json()
    Resource.objects.update(paused=False)
    third = read().json()

    assert [one["generation"] for one in (first, second, third)] == [1, 2, 3]
    assert first["hash"] == third["hash"] != second["hash"]
