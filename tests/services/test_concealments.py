"""A role that is concealed from an organization is newly given there by staff alone."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from common import storing
from identity.models import Event, Grant, GroupInvitation, Role, RoleConcealment, User
from identity.roles import RoleName
from identity.services import (
    concealments,
    group_invitations,
    hand_over,
    invitation_answers,
    invitations,
    members,
    role_requests,
    roles,
)
from identity.services.concealments import RoleConcealed
from identity.services.standard import RemovedMeanwhile
from tests.factories.identity import (
    CustomerFactory,
    CustomRoleFactory,
    GrantFactory,
    GroupInvitationFactory,
    InvitationFactory,
    PermissionRequestFactory,
    ProjectFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.reviews import RoleConcealmentFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import Customer, Project
    from marketplace.models import Offering
    from tests.cases import Case

pytestmark = pytest.mark.django_db

SAYS = "PROJECT.MEMBER is concealed in {}: staff alone give it there."

OF_COURSES = {
    "auto_create_project": True,
    "project_name_template": "Course of {full_name}",
}


@pytest.fixture
def member() -> Role:
    role: Role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    return role


@pytest.fixture
def concealed(project: Project, member: Role) -> RoleConcealment:
    row: RoleConcealment = RoleConcealmentFactory(customer=project.customer, role=member)
    return row


@pytest.fixture
def erika() -> User:
    user: User = UserFactory(username="erika")
    return user


def held_by(user: User) -> list[str]:
    held = Grant.objects.in_force().filter(user=user).order_by("pk")
    return list(held.values_list("role__name", flat=True))


@pytest.fixture
def ways(
    project: Project, member: Role, erika: User, now: datetime
) -> dict[str, Callable[[User], Any]]:
    """Return each way in which somebody gives a role, or invites to it, by its name."""
    customer = project.customer
    invited = InvitationFactory(scope=project, role=CustomRoleFactory())
    sent = InvitationFactory(scope=project, role=member)
    asked = PermissionRequestFactory(
        invitation=GroupInvitationFactory(scope=project, role=member), created_by=erika
    )
    link = GroupInvitationFactory(scope=project, role=CustomRoleFactory())
    courses = RoleFactory(name=RoleName.CUSTOMER_SUPPORT.value)

    def course(actor: User) -> Any:
        return group_invitations.create(
            scope=customer, role=courses, project_role=member, actor=actor, now=now, **OF_COURSES
        )

    in_project: dict[str, Any] = {"scope": project, "role": member, "now": now}
    return {
        "a grant": lambda actor: members.grant(user=erika, actor=actor, **in_project),
        "an invitation": lambda actor: invitations.create(
            email="new@example.org", actor=actor, **in_project
        ),
        "an invitation that is changed": lambda actor: invitations.change(
            invited, role=member, actor=actor, now=now
        ),
        "an invitation that is sent again": lambda actor: invitations.send(
            sent, actor=actor, now=now
        ),
        "a link": lambda actor: group_invitations.create(actor=actor, **in_project),
        "a link that is changed": lambda actor: group_invitations.change(
            link, role=member, actor=actor, now=now
        ),
        "a link that makes projects": course,
        "a request": lambda actor: role_requests.approve(asked, actor=actor, now=now),
    }


def test_nobody_but_staff_gives_it_or_invites_to_it(
    ways: dict[str, Callable[[User], Any]],
    project: Project,
    member: Role,
    alice: User,
    pi: User,
    dave: User,
    case: Case,
) -> None:
    """Whoever may give roles may until it is concealed; the project's PI is refused as well."""
    for way, give in ways.items():
        with case(way=way, hidden=False):
            give(alice)
    RoleConcealmentFactory(customer=project.customer, role=member)
    for way, give in ways.items():
        for giver in (alice, pi):
            if giver == pi and way == "a link that makes projects":
                continue  # is made in the organization
            with case(way=way, giver=giver.username):
                with pytest.raises(RoleConcealed) as refused:
                    give(giver)
                assert refused.value.detail == SAYS.format(project.customer.name)
        with case(way=way, giver="dave"):
            give(dave)


@pytest.mark.parametrize("by_staff", [False, True])
def test_what_was_offered_before_is_given_in_the_name_of_staff_alone(
    concealed: RoleConcealment,
    project: Project,
    member: Role,
    alice: User,
    dave: User,
    erika: User,
    now: datetime,
    *,
    by_staff: bool,
) -> None:
    offered = {"scope": project, "role": member, "created_by": dave if by_staff else alice}
    invitation = InvitationFactory(email=erika.email, **offered)
    link: GroupInvitation = GroupInvitationFactory(auto_approve=True, **offered)
    somebody = UserFactory()

    def accept() -> None:
        invitation_answers.accept(invitation.uuid.hex, actor=erika, now=now)

    def use_the_link() -> None:
        role_requests.submit(link, actor=somebody, now=now)

    for taker, take in ((erika, accept), (somebody, use_the_link)):
        with nullcontext() if by_staff else pytest.raises(RoleConcealed):
            take()
        assert held_by(taker) == (["PROJECT.MEMBER"] if by_staff else [])


