"""Grants are cached while nothing is changed, for one request, and are fresh for a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from identity import access
from identity.models import Grant, User
from identity.permissions import Permission
from identity.principals import Principal, begin_request
from identity.roles import RoleName
from tests.factories.identity import GrantFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from identity.models import Customer, Project

pytestmark = pytest.mark.django_db


def may_update(user: User, project: Project) -> bool:
    return user.may(Permission.UPDATE_PROJECT, project.customer)


def test_grants_are_asked_for_once_while_reading_and_anew_afterwards(
    alice: User, project: Project
) -> None:
    begin_request(alice, only_reads=False)
    with CaptureQueriesContext(connection) as queries, alice.principal.reading():
        assert may_update(alice, project)
        assert not alice.may(Permission.UPDATE_PROJECT, project)
        assert alice.principal.fingerprint is not None
    assert len(queries) == 1
    assert alice.principal.fingerprint is None
    alice.grants.update(is_active=False)
    assert not may_update(alice, project)
    with alice.principal.reading():
        assert not may_update(alice, project)


def test_reading_within_reading_keeps_what_was_read(alice: User, project: Project) -> None:
    with alice.principal.reading():
        before = alice.principal.grants
        with alice.principal.reading():
            assert alice.principal.grants is before
        assert alice.principal.grants is before


def test_grants_are_forgotten_also_when_the_reading_fails(alice: User, project: Project) -> None:
    def fail() -> None:
        with alice.principal.reading():
            assert may_update(alice, project)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    alice.grants.update(is_active=False)
    assert not may_update(alice, project)


def test_only_who_only_reads_takes_the_grants_that_are_known_already(bob: User) -> None:
    brought: frozenset[access.Held] = frozenset(
        {access.Held("CUSTOMER.OWNER", "", "customer", 1, 1)}
    )
    assert Principal(bob, only_reads=True, grants=brought).grants == brought
    assert Principal(bob, only_reads=False, grants=brought).grants == access.grants_in_force(bob)


def test_a_new_request_of_the_same_user_instance_begins_without_grants(
    alice: User, project: Project
) -> None:
    begin_request(alice, only_reads=True)
    assert may_update(alice, project)
    alice.grants.update(is_active=False)
    assert may_update(alice, project)  # as it was when this request first asked
    begin_request(alice, only_reads=True)
    assert not may_update(alice, project)


def test_two_requests_share_nothing_by_token_or_by_session(
    bob: User, project: Project, as_user: Callable[[User], APIClient]
) -> None:
    browser, path = APIClient(), f"/api/projects/{project.uuid.hex}/"
    browser.force_login(bob)
    clients = (as_user(bob), browser)
    assert [client.get(path).status_code for client in clients] == [200, 200]
    Grant.objects.filter(user=bob).update(is_active=False)
    assert [client.get(path).status_code for client in clients] == [404, 404]
    GrantFactory(user=bob, role=RoleName.PROJECT_MEMBER, scope=project)
    assert [client.get(path).status_code for client in clients] == [200, 200]


def test_a_session_that_reads_asks_for_grants_once(bob: User, project: Project) -> None:
    browser = APIClient()
    browser.force_login(bob)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get("/api/projects/").status_code == 200
    of_grants = [
        query["sql"] for query in queries if 'SELECT "identity_role"."name"' in query["sql"]
    ]
    assert len(of_grants) == 1


def test_what_a_write_answers_is_read_with_the_grants_that_it_leaves(
    alice: User, allocator: Customer, as_user: Callable[[User], APIClient]
) -> None:
    """What allows the request is read first; it takes that away, and nobody acts on it again."""
    client, path = as_user(alice), f"/api/customers/{allocator.uuid.hex}/"
    body = {"role": RoleName.CUSTOMER_OWNER.value, "user": alice.uuid.hex}
    assert client.post(f"{path}delete_user/", body, format="json").status_code == 200
    assert client.post(f"{path}delete_user/", body, format="json").status_code == 404
