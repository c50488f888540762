"""Projects that were removed and come back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.models import Customer, Event, Grant, Invitation, Project, User
from identity.roles import RoleName
from identity.services import organisations, projects, recovery
from tests import event_log
from tests.factories.identity import CustomRoleFactory, GrantFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

    from common.errors import DomainError

pytestmark = pytest.mark.django_db


@pytest.fixture
def removed(project: Project, pi: User, bob: User, dave: User, now: datetime) -> Project:
    """A project that was removed twice; of four who were in it the last time, pi and bob remain."""
    GrantFactory(user=UserFactory(username="former"), scope=project, role=RoleName.PROJECT_MEMBER)
    projects.remove(project, actor=dave, now=now - timedelta(days=2))
    recovery.recover(project, actor=dave, now=now - timedelta(days=2))
    held = {RoleName.PROJECT_MANAGER: pi, RoleName.PROJECT_MEMBER: bob}
    for role, person in held.items():
        GrantFactory(user=person, scope=project, role=role, expiration_time=now + timedelta(days=9))
    left = UserFactory(username="left")
    GrantFactory(user=left, scope=project, role=RoleName.PROJECT_MEMBER)
    late = now - timedelta(hours=1)
    GrantFactory(
        user=UserFactory(), scope=project, role=RoleName.PROJECT_MEMBER, expiration_time=late
    )
    disabled = CustomRoleFactory(content_type="project")
    GrantFactory(user=bob, scope=project, role=disabled)
    projects.remove(project, actor=dave, now=now - timedelta(days=1))
    User.objects.filter(pk=left.pk).update(is_active=False)
    type(disabled).objects.filter(pk=disabled.pk).update(is_active=False)
    event_log.forget()
    return project


def test_a_project_comes_back_with_nobody_in_it(
    removed: Project, dave: User, now: datetime
) -> None:
    recovery.recover(removed, actor=dave, now=now)

    back = Project.objects.present().get(pk=removed.pk)
    assert back.termination_metadata is None
    assert not Grant.objects.in_force().filter(project=back).exists()
    assert list(Event.objects.values_list("kind", flat=True)) == ["project.recovered"]


def test_its_people_have_their_roles_again_as_far_as_they_are_there(
    removed: Project, pi: User, bob: User, dave: User, now: datetime
) -> None:
    recovery.recover(removed, restore_team_members=True, actor=dave, now=now)

    team = Grant.objects.in_force().filter(project=removed).order_by("pk")
    assert list(team.values_list("user", "role__name", "expiration_time", "created_by")) == [
        (pi.pk, "PROJECT.MANAGER", now + timedelta(days=9), dave.pk),
        (bob.pk, "PROJECT.MEMBER", now + timedelta(days=9), dave.pk),
    ]
    kinds = Event.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["project.recovered", "grant.given", "grant.given"]


def test_or_they_are_invited_to_them(removed: Project, dave: User, now: datetime) -> None:
    """Whose address is not taken any more is left out."""
    Customer.objects.update(user_email_patterns=["pi@example[.]org"])

    recovery.recover(removed, send_invitations_to_previous_members=True, actor=dave, now=now)

    sent = Invitation.objects.values_list("email", "role__name", "state")
    assert list(sent) == [("pi@example.org", "PROJECT.MANAGER", "pending")]
    assert not Grant.objects.in_force().filter(project=removed).exists()


def test_a_project_that_has_ended_needs_another_end(
    removed: Project, dave: User, case: Any, now: datetime
) -> None:
    today = now.date()
    was = today - timedelta(days=1)
    Project.objects.update(end_date=was, start_date=was)
    for wanted, becomes in ((None, None), (today, today), (today + timedelta(days=1),) * 2):
        with case(wanted=wanted):
            recovery.recover(removed, end_date=wanted, actor=dave, now=now)
            back = Project.objects.get(pk=removed.pk)
            assert (back.end_date, back.end_date_requested_by) == (becomes, dave)
    with case(wanted="nothing"), pytest.raises(projects.EndDateInPast) as refusal:
        recovery.recover(removed, actor=dave, now=now)
    said = f"The project ended on {was}. Say when it ends now."
    assert refusal.value.detail == {"end_date": [said]}
    with case(wanted=was), pytest.raises(projects.EndDateInPast):
        recovery.recover(removed, end_date=was, actor=dave, now=now)
    assert Project.objects.get(pk=removed.pk).is_removed


def test_what_cannot_come_back_stays_removed(
    removed: Project, dave: User, case: Any, now: datetime
) -> None:
    both = {"restore_team_members": True, "send_invitations_to_previous_members": True}
    refused: list[tuple[Any, Any, type[DomainError]]] = [
        (both, {}, recovery.RolesOrInvitations),
        ({}, {"is_removed": True}, organisations.CustomerGone),
    ]
    for asked, of_customer, error in refused:
        with case(asked=asked):
            Customer.objects.update(**{"blocked": False} | of_customer)
            with pytest.raises(error):
                recovery.recover(removed, **asked, actor=dave, now=now)
    recovery.recover(removed, actor=dave, now=now)
    with pytest.raises(recovery.NotRemoved):
        recovery.recover(removed, actor=dave, now=now)
