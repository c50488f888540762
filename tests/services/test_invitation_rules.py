"""Who may invite whom, and how often: an invitation is mail to a stranger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings

from identity.models import Event, Invitation, InvitationMail, Project, Role, User
from identity.roles import RoleName
from identity.services import invitation_rules as rules
from identity.services import invitations, members, projects
from tests.cases import each
from tests.factories.identity import RoleFactory

if TYPE_CHECKING:
    from identity.models import Customer
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

WHOM = "new@example.org"


@pytest.fixture
def member() -> Any:
    return RoleFactory(name=RoleName.PROJECT_MEMBER.value)


@pytest.fixture
def platform(settings: Any) -> Any:
    """Return a function that has the platform invite otherwise."""

    def wants(**otherwise: Any) -> None:
        settings.INVITATIONS = replace(django_settings.INVITATIONS, **otherwise)

    return wants


def kinds_of(invitation: Invitation) -> list[str]:
    told = Event.objects.filter(subject_uuid=invitation.uuid).order_by("pk")
    return [kind.removeprefix("invitation.") for kind in told.values_list("kind", flat=True)]


WHO_MAY = (
    ("alice", RoleName.CUSTOMER_READER, "allocator", True),
    ("pi", RoleName.CUSTOMER_READER, "allocator", False),
    ("alice", RoleName.PROJECT_MEMBER, "project", True),
    ("pi", RoleName.PROJECT_MANAGER, "project", True),
    ("bob", RoleName.PROJECT_MEMBER, "project", False),
    ("mallory", RoleName.PROJECT_MEMBER, "project", False),
    ("sam", RoleName.PROJECT_MEMBER, "project", False),
    ("dave", RoleName.PROJECT_MEMBER, "project", True),
    ("carol", RoleName.OFFERING_MANAGER, "offering", True),
    ("alice", RoleName.OFFERING_MANAGER, "offering", False),
    ("dave", RoleName.OFFERING_MANAGER, "offering", True),
)


@each("who, role, where, may", WHO_MAY)
def test_who_may_give_a_role_may_invite_to_it_and_nobody_else(
    who: str,
    role: RoleName,
    where: str,
    may: bool,
    alice: User,
    pi: User,
    bob: User,
    mallory: User,
    sam: User,
    dave: User,
    carol: User,
    allocator: Customer,
    project: Project,
    offering: Offering,
    now: datetime,
) -> None:
    people = {one.username: one for one in (alice, pi, bob, mallory, sam, dave, carol)}
    scopes: Any = {"allocator": allocator, "project": project, "offering": offering}
    scope, actor = scopes[where], people[who]
    asked: dict[str, Any] = {"scope": scope, "role": RoleFactory(name=role.value), "email": WHOM}

    if may:
        made = invitations.create(**asked, actor=actor, now=now)
        assert (made.scope_type, made.scope_id) == (scope.scope_type, scope.pk)
    else:
        with pytest.raises(rules.MayNotInvite):
            invitations.create(**asked, actor=actor, now=now)
        assert not Invitation.objects.exists()
        assert not InvitationMail.objects.exists()


def test_a_role_of_another_kind_of_scope_and_one_not_given_any_more_are_refused(
    project: Project, pi: User, now: datetime
) -> None:
    asked: dict[str, Any] = {"scope": project, "email": WHOM, "actor": pi, "now": now}
    with pytest.raises(members.WrongScope):
        invitations.create(**asked, role=RoleFactory(name=RoleName.CUSTOMER_OWNER.value))
    retired = RoleFactory(name=RoleName.PROJECT_ADMIN.value)
    Role.objects.filter(pk=retired.pk).update(is_active=False)
    retired.refresh_from_db()
    with pytest.raises(members.RoleNotFound):
        invitations.create(**asked, role=retired)


def test_nobody_is_invited_to_a_project_that_was_removed(
    project: Project, alice: User, member: Role, now: datetime
) -> None:
    projects.remove(project, actor=alice, now=now)

    with pytest.raises(members.ScopeGone):
        invitations.create(scope=project, role=member, email=WHOM, actor=alice, now=now)


def test_a_member_is_not_invited_to_the_role_that_they_have(
    project: Project, pi: User, bob: User, member: Role, now: datetime
) -> None:
    with pytest.raises(rules.RoleHeld) as refusal:
        invitations.create(scope=project, role=member, email="BOB@example.org", actor=pi, now=now)

    assert refusal.value.detail == {
        "email": ["Somebody with this address has the role here already."]
    }


def test_nothing_is_told_of_people_who_are_not_in_the_scope(
    project: Project, pi: User, mallory: User, member: Role, now: datetime
) -> None:
    """An address that somebody has elsewhere is invited as one that nobody has."""
    asked: dict[str, Any] = {"scope": project, "role": member, "actor": pi, "now": now}
    known = invitations.create(**asked, email=mallory.email)
    unknown = invitations.create(**asked, email="nobody@example.org")

    assert (known.state, known.accepted_by) == (unknown.state, unknown.accepted_by)
    assert kinds_of(known) == kinds_of(unknown) == ["created", "sent"]


DOMAINS: tuple[Any, ...] = (
    ({"example.org"}, [], [], "New@Example.ORG", True),
    ({"example.org"}, [], [], "new@sub.example.org", False),
    ({"xn--exmple-cua.org"}, [], [], "new@exämple.org", True),
    (set(), [r".*@hpc\.org"], [], "new@hpc.org", True),
    (set(), [r".*@hpc\.org"], [], "new@hpc.org.evil.org", False),
    (set(), [r".*@hpc\.org"], [r"pi@.*"], "pi@hpc.org", True),
    (set(), [r".*@hpc\.org"], [r"pi@.*"], "new@hpc.org", False),
    (set(), [r"(", r".*@hpc\.org"], [], "new@hpc.org", True),
    (set(), [r"("], [], "new@hpc.org", False),
)


@pytest.mark.parametrize(("domains", "of_customer", "of_project", "email", "taken"), DOMAINS)
def test_addresses_are_those_that_platform_organisation_and_project_take(
    domains: set[str],
    of_customer: list[str],
    of_project: list[str],
    email: str,
    taken: bool,
    project: Project,
    pi: User,
    member: Role,
    platform: Any,
    now: datetime,
) -> None:
    platform(email_domains=frozenset(domains))
    type(project.customer).objects.update(user_email_patterns=of_customer)
    Project.objects.update(user_email_patterns=of_project)
    asked: dict[str, Any] = {
        "scope": project,
        "role": member,
        "email": email,
        "actor": pi,
        "now": now,
    }

    if taken:
        assert invitations.create(**asked).state == "pending"
    else:
        with pytest.raises(rules.AddressNotAllowed):
            invitations.create(**asked)


def test_one_person_sends_so_many_mails_in_a_day_and_then_may_again(
    project: Project, pi: User, alice: User, member: Role, platform: Any, now: datetime
) -> None:
    platform(per_person=2)
    asked: dict[str, Any] = {"scope": project, "role": member}
    for number in range(2):
        invitations.create(**asked, email=f"new{number}@example.org", actor=pi, now=now)

    with pytest.raises(rules.TooManyInvitations):
        invitations.create(**asked, email=WHOM, actor=pi, now=now)
    invitations.create(**asked, email=WHOM, actor=alice, now=now)
    later = now + timedelta(days=1, seconds=1)
    invitations.create(**asked, email="last@example.org", actor=pi, now=later)


def test_an_address_gets_so_many_mails_in_a_day_whoever_sends_them(
    project: Project, pi: User, alice: User, member: Role, platform: Any, now: datetime
) -> None:
    platform(per_address=2)
    made = invitations.create(scope=project, role=member, email=WHOM, actor=pi, now=now)
    invitations.send(made, actor=alice, now=now)

    with pytest.raises(rules.TooManyInvitations):
        invitations.send(made, actor=pi, now=now)

    assert InvitationMail.objects.count() == 2
    assert kinds_of(made) == ["created", "sent", "sent"]