def test_who_has_it_keeps_it_and_it_may_last_longer(
    concealed: RoleConcealment,
    project: Project,
    member: Role,
    bob: User,
    alice: User,
    now: datetime,
) -> None:
    assert held_by(bob) == ["PROJECT.MEMBER"]
    until = now + timedelta(days=30)
    for end in (until, None):
        changed = members.change(
            scope=project, user=bob, role=member, expiration_time=end, actor=alice, now=now
        )
        assert changed.expiration_time == end
    members.revoke(scope=project, user=bob, role=member, actor=alice, now=now)
    assert held_by(bob) == []


def test_it_holds_in_the_organization_and_in_what_belongs_to_it_alone(
    concealed: RoleConcealment,
    member: Role,
    provider: Customer,
    offering: Offering,
    carol: User,
    alice: User,
    allocator: Customer,
    erika: User,
    now: datetime,
) -> None:
    elsewhere = ProjectFactory(customer=provider)
    members.grant(scope=elsewhere, user=erika, role=member, actor=carol, now=now)

    for scope, name, giver in (
        (offering, RoleName.OFFERING_MANAGER, carol),
        (allocator, RoleName.CUSTOMER_READER, alice),
    ):
        role = RoleFactory(name=name.value)
        customer = allocator if scope == allocator else provider
        hidden = RoleConcealmentFactory(customer=customer, role=role)
        with pytest.raises(RoleConcealed):
            members.grant(scope=scope, user=erika, role=role, actor=giver, now=now)
        concealments.remove(hidden, actor=giver, now=now)
        members.grant(scope=scope, user=erika, role=role, actor=giver, now=now)


def test_a_project_is_not_handed_over_by_a_concealed_role(
    project: Project, pi: User, bob: User, dave: User, now: datetime
) -> None:
    leading = RoleFactory(name=RoleName.PROJECT_MANAGER.value)
    RoleConcealmentFactory(customer=project.customer, role=leading)
    with pytest.raises(RoleConcealed):
        hand_over.hand_over(project, user=bob, former_role=None, actor=pi, now=now)
    assert held_by(pi) == ["PROJECT.MANAGER"]
    hand_over.hand_over(project, user=bob, former_role=None, actor=dave, now=now)
    assert "PROJECT.MANAGER" in held_by(bob)


def test_what_staff_conceal_is_in_the_log_and_once(
    project: Project, member: Role, dave: User, now: datetime
) -> None:
    customer = project.customer
    made = concealments.create(customer=customer, role=member, actor=dave, now=now)
    with pytest.raises(storing.NotUnique) as refused:
        concealments.create(customer=customer, role=member, actor=dave, now=now)
    assert refused.value.detail == {
        "role": ["This role is concealed in this organization already."]
    }
    concealments.remove(made, actor=dave, now=now)
    with pytest.raises(RemovedMeanwhile):
        concealments.remove(made, actor=dave, now=now)
    told = Event.objects.filter(subject_uuid=made.uuid).order_by("pk")
    payload = {"role": "PROJECT.MEMBER", "customer_uuid": customer.uuid.hex}
    assert [(event.kind, event.message, event.actor, event.payload) for event in told] == [
        (
            "role_concealment.created",
            f"PROJECT.MEMBER is concealed in {customer.name}.",
            dave,
            payload,
        ),
        (
            "role_concealment.removed",
            f"PROJECT.MEMBER is not concealed any more in {customer.name}.",
            dave,
            payload,
        ),
    ]


def test_nothing_is_concealed_where_the_organization_or_the_role_is_gone(
    dave: User, now: datetime
) -> None:
    customer, role = CustomerFactory(is_removed=True), CustomRoleFactory()
    with pytest.raises(RemovedMeanwhile):
        concealments.create(customer=customer, role=role, actor=dave, now=now)
    RoleConcealmentFactory(role=role)
    roles.remove(role, actor=dave, now=now)
    assert not RoleConcealment.objects.exists()
    with pytest.raises(RemovedMeanwhile):
        concealments.create(customer=CustomerFactory(), role=role, actor=dave, now=now)


def test_staff_who_are_members_too_give_it(
    concealed: RoleConcealment, project: Project, member: Role, dave: User, now: datetime
) -> None:
    GrantFactory(user=dave, scope=project, role=RoleName.PROJECT_MANAGER)
    members.grant(scope=project, user=dave, role=member, actor=dave, now=now)
    assert held_by(dave) == ["PROJECT.MANAGER", "PROJECT.MEMBER"]
