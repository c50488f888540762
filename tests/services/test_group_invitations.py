"""Links by which people ask for a role: who makes and changes them, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.models import (
    Event,
    GroupInvitation,
    Project,
    Role,
    User,
)
from identity.roles import RoleName
from identity.services import group_invitations as groups
from identity.services import invitation_rules as rules
from tests.cases import each
from tests.factories.identity import (
    GroupInvitationFactory,
    RoleFactory,
    UserFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Any:
    return RoleFactory(name=RoleName.PROJECT_MEMBER.value)


@pytest.fixture
def erika() -> Any:
    return UserFactory(
        username="erika",
        email="erika@hpc.org",
        affiliations=["staff@hpc.org"],
        active_isds=["isd:a"],
    )


@pytest.fixture
def link(project: Project, pi: User) -> Any:
    return GroupInvitationFactory(scope=project, created_by=pi)


def test_a_link_is_made_by_who_gives_the_role_and_by_nobody_else(
    project: Project, pi: User, bob: User, mallory: User, member: Role, now: datetime
) -> None:
    made = groups.create(scope=project, role=member, actor=pi, now=now)

    assert (made.scope_name, made.customer, made.is_active) == (
        "Climate model",
        project.customer,
        True,
    )
    event = Event.objects.get()
    assert (event.kind, event.actor, event.project) == ("group_invitation.created", pi, project)
    assert event.message == "The link to become PROJECT.MEMBER in Climate model was made."
    for other in (bob, mallory):
        with pytest.raises(rules.MayNotInvite):
            groups.create(scope=project, role=member, actor=other, now=now)


OF_PROJECTS = {
    "auto_create_project": True,
    "project_name_template": "Course of {full_name}",
}
WRONG: tuple[tuple[dict[str, Any], type[Exception]], ...] = (
    ({"is_public": True}, groups.OnlyStaff),
    ({"user_email_patterns": ["("]}, groups.NoPattern),
    ({**OF_PROJECTS, "project_name_template": "{full_name.__class__}"}, groups.ProjectSettings),
    ({**OF_PROJECTS, "project_name_template": "{password}"}, groups.ProjectSettings),
    ({**OF_PROJECTS, "project_name_template": ""}, groups.ProjectSettings),
    (OF_PROJECTS, groups.ProjectSettings),
)


@each("details, error", WRONG[:2])
def test_what_does_not_go_together_is_refused(
    details: dict[str, Any],
    error: type[Exception],
    project: Project,
    pi: User,
    member: Role,
    now: datetime,
) -> None:
    with pytest.raises(error):
        groups.create(scope=project, role=member, actor=pi, now=now, **details)


@each("details, error", WRONG[2:])
def test_what_is_said_of_projects_has_to_be_whole(
    details: dict[str, Any],
    error: type[Exception],
    allocator: Customer,
    alice: User,
    member: Role,
    now: datetime,
) -> None:
    reader = RoleFactory(name=RoleName.CUSTOMER_READER.value)
    own = {"project_role": member} if details is not OF_PROJECTS else {}
    with pytest.raises(error):
        groups.create(scope=allocator, role=reader, actor=alice, now=now, **details, **own)


def test_projects_are_made_in_an_organisation_alone(
    project: Project, pi: User, member: Role, now: datetime
) -> None:
    with pytest.raises(groups.ProjectSettings):
        groups.create(
            scope=project, role=member, actor=pi, now=now, project_role=member, **OF_PROJECTS
        )


def test_a_link_is_changed_but_not_moved_and_then_in_the_changers_name(
    link: GroupInvitation, project: Project, alice: User, now: datetime
) -> None:
    admin = RoleFactory(name=RoleName.PROJECT_ADMIN.value)

    groups.change(link, role=admin, scope=project, actor=alice, now=now)

    link.refresh_from_db()
    assert (link.role, link.created_by) == (admin, alice)
    assert Event.objects.get().payload["fields"] == ["role"]
    groups.change(link, role=admin, actor=alice, now=now)
    assert Event.objects.count() == 1
    with pytest.raises(groups.InvitationFixed):
        groups.change(link, scope=project.customer, actor=alice, now=now)


def test_one_that_staff_made_public_is_changed_by_others_and_stays_so(
    link: GroupInvitation, pi: User, now: datetime
) -> None:
    GroupInvitation.objects.update(is_public=True)
    link.refresh_from_db()

    groups.change(link, custom_text="Welcome!", actor=pi, now=now)

    link.refresh_from_db()
    assert (link.is_public, link.custom_text) == (True, "Welcome!")
