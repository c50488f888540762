"""Roles that are given, disabled and removed at the same moment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from common import storing
from identity.models import Event, Grant, Role
from identity.services import members, roles
from identity.services.roles import RoleInUse
from tests.concurrency.racing import RACERS, lost, race, race_each
from tests.factories.identity import CustomRoleFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Project, User

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_roles_with_one_name_one_is_made(dave: User, now: datetime) -> None:
    def make(number: int) -> Role:
        name = "Reviewer" if number % 2 else "REVIEWER"
        return roles.create(
            name=name, content_type="project", permissions=["PROJECT.VIEW"], actor=dave, now=now
        )

    got = race_each(make)

    assert lost(got, storing.NotUnique) == RACERS - 1
    assert Role.objects.filter(is_system_role=False).count() == 1


def test_a_role_is_given_or_disabled_and_whoever_has_it_then_was_told_of(
    project: Project, dave: User, now: datetime
) -> None:
    for _ in range(3):
        role, user = CustomRoleFactory(permissions=["PROJECT.VIEW"]), UserFactory()
        given, _off = race(
            partial(members.grant, scope=project, user=user, role=role, actor=dave, now=now),
            partial(roles.disable, role, actor=dave, now=now),
        )
        held = Grant.objects.filter(user=user, role=role)
        assert held.exists() == isinstance(given, Grant)
        assert isinstance(given, Grant | members.RoleNotFound)
        assert not held.in_force().exists()
        told = Event.objects.filter(kind="grant.revoked", subject_uuid__in=held.values("uuid"))
        assert told.count() == held.count()


def test_a_role_is_given_or_removed(project: Project, dave: User, now: datetime) -> None:
    for _ in range(3):
        role, user = CustomRoleFactory(permissions=["PROJECT.VIEW"]), UserFactory()
        given, removed = race(
            partial(members.grant, scope=project, user=user, role=role, actor=dave, now=now),
            partial(roles.remove, role, actor=dave, now=now),
        )
        if isinstance(given, Grant):
            assert isinstance(removed, RoleInUse)
        else:
            assert isinstance(given, members.RoleNotFound)
            assert removed is None
            assert not Role.objects.filter(pk=role.pk).exists()
