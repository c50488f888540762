"""Requests for roles by a link: who is meant, who decides, and what comes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from common.machine import IllegalTransition
from identity.models import (
    Event,
    Grant,
    GroupInvitation,
    PermissionRequest,
    Project,
    Role,
    User,
)
from identity.roles import RoleName
from identity.services import group_invitations as groups
from identity.services import invitation_rules as rules
from identity.services import members, projects, role_requests, user_removal
from tests.cases import each
from tests.factories.identity import (
    GrantFactory,
    GroupInvitationFactory,
    PermissionRequestFactory,
    RoleFactory,
    UserFactory,
)

if TYPE_CHECKING:
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


def roles_of(user: User) -> list[tuple[str, str]]:
    held = Grant.objects.in_force().filter(user=user).order_by("pk")
    return list(held.values_list("role__name", "scope_name"))


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


OF_PROJECTS = {
    "auto_create_project": True,
    "project_name_template": "Course of {full_name}",
}


def test_a_withdrawn_link_does_nothing_any_more(
    link: GroupInvitation, pi: User, erika: User, now: datetime
) -> None:
    asked = PermissionRequestFactory(invitation=link)
    groups.cancel(link, actor=pi, now=now)
    link.refresh_from_db()

    for attempt in (
        lambda: groups.cancel(link, actor=pi, now=now),
        lambda: groups.change(link, custom_text="x", actor=pi, now=now),
        lambda: role_requests.submit(link, actor=erika, now=now),
    ):
        with pytest.raises(groups.NotActive):
            attempt()

    role_requests.approve(asked, actor=pi, now=now)  # what was asked can still be decided
    assert roles_of(asked.created_by) == [("PROJECT.MEMBER", "Climate model")]


def test_who_asks_waits_for_who_decides_and_gets_the_role_in_their_name(
    link: GroupInvitation, erika: User, pi: User, now: datetime
) -> None:
    outcome = role_requests.submit(link, actor=erika, now=now)
    assert (outcome.request.state, outcome.is_approved, roles_of(erika)) == ("pending", False, [])

    role_requests.approve(outcome.request, comment="Welcome!", actor=pi, now=now)

    request = PermissionRequest.objects.get()
    assert (request.state, request.reviewed_by, request.reviewed_at, request.review_comment) == (
        "approved",
        pi,
        now,
        "Welcome!",
    )
    assert roles_of(erika) == [("PROJECT.MEMBER", "Climate model")]
    assert Grant.objects.get(user=erika).created_by == pi
    assert kinds() == [
        "permission_request.created",
        "grant.given",
        "permission_request.approved",
    ]
    assert Event.objects.latest("pk").message == (
        "The request of erika to become PROJECT.MEMBER in Climate model was approved."
    )


def test_a_request_is_rejected_or_withdrawn_and_then_it_is_over(
    link: GroupInvitation, erika: User, pi: User, now: datetime
) -> None:
    first = role_requests.submit(link, actor=erika, now=now).request
    role_requests.reject(first, comment="Who are you?", actor=pi, now=now)
    second = role_requests.submit(link, actor=erika, now=now).request
    role_requests.cancel(second, actor=erika, now=now)

    for over in (first, second):
        for attempt in (role_requests.approve, role_requests.reject, role_requests.cancel):
            with pytest.raises(IllegalTransition):
                attempt(over, actor=pi, now=now)
    assert roles_of(erika) == []
    assert [one.state for one in PermissionRequest.objects.order_by("pk")] == [
        "rejected",
        "canceled",
    ]


MEANT: tuple[tuple[dict[str, list[str]], bool], ...] = (
    ({}, True),
    ({"user_email_patterns": [r".*@hpc\.org"]}, True),
    ({"user_email_patterns": [r".*@other\.org"]}, False),
    ({"user_affiliations": ["staff@hpc.org"]}, True),
    ({"user_affiliations": ["student@hpc.org"]}, False),
    ({"user_identity_sources": ["isd:a"]}, True),
    ({"user_identity_sources": ["isd:b"]}, False),
    ({"user_email_patterns": ["x"], "user_affiliations": ["staff@hpc.org"]}, True),
    ({"user_email_patterns": ["x"], "user_identity_sources": ["isd:b"]}, False),
)


@each("lists, meant", MEANT)
def test_who_is_meant_is_named_by_one_of_the_lists(
    lists: dict[str, list[str]],
    meant: bool,
    link: GroupInvitation,
    erika: User,
    now: datetime,
) -> None:
    GroupInvitation.objects.update(**lists)

    if meant:
        assert role_requests.submit(link, actor=erika, now=now).request.state == "pending"
    else:
        with pytest.raises(role_requests.NotMeant):
            role_requests.submit(link, actor=erika, now=now)
        assert kinds() == []


def test_who_has_no_confirmed_address_fits_no_pattern(link: GroupInvitation, now: datetime) -> None:
    GroupInvitation.objects.update(user_email_patterns=[".*"])

    with pytest.raises(role_requests.NotMeant):
        role_requests.submit(link, actor=UserFactory(email=""), now=now)


def test_one_open_request_a_person_and_none_for_what_they_have(
    link: GroupInvitation, erika: User, bob: User, now: datetime
) -> None:
    role_requests.submit(link, actor=erika, now=now)

    with pytest.raises(role_requests.AskedAlready):
        role_requests.submit(link, actor=erika, now=now)
    with pytest.raises(members.AlreadyHeld):
        role_requests.submit(link, actor=bob, now=now)


def test_one_person_asks_so_often_in_a_day(
    link: GroupInvitation, erika: User, now: datetime
) -> None:
    for _ in range(role_requests.MOST_BY_A_PERSON):
        request = role_requests.submit(link, actor=erika, now=now).request
        role_requests.cancel(request, actor=erika, now=now)

    with pytest.raises(role_requests.AskedTooOften):
        role_requests.submit(link, actor=erika, now=now)
    role_requests.submit(link, actor=erika, now=now + timedelta(days=1, seconds=1))


def test_where_it_says_so_the_role_is_given_at_once_in_the_makers_name(
    link: GroupInvitation, erika: User, pi: User, now: datetime
) -> None:
    GroupInvitation.objects.update(auto_approve=True)

    outcome = role_requests.submit(link, actor=erika, now=now)

    assert (outcome.is_approved, outcome.request.reviewed_by) == (True, pi)
    assert Grant.objects.get(user=erika).created_by == pi


def test_a_maker_who_may_not_give_the_role_any_more_gives_nothing_at_once(
    link: GroupInvitation, erika: User, pi: User, now: datetime
) -> None:
    GroupInvitation.objects.update(auto_approve=True)
    Grant.objects.filter(user=pi).update(is_active=False)

    outcome = role_requests.submit(link, actor=erika, now=now)

    assert (outcome.is_approved, roles_of(erika)) == (False, [])


def test_a_reviewer_has_to_give_the_role_and_the_person_to_be_there(
    link: GroupInvitation, erika: User, pi: User, bob: User, now: datetime
) -> None:
    request = role_requests.submit(link, actor=erika, now=now).request
    with pytest.raises(rules.MayNotInvite):
        role_requests.approve(request, actor=bob, now=now)
    User.objects.filter(pk=erika.pk).update(is_active=False)
    with pytest.raises(role_requests.PersonGone):
        role_requests.approve(request, actor=pi, now=now)

    assert roles_of(erika) == []


def test_nobody_asks_for_or_gives_a_role_in_what_was_removed(
    link: GroupInvitation, erika: User, project: Project, alice: User, now: datetime
) -> None:
    request = PermissionRequestFactory(invitation=link)
    projects.remove(project, actor=alice, now=now)

    with pytest.raises(members.ScopeGone):
        role_requests.submit(link, actor=erika, now=now)
    with pytest.raises(members.ScopeGone):
        role_requests.approve(request, actor=alice, now=now)


def test_a_project_is_made_for_each_person_and_used_again_by_them_alone(
    allocator: Customer, project: Project, alice: User, erika: User, member: Role, now: datetime
) -> None:
    """Whatever name somebody chooses, nobody gets into a project of others by it."""
    link = GroupInvitationFactory(
        scope=allocator,
        role=RoleName.CUSTOMER_READER,
        created_by=alice,
        auto_approve=True,
        project_role=member,
        allow_multiple_requests=True,
        allow_custom_project_details=True,
        **OF_PROJECTS,
    )

    named = role_requests.submit(link, project_name=project.name, actor=erika, now=now)
    own = role_requests.submit(link, actor=erika, now=now)

    assert (named.created, own.created) == (True, True)
    assert named.project is not None
    assert own.project is not None
    assert named.project != project
    assert roles_of(erika) == [
        ("PROJECT.MEMBER", "Climate model"),
        ("PROJECT.MEMBER", "Course of Erika Tester"),
    ]
    members.revoke(scope=own.project, user=erika, role=member, actor=alice, now=now)
    again = role_requests.submit(link, actor=erika, now=now)
    assert (again.project, again.created) == (own.project, False)


def test_without_leave_one_person_gets_one_project_and_does_not_name_it(
    allocator: Customer, alice: User, erika: User, member: Role, now: datetime
) -> None:
    link = GroupInvitationFactory(
        scope=allocator,
        role=RoleName.CUSTOMER_READER,
        created_by=alice,
        auto_approve=True,
        project_role=member,
        **OF_PROJECTS,
    )
    with pytest.raises(role_requests.NoOwnProject):
        role_requests.submit(link, project_name="Mine", actor=erika, now=now)
    role_requests.submit(link, actor=erika, now=now)

    with pytest.raises(role_requests.AskedAlready):
        role_requests.submit(link, actor=erika, now=now)


def test_those_who_decide_are_those_who_give_the_role_and_want_mail(
    link: GroupInvitation, pi: User, alice: User, bob: User, mallory: User, project: Project
) -> None:
    quiet = UserFactory(email="quiet@example.org", notifications_enabled=False)
    GrantFactory(user=quiet, scope=project, role=RoleName.PROJECT_MANAGER)
    mute = UserFactory(email="")
    GrantFactory(user=mute, scope=project, role=RoleName.PROJECT_MANAGER)

    assert role_requests.deciders(link) == [alice.email, pi.email]


def test_removed_people_and_links_leave_no_requests(
    link: GroupInvitation, erika: User, dave: User, now: datetime
) -> None:
    PermissionRequestFactory(invitation=link, created_by=erika)
    kept = PermissionRequestFactory(invitation=link)
    user_removal.remove(erika, actor=dave, now=now)
    assert list(PermissionRequest.objects.all()) == [kept]

    groups.remove(link, actor=dave, now=now)

    assert not PermissionRequest.objects.exists()
    assert Event.objects.latest("pk").payload["requests"] == 1
