"""One PI per project, where the platform says so; and word of roles before they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from config.pages.dashboard.projects import led_by_nobody
from config.wiring import dispatch_events
from identity import tasks
from identity.models import Event, Grant, GroupInvitation, Invitation, Project, Role, User
from identity.roles import RoleName
from identity.services import (
    group_invitations,
    hand_over,
    invitation_answers,
    invitations,
    members,
    moves,
    pi_rules,
    recovery,
    user_removal,
)
from identity.services import projects as project_services
from tests.factories.identity import GrantFactory, ProjectFactory, RoleFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db

TAKEN = (
    "Climate model has a principal investigator (PI), and there is one at a time: hand the project"
    " over to somebody else."
)
ONLY = (
    "Pi Tester is the only principal investigator (PI) of Climate model: hand the project over to"
    " somebody else first."
)


@pytest.fixture(autouse=True)
def _one_pi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ROLES", replace(settings.ROLES, one_pi=True))


@pytest.fixture
def leading() -> Role:
    role: Role = RoleFactory(name=RoleName.PROJECT_MANAGER.value)
    return role


@pytest.fixture
def member() -> Role:
    role: Role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    return role


def team(project: Project) -> dict[str, list[str]]:
    """Return who holds which roles in a project."""
    held: dict[str, list[str]] = {}
    for grant in Grant.objects.in_force().filter(project=project).order_by("role__name"):
        held.setdefault(grant.user.username, []).append(grant.role.name.removeprefix("PROJECT."))
    return held


def test_nobody_leads_a_project_beside_its_pi(
    project: Project, pi: User, bob: User, alice: User, leading: Role, case: Any, now: datetime
) -> None:
    """Not by a role, an invitation, or a link; and not by an invitation of before."""
    other = ProjectFactory(customer=project.customer)
    early = invitations.create(scope=other, role=leading, email=bob.email, actor=alice, now=now)
    members.grant(scope=other, user=pi, role=leading, actor=alice, now=now)
    asked: dict[str, Any] = {"scope": project, "role": leading, "actor": alice, "now": now}
    for name, ask in {
        "role": lambda: members.grant(user=bob, **asked),
        "invitation": lambda: invitations.create(email="new@example.org", **asked),
        "link": lambda: group_invitations.create(**asked),
    }.items():
        with case(by=name), pytest.raises(pi_rules.HasPi) as refusal:
            ask()
        assert refusal.value.detail == TAKEN
    with pytest.raises(pi_rules.HasPi):
        invitation_answers.accept(early.uuid.hex, actor=bob, now=now)
    assert team(project) == {"pi": ["MANAGER"], "bob": ["MEMBER"]}
    assert not Invitation.objects.filter(project=project).exists()
    assert not GroupInvitation.objects.exists()


def test_a_pi_goes_when_a_successor_comes(
    project: Project,
    pi: User,
    bob: User,
    alice: User,
    dave: User,
    leading: Role,
    member: Role,
    case: Any,
    now: datetime,
) -> None:
    """Whoever hands over: an owner, staff, or the PI; who led it stays in it, or goes."""
    until = now + timedelta(days=9)
    Grant.objects.filter(user=pi).update(expiration_time=until)
    for actor, former, left in (
        (alice, member, {"pi": ["MEMBER"]}),
        (pi, member, {"pi": ["MEMBER"]}),
        (dave, None, {}),
    ):
        with case(actor=actor.username):
            hand_over.hand_over(project, user=bob, former_role=former, actor=actor, now=now)
            assert team(project) == {"bob": ["MANAGER", "MEMBER"], **left}
            kept = Grant.objects.in_force().filter(project=project, user=pi)
            assert [grant.expiration_time for grant in kept] == [until] * len(left)
            event = Event.objects.get(kind="project.handed_over")
            assert (event.project, event.actor) == (project, actor)
            assert event.payload == {"user_uuid": bob.uuid.hex, "former": [pi.uuid.hex]}
            ended = Grant.objects.get(user=pi, role=leading)
            assert (ended.revoke_reason, ended.revoked_by) == ("handed over", actor)


def test_a_hand_over_that_cannot_be_changes_nothing(
    project: Project,
    pi: User,
    bob: User,
    alice: User,
    leading: Role,
    member: Role,
    case: Any,
    now: datetime,
) -> None:
    before = team(project)
    refused: list[tuple[str, Any, Any]] = [
        ("already", {"user": pi, "former_role": member}, members.AlreadyHeld),
        ("on", {"user": bob, "former_role": leading}, hand_over.NotFormer),
        (
            "elsewhere",
            {"user": bob, "former_role": RoleFactory(name=RoleName.CUSTOMER_READER.value)},
            members.WrongScope,
        ),
        (
            "over",
            {"user": bob, "former_role": member, "expiration_time": now},
            members.ExpirationInPast,
        ),
    ]
    for name, asked, error in refused:
        with case(why=name), pytest.raises(error):
            hand_over.hand_over(project, **asked, actor=alice, now=now)
        assert team(project) == before
    Project.objects.update(is_removed=True)
    with pytest.raises(members.ScopeGone):
        hand_over.hand_over(project, user=bob, former_role=None, actor=alice, now=now)


def test_the_only_pi_is_not_taken_away_but_goes_with_the_project(
    project: Project,
    pi: User,
    alice: User,
    dave: User,
    leading: Role,
    elsewhere: Any,
    case: Any,
    now: datetime,
) -> None:
    """The second time changes nothing either; a project that goes is another matter."""
    asked: dict[str, Any] = {"scope": project, "user": pi, "role": leading, "now": now}
    for _ in range(2):
        with pytest.raises(pi_rules.NeedsPi) as refusal:
            members.revoke(**asked, actor=alice)
        assert refusal.value.detail == ONLY
        with pytest.raises(user_removal.LastInCharge):
            user_removal.remove(pi, actor=dave, now=now)
    assert team(project)["pi"] == ["MANAGER"]
    for name, leave in {
        "removed project": lambda: project_services.remove(project, actor=dave, now=now),
        "moved alone": lambda: moves.move(
            project, customer=elsewhere, preserve_permissions=False, actor=dave, now=now
        ),
    }.items():
        with case(by=name):
            leave()
            assert "pi" not in team(project)
            if name == "removed project":
                recovery.recover(project, restore_team_members=True, actor=dave, now=now)
                assert team(project)["pi"] == ["MANAGER"]


def test_of_several_from_before_all_but_one_may_go(
    project: Project, pi: User, bob: User, alice: User, leading: Role, now: datetime
) -> None:
    GrantFactory(user=bob, scope=project, role=RoleName.PROJECT_MANAGER)

    assert [cell.text for cell in led_by_nobody(now).rows[0]][:3:2] == ["Climate model", "2"]
    members.revoke(scope=project, user=bob, role=leading, actor=alice, now=now)
    with pytest.raises(pi_rules.NeedsPi):
        members.revoke(scope=project, user=pi, role=leading, actor=alice, now=now)
    assert led_by_nobody(now).rows == []


def test_a_pi_s_end_is_told_of_once_and_then_staff_see_the_project(
    project: Project,
    pi: User,
    bob: User,
    alice: User,
    leading: Role,
    member: Role,
) -> None:
    """The holder hears of every role, who may name a successor of a PI's; later ends anew."""
    now = timezone.now()
    soon, late = now + timedelta(days=13), now + timedelta(days=15)
    Grant.objects.filter(user=pi).update(expiration_time=soon)
    Grant.objects.filter(user=bob).update(expiration_time=soon)
    GrantFactory(user=UserFactory(), scope=project, expiration_time=late)

    for _ in range(2):
        tasks.tell_of_ending_roles()
    dispatch_events()

    told = {tuple(sorted(message.to)) for message in mail.outbox}
    assert Event.objects.filter(kind="grant.ending").count() == 2
    assert told == {("alice@example.org",), ("pi@example.org",), ("bob@example.org",)}
    ending = next(message for message in mail.outbox if "pi@example.org" in message.to)
    assert ending.subject.endswith("A role in Climate model ends soon")
    assert f"until {soon:%Y-%m-%d %H:%M} UTC" in ending.body
    assert "hand it over before" in ending.body

    members.change(
        scope=project,
        user=pi,
        role=leading,
        expiration_time=now + timedelta(days=3),
        actor=alice,
        now=now,
    )
    tasks.tell_of_ending_roles()
    assert Event.objects.filter(kind="grant.ending").count() == 3

    Grant.objects.filter(user=pi).update(expiration_time=now - timedelta(minutes=1))
    tasks.expire_grants()
    assert team(project)["bob"] == ["MEMBER"]
    assert [cell.text for cell in led_by_nobody(now).rows[0]][:3:2] == ["Climate model", "0"]
    members.grant(scope=project, user=bob, role=leading, actor=alice, now=now)
    assert led_by_nobody(now).rows == []


def test_without_the_setting_a_project_has_as_many_as_it_likes(
    project: Project,
    pi: User,
    bob: User,
    alice: User,
    leading: Role,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "ROLES", replace(settings.ROLES, one_pi=False))

    members.grant(scope=project, user=bob, role=leading, actor=alice, now=now)
    for person in (pi, bob):
        members.revoke(scope=project, user=person, role=leading, actor=alice, now=now)
    assert team(project) == {"bob": ["MEMBER"]}
    assert led_by_nobody(now).nothing == "Projects may have any number of PIs."
