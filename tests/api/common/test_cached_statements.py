"""Statements are cached as long as they would be compiled the same way again, and no longer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import Value
from rest_framework import serializers

from common.api.reads.caller import Caller
from common.api.reads.compiler import plan_for
from common.api.reads.outputs import Output
from common.api.reads.sql import ANY_CALLER, StaleStatement, Statement, StatementCache, StatementKey
from identity.models import Customer, User
from identity.principals import begin_request
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
    begin_request(reader, only_reads=True)
    plan, caller = plan_for(CountedSample), Caller(base="http://here", user=reader)
    return plan.read(Customer.objects.order_by("name"), caller)


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


def compiled(**conditions: Any) -> Statement:
    return Statement.compiled(Customer.objects.filter(**conditions).values_list("pk"))


def key(select: str, caller: object = ANY_CALLER) -> StatementKey:
    return StatementKey(select, "pk", caller)


def test_a_statement_is_compiled_once_and_the_one_used_longest_ago_goes_first(
    settings: Any,
) -> None:
    settings.CHECK_CACHED_STATEMENTS = False
    cache, names = StatementCache(2), list[str]()

    def compile_(name: str) -> Statement:
        names.append(name)
        return compiled()

    for name in ("a", "b", "a", "c", "a", "b"):
        cache.get(key(name), partial(compile_, name))
    assert names == ["a", "b", "c", "b"]


def test_a_statement_is_not_cached_for_a_caller_who_may_change() -> None:
    cache = StatementCache(2)
    first, second = (cache.get(key("select", None), compiled) for _ in range(2))
    assert first is not second


def test_a_statement_with_the_moment_of_its_making_in_it_is_not_cached(now: datetime) -> None:
    cache = StatementCache(2)
    first, second = (cache.get(key("select"), lambda: compiled(created__lt=now)) for _ in range(2))
    assert first.depends_on_time
    assert first is not second
    assert not compiled(name="x").depends_on_time


def test_a_statement_that_depends_on_more_than_its_key_is_an_error_in_debugging(
    settings: Any,
) -> None:
    """Somebody's `for_api` reads what the fingerprint has not: the next one would get their SQL."""
    cache = StatementCache(2)
    cache.get(key("select"), lambda: compiled(name="theirs"))
    assert cache.get(key("select"), lambda: compiled(name="theirs")) == compiled(name="theirs")
    with pytest.raises(StaleStatement, match="depends on something that is not part of the key"):
        cache.get(key("select"), lambda: compiled(name="mine"))
    settings.CHECK_CACHED_STATEMENTS = False
    assert cache.get(key("select"), lambda: compiled(name="mine")) == compiled(name="theirs")


class LeakingSample(Output):
    """An organisation with an annotation that asks the caller for what no fingerprint has."""

    class Meta:
        model = Customer
        fields = ("greeting",)

    greeting = serializers.CharField()


def test_a_queryset_that_asks_too_much_of_the_caller_is_found_by_any_test_that_reads_twice(
    provider: Customer, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def for_api(rows: Any, user: User) -> Any:
        return rows.annotate(greeting=Value(f"Hello {user.job_title}"))

    monkeypatch.setattr(type(Customer.objects.all()), "for_api", for_api)
    alice.job_title = "astronomer"
    caller = Caller(base="http://here", user=alice)
    plan, rows = plan_for(LeakingSample), Customer.objects.filter(pk=provider.pk)
    with caller.reading():
        assert plan.read(rows, caller) == [{"greeting": "Hello astronomer"}]
        alice.job_title = "biologist"
        with pytest.raises(StaleStatement, match="biologist"):
            plan.read(rows, caller)
