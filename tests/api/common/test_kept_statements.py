"""Statements are kept as long as they would be made the same way again, and no longer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework import serializers

from common.api.compiling import plan_for
from common.api.outputs import Output
from common.api.plan import Caller
from common.api.selects import Kept, Statement
from common.api.viewsets import only_reading
from identity.models import Customer, User
from identity.permissions import Permission
from identity.roles import RoleName
from tests.factories.identity import CustomerFactory, GrantFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Project

pytestmark = pytest.mark.django_db


class CountedSample(Output):
    """An organisation with something that the table has, something counted, something asked."""

    class Meta:
        model = Customer
        fields = ("name", "projects_count", "is_service_provider_manager_only")

    projects_count = serializers.IntegerField()
    is_service_provider_manager_only = serializers.BooleanField()


def shown(user: User) -> list[dict[str, Any]]:
    """Read the organisations as a request that only reads does, by a user fresh from the token."""
    reader = User.objects.get(pk=user.pk)
    reader.only_reads = True
    plan, caller = plan_for(CountedSample), Caller(base="http://here", user=reader)
    return plan.render(plan.fetch(Customer.objects.order_by("name"), caller), caller)


def test_what_for_api_adds_follows_the_rows_and_the_callers_grants(project: Project) -> None:
    user = UserFactory()
    only_managed = {"is_service_provider_manager_only": True}
    more = {"is_service_provider_manager_only": False}
    here = {"name": project.customer.name, "projects_count": 1}
    assert shown(user) == [here | more]
    GrantFactory(user=user, role=RoleName.CUSTOMER_MANAGER, scope=project.customer)
    assert shown(user) == [here | only_managed]
    assert shown(UserFactory()) == [here | more]
    GrantFactory(user=user, role=RoleName.CUSTOMER_OWNER, scope=project.customer)
    assert shown(user) == [here | more]
    CustomerFactory(name="Another")
    assert [row["name"] for row in shown(user)] == ["Another", project.customer.name]


def test_grants_are_asked_for_once_while_only_reading_and_anew_afterwards(
    alice: User, project: Project
) -> None:
    with CaptureQueriesContext(connection) as queries, only_reading(alice):
        assert alice.may(Permission.UPDATE_PROJECT, project.customer)
        assert not alice.may(Permission.UPDATE_PROJECT, project)
        assert alice.fingerprint is not None
    assert len(queries) == 1
    assert alice.fingerprint is None
    alice.grants.update(is_active=False)
    assert not alice.may(Permission.UPDATE_PROJECT, project.customer)
    with only_reading(alice):
        assert not alice.may(Permission.UPDATE_PROJECT, project.customer)


def statement(**conditions: Any) -> Statement:
    return Statement(Customer.objects.filter(**conditions).values_list("pk"))


def test_a_kept_statement_is_made_once_and_the_oldest_goes_first() -> None:
    kept, made = Kept(2), list[str]()

    def make(key: str) -> Statement:
        made.append(key)
        return statement()

    for key in ("a", "b", "a", "c", "a", "b"):
        kept.get(("select", key), partial(make, key))
    assert made == ["a", "b", "c", "b"]


def test_a_statement_is_not_kept_for_nobody_in_particular() -> None:
    kept = Kept(2)
    first, second = (kept.get(("select", None), statement) for _ in range(2))
    assert first is not second


def test_a_statement_with_the_moment_of_its_making_in_it_is_not_kept(now: datetime) -> None:
    kept = Kept(2)
    first, second = (
        kept.get(("select", "somebody"), lambda: statement(created__lt=now)) for _ in range(2)
    )
    assert first.depends_on_time
    assert first is not second
    assert not statement(name="x").depends_on_time
