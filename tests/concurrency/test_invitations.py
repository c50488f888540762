"""Invitations that several people write or answer at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common.machine import IllegalTransition
from identity.models import Event, Grant, Invitation, PermissionRequest, Project, User
from identity.roles import RoleName
from identity.services import invitation_answers, invitations, members, projects, role_requests
from tests.concurrency.racing import RACERS, lost, race, race_each
from tests.factories.identity import (
    GroupInvitationFactory,
    InvitationFactory,
    PermissionRequestFactory,
    RoleFactory,
    UserFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_invitation_is_accepted_once_however_often_its_person_clicks(
    project: Project, pi: User, now: datetime
) -> None:
    erika = UserFactory(email="erika@example.org")
    made = InvitationFactory(scope=project, created_by=pi, email="erika@example.org")

    got = race_each(lambda _: invitation_answers.accept(made.uuid.hex, actor=erika, now=now))

    assert sum(isinstance(one, Grant) for one in got) == 1
    assert lost(got, IllegalTransition) == RACERS - 1
    assert Grant.objects.filter(user=erika).count() == 1
    assert Event.objects.filter(kind="invitation.accepted").count() == 1


def test_of_an_acceptance_and_a_withdrawal_one_counts(
    project: Project, pi: User, now: datetime
) -> None:
    erika = UserFactory(email="erika@example.org")
    made = InvitationFactory(scope=project, created_by=pi, email="erika@example.org")

    accepted, canceled = race(
        lambda: invitation_answers.accept(made.uuid.hex, actor=erika, now=now),
        lambda: invitations.cancel(made, actor=pi, now=now),
    )

    made.refresh_from_db()
    held = Grant.objects.filter(user=erika).count()
    if made.state == "accepted":
        assert (held, type(canceled)) == (1, IllegalTransition)
    else:
        assert (made.state, held, type(accepted)) == ("canceled", 0, IllegalTransition)


def test_nobody_is_in_a_project_that_is_removed_while_they_accept(
    project: Project, pi: User, alice: User, now: datetime
) -> None:
    erika = UserFactory(email="erika@example.org")
    made = InvitationFactory(scope=project, created_by=pi, email="erika@example.org")

    accepted, removed = race(
        lambda: invitation_answers.accept(made.uuid.hex, actor=erika, now=now),
        lambda: projects.remove(project, actor=alice, now=now),
    )

    assert removed is None
    assert isinstance(accepted, Grant | members.ScopeGone | invitation_answers.InviterLost)
    assert not Grant.objects.filter(user=erika, is_active=True).exists()


def test_an_address_is_invited_once_by_several_at_once(
    project: Project, pi: User, alice: User, now: datetime
) -> None:
    role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)

    got = race_each(
        lambda number: invitations.create(
            scope=project,
            role=role,
            email="new@example.org",
            actor=(pi, alice)[number % 2],
            now=now,
        )
    )

    assert sum(isinstance(one, Invitation) for one in got) == 1
    assert lost(got, invitations.AlreadyInvited) == RACERS - 1
    assert Event.objects.filter(kind="invitation.sent").count() == 1


def test_a_request_is_decided_once_by_several_reviewers_at_once(
    project: Project, pi: User, alice: User, now: datetime
) -> None:
    asked = PermissionRequestFactory(invitation=GroupInvitationFactory(scope=project))

    got = race_each(
        lambda number: role_requests.approve(asked, actor=(pi, alice)[number % 2], now=now)
    )

    assert lost(got, IllegalTransition) == RACERS - 1
    assert Grant.objects.filter(user=asked.created_by).count() == 1


def test_one_person_asks_once_however_often_they_click(
    project: Project, pi: User, now: datetime
) -> None:
    erika = UserFactory()
    link = GroupInvitationFactory(scope=project, created_by=pi)

    got = race_each(lambda _: role_requests.submit(link, actor=erika, now=now))

    assert lost(got, role_requests.AskedAlready) == RACERS - 1
    assert PermissionRequest.objects.count() == 1
