"""Limits of single people on a resource: set, changed, removed."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.models import ComponentUserUsageLimit
from accounting.services import user_limits
from allocations.lifecycle import AccountState
from common.machine import IllegalTransition
from identity.models import Event
from tests.factories.accounting import ComponentUserUsageLimitFactory
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import GrantFactory, ProjectFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(project=project, offering=offering)


@pytest.fixture
def account(offering, bob):
    return OfferingUserFactory(offering=offering, user=bob, username="bob1")


@pytest.fixture
def row(resource, account):
    return ComponentUserUsageLimitFactory(resource=resource, user=account, limit=Decimal("4.50"))


def cpu(resource):
    return resource.offering.components.get(type="cpu_k_hours").uuid


def test_a_limit_is_for_people_of_the_resource_s_project(resource, offering, alice, now):
    """An account at the offering alone does not do: the person has it by another project."""
    elsewhere = GrantFactory(scope=ProjectFactory()).user
    ended = GrantFactory(scope=resource.project, is_active=False).user
    for user in (elsewhere, ended):
        account = OfferingUserFactory(offering=offering, user=user, username=user.username)
        for named in (account.username, account.uuid):
            with pytest.raises(user_limits.UnknownAccount):
                user_limits.create(
                    resource=resource, component=cpu(resource), account=named, actor=alice, now=now
                )


def told():
    return [
        (event.kind, event.actor, event.project, event.provider, event.payload)
        for event in Event.objects.order_by("pk")
    ]


def about(account, limit, **more):
    return {
        "component_type": "cpu_k_hours",
        "user_uuid": account.user.uuid.hex,
        "username": account.username,
        "limit": limit,
        **more,
    }


@pytest.mark.parametrize("named", ["username", "uuid"])
def test_a_limit_is_set(resource, account, alice, now, named):
    row = user_limits.create(
        resource=resource,
        component=cpu(resource),
        account=getattr(account, named),
        limit=Decimal("2.5"),
        actor=alice,
        now=now,
    )

    row.refresh_from_db()
    assert (row.resource, row.component.type, row.user, row.limit) == (
        resource,
        "cpu_k_hours",
        account,
        Decimal("2.50"),
    )
    sides = (resource.project, resource.offering.customer)
    assert told() == [("user_limit.created", alice, *sides, about(account, "2.5"))]


def test_a_limit_is_changed_and_removed(row, resource, account, alice, now):
    user_limits.change(row, limit=Decimal(0), actor=alice, now=now)
    user_limits.remove(row, actor=alice, now=now)

    assert not ComponentUserUsageLimit.objects.exists()
    sides = (resource.project, resource.offering.customer)
    assert told() == [
        ("user_limit.changed", alice, *sides, about(account, "0", old_limit="4.50")),
        ("user_limit.removed", alice, *sides, about(account, "0.00")),
    ]
    for action in (user_limits.change, user_limits.remove):
        with pytest.raises(user_limits.LimitGone):
            action(row, actor=alice, now=now)


def test_what_is_so_already_is_no_change(row, resource, account, alice, now):
    half, same = Decimal("4.5"), row.component.uuid
    user_limits.change(row, limit=half, resource=resource, component=same, actor=alice, now=now)
    user_limits.change(row, account="bob1", actor=alice, now=now)
    user_limits.change(row, account=account.uuid, actor=alice, now=now)

    assert told() == []


def test_a_limit_stays_what_it_is_of(row, alice, now):
    elsewhere, other = ResourceFactory(), UUID(int=0)

    with pytest.raises(user_limits.Fixed) as refusal:
        user_limits.change(
            row, resource=elsewhere, component=other, account="eve", actor=alice, now=now
        )

    message = ["A limit stays what it is of; set another one instead."]
    assert refusal.value.detail == dict.fromkeys(("resource", "component", "user"), message)
    row.refresh_from_db()
    assert row.limit == Decimal("4.50")


def create(resource, actor, now, **more):
    body = {"resource": resource, "component": cpu(resource), "account": "bob1"}
    return user_limits.create(**{**body, **more}, actor=actor, now=now)


@pytest.mark.parametrize("limit", ["-0.01", "NaN", "Infinity", "1.001", "1e18"])
def test_a_limit_is_an_amount(resource, account, alice, now, limit):
    with pytest.raises(user_limits.LimitUnusable):
        create(resource, alice, now, limit=Decimal(limit))
    row = create(resource, alice, now)
    with pytest.raises(user_limits.LimitUnusable):
        user_limits.change(row, limit=Decimal(limit), actor=alice, now=now)
    row.refresh_from_db()
    assert row.limit == 0


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(limit=st.decimals(allow_nan=True, allow_infinity=True))
def test_what_is_taken_is_kept_exactly(row, alice, now, limit):
    with transaction.atomic():
        try:
            user_limits.change(row, limit=limit, actor=alice, now=now)
        except user_limits.LimitUnusable:
            limit = Decimal("4.50")
        kept = ComponentUserUsageLimit.objects.get().limit
        transaction.set_rollback(True)
    assert kept == limit


def test_the_database_takes_no_negative_limit_either(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        ComponentUserUsageLimit.objects.update(limit=-1)


def test_a_component_is_one_of_the_resource_s(resource, account, alice, now):
    foreign = cpu(ResourceFactory())
    fee = resource.offering.components.get(type="node_fee").uuid
    for component in (foreign, fee, UUID(int=0)):
        with pytest.raises(user_limits.UncountedComponent) as refusal:
            create(resource, alice, now, component=component)
        assert refusal.value.detail == {"component": ["Object does not exist."]}


def test_a_person_has_an_account_at_the_offering(resource, account, bob, alice, now):
    elsewhere = OfferingUserFactory(offering=HpcOfferingFactory(), user=bob, username="eve1")
    account.state = AccountState.DELETED
    account.save()
    for named in ("bob1", account.uuid, "eve1", elsewhere.uuid, "nobody"):
        with pytest.raises(user_limits.UnknownAccount):
            create(resource, alice, now, account=named)


def test_the_second_limit_is_refused(row, resource, alice, now):
    with pytest.raises(user_limits.LimitExists):
        create(resource, alice, now)
    other = resource.offering.components.get(type="gpu_k_hours").uuid
    assert create(resource, alice, now, component=other).limit == 0


def test_a_terminated_resource_s_limits_stay(row, resource, alice, now):
    resource.state = "Terminated"
    resource.save()
    for action in (
        lambda: create(resource, alice, now),
        lambda: user_limits.change(row, limit=Decimal(1), actor=alice, now=now),
    ):
        with pytest.raises(IllegalTransition):
            action()
    user_limits.remove(row, actor=alice, now=now)


def test_limits_go_with_the_account(row, account):
    account.delete()

    assert not ComponentUserUsageLimit.objects.exists()
