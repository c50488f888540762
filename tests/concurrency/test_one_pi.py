"""Who leads a project is one person, however many are made its PI at once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from identity.models import Grant, Project, User
from identity.roles import RoleName
from identity.services import hand_over, members, pi_rules
from tests.concurrency.racing import RACERS, lost, race, race_each
from tests.factories.identity import ProjectFactory, RoleFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _one_pi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ROLES", replace(settings.ROLES, one_pi=True))


def leads(project: Project) -> int:
    return Grant.objects.in_force().filter(project=project, role__name="PROJECT.MANAGER").count()


def test_a_project_has_one_pi_at_each_moment(
    project: Project, pi: User, alice: User, now: datetime
) -> None:
    """Of several who become it, one does; of those that it is handed to, the last one stays."""
    role = RoleFactory(name=RoleName.PROJECT_MANAGER.value)
    new = ProjectFactory(customer=project.customer)
    people = [UserFactory() for _ in range(RACERS)]

    got = race_each(
        lambda n: members.grant(scope=new, user=people[n], role=role, actor=alice, now=now)
    )
    assert (lost(got, pi_rules.HasPi), leads(new)) == (RACERS - 1, 1)

    got = race_each(
        lambda n: hand_over.hand_over(
            project, user=people[n], former_role=None, actor=alice, now=now
        )
    )
    assert all(isinstance(one, Grant) for one in got), got
    assert leads(project) == 1


def test_two_who_are_left_from_before_do_not_both_go(
    project: Project, pi: User, bob: User, alice: User, now: datetime
) -> None:
    role = RoleFactory(name=RoleName.PROJECT_MANAGER.value)
    settings.ROLES = replace(settings.ROLES, one_pi=False)
    members.grant(scope=project, user=bob, role=role, actor=alice, now=now)
    settings.ROLES = replace(settings.ROLES, one_pi=True)

    got = race(
        *(
            partial(members.revoke, scope=project, user=person, role=role, actor=alice, now=now)
            for person in (pi, bob)
        )
    )

    assert (lost(got, pi_rules.NeedsPi), leads(project)) == (1, 1)
