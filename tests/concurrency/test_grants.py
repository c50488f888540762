from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.models import Customer, Event, Grant, Project, User
from identity.roles import RoleName
from identity.services import members, projects, users
from tests.concurrency.racing import RACERS, race_each
from tests.factories.identity import RoleFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_who_grant_the_same_role_exactly_one_succeeds(
    project: Project, alice: User, mallory: User, now: datetime
) -> None:
    role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)

    got = race_each(
        lambda _: members.grant(scope=project, user=mallory, role=role, actor=alice, now=now)
    )

    assert sum(isinstance(one, Grant) for one in got) == 1
    assert sum(isinstance(one, members.AlreadyHeld) for one in got) == RACERS - 1
    assert Grant.objects.filter(user=mallory, role=role, is_active=True).count() == 1
    assert Event.objects.filter(kind="grant.given").count() == 1


def test_a_role_is_revoked_once_however_many_revoke_it(
    project: Project, alice: User, bob: User, now: datetime
) -> None:
    role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)

    got = race_each(
        lambda _: members.revoke(scope=project, user=bob, role=role, actor=alice, now=now)
    )

    assert got == [None] * RACERS
    assert Event.objects.filter(kind="grant.revoked").count() == 1


def test_projects_that_begin_alike_get_different_slugs_at_the_same_time(
    allocator: Customer, alice: User, now: datetime
) -> None:
    got = race_each(
        lambda _: projects.create(customer=allocator, name="Alpha", actor=alice, now=now)
    )

    assert {type(one) for one in got} == {Project}
    assert len({one.slug for one in got}) == RACERS


def test_a_project_is_removed_once(project: Project, alice: User, bob: User, now: datetime) -> None:
    got = race_each(lambda _: projects.remove(project, actor=alice, now=now))

    assert got.count(None) == 1
    assert sum(isinstance(one, projects.ProjectGone) for one in got) == RACERS - 1
    assert Event.objects.filter(kind="project.removed").count() == 1


def test_a_user_name_is_given_once(dave: User, now: datetime) -> None:
    got = race_each(
        lambda n: users.create(username="erika", email=f"e{n}@example.org", actor=dave, now=now)
    )

    assert sum(isinstance(one, User) for one in got) == 1
    assert sum(isinstance(one, users.LoginNameTaken) for one in got) == RACERS - 1
