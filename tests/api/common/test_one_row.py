"""One row is found by a statement that is kept as long as the caller sees the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection

from common.api.reads.caller import Caller
from common.api.reads.one_row import one_row
from common.api.reads.sql import StaleStatement
from identity.models import Project, User
from identity.principals import begin_request
from identity.roles import RoleName
from tests.factories.identity import GrantFactory, UserFactory

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db


def found(user: User, model: type[Any], uuid: UUID) -> Any:
    """Find a row as a request does, by a user fresh from the token."""
    reader = User.objects.get(pk=user.pk)
    begin_request(reader, only_reads=True)
    caller = Caller(base="http://here", user=reader)
    return one_row(model, lambda: model.objects.visible_to(reader), uuid, caller)


def test_a_row_comes_with_all_its_columns_and_those_selected_with_it(
    project: Project, bob: User, django_assert_num_queries: Any
) -> None:
    begin_request(bob, only_reads=True)
    caller = Caller(base="http://here", user=bob)
    rows = Project.objects.visible_to(bob).select_related("customer")
    for _ in range(2):  # compiled, and taken from the cache
        with django_assert_num_queries(1):
            row: Any = one_row("a project", lambda: rows, project.uuid, caller)
        with django_assert_num_queries(0):
            assert (row, row.customer) == (project, project.customer)
        for field in Project._meta.concrete_fields:
            assert getattr(row, field.attname) == getattr(project, field.attname)
        assert one_row("a project", lambda: rows, uuid4(), caller) is None


def test_a_row_is_seen_as_long_as_the_grant_is_held_and_by_its_holder_only(
    project: Project, mallory: User
) -> None:
    assert found(mallory, Project, project.uuid) is None
    grant = GrantFactory(user=mallory, role=RoleName.PROJECT_MEMBER, scope=project)
    assert found(mallory, Project, project.uuid) == project
    assert found(UserFactory(), Project, project.uuid) is None
    type(grant).objects.filter(pk=grant.pk).update(is_active=False)
    assert found(mallory, Project, project.uuid) is None


@pytest.mark.parametrize("flag", ["is_staff", "is_support"])
def test_a_row_is_seen_as_long_as_the_caller_is_of_the_house(
    project: Project, mallory: User, flag: str
) -> None:
    for value in (False, True, False):
        User.objects.filter(pk=mallory.pk).update(**{flag: value})
        assert found(mallory, Project, project.uuid) == (project if value else None)
    User.objects.filter(pk=mallory.pk).update(**{flag: True, "is_active": False})
    assert found(mallory, Project, project.uuid) is None


def test_people_are_seen_as_long_as_their_source_has_the_caller_speak_for_it(
    mallory: User,
) -> None:
    known = UserFactory(active_isds=["isd:one"])
    told = [
        (True, ["isd:one"], known),
        (True, ["isd:two"], None),
        (True, ["isd:two", "isd:one"], known),
        (False, ["isd:one"], None),
    ]
    for speaks, sources, expected in told:
        User.objects.filter(pk=mallory.pk).update(is_identity_manager=speaks, managed_isds=sources)
        assert found(mallory, User, known.uuid) == expected


def test_a_caller_whose_grants_may_change_meanwhile_has_no_statement_kept(
    project: Project, mallory: User
) -> None:
    begin_request(mallory, only_reads=False)
    caller = Caller(base="http://here", user=mallory)

    def find() -> Any:
        return one_row(Project, lambda: Project.objects.visible_to(mallory), project.uuid, caller)

    assert (find(), caller.visibility) == (None, None)
    GrantFactory(user=mallory, role=RoleName.PROJECT_MEMBER, scope=project)
    assert find() == project


def test_rows_that_depend_on_more_than_who_asks_are_an_error_in_debugging(
    project: Project, dave: User
) -> None:
    begin_request(dave, only_reads=True)
    caller = Caller(base="http://here", user=dave)
    assert one_row("some", Project.objects.all, project.uuid, caller) == project
    with pytest.raises(StaleStatement, match="nobody"):
        one_row("some", lambda: Project.objects.filter(name="nobody"), project.uuid, caller)


def test_a_day_that_python_has_not_is_replaced(project: Project, dave: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_project SET end_date = 'infinity', created = 'infinity'")
    assert found(dave, Project, project.uuid) == project
