from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from identity.models import Customer, Event, Grant, Project, User
from identity.roles import RoleName
from identity.services import members, projects
from tests.factories.identity import GrantFactory, ProjectFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

MEMBER = RoleName.PROJECT_MEMBER


@pytest.fixture
def member() -> Any:
    return RoleFactory(name=MEMBER.value)


def holders(scope: Any) -> Any:
    grants = Grant.objects.on(scope.scope_type, scope.pk).in_force()
    return sorted(grants.values_list("user__username", "role__name"))


def test_a_grant_makes_a_member_and_is_recorded(
    project: Project, alice: User, mallory: User, member: Any, now: datetime
) -> None:
    given = members.grant(scope=project, user=mallory, role=member, actor=alice, now=now)

    assert holders(project) == [("mallory", MEMBER)]
    assert (given.customer, given.project, given.created_by) == (project.customer, project, alice)
    event = Event.objects.get(kind="grant.given")
    assert event.subject_uuid == given.uuid
    assert (event.actor, event.project, event.customer) == (alice, project, project.customer)
    assert event.message == "mallory became PROJECT.MEMBER in Climate model."
    assert event.payload == {
        "role": "PROJECT.MEMBER",
        "user_uuid": mallory.uuid.hex,
        "scope_type": "project",
        "scope_uuid": project.uuid.hex,
        "expiration_time": None,
    }


def test_the_same_role_twice_is_refused_whenever_either_ends(
    project: Project, alice: User, bob: User, member: Any, now: datetime
) -> None:
    with pytest.raises(members.AlreadyHeld) as refusal:
        members.grant(
            scope=project,
            user=bob,
            role=member,
            expiration_time=now + timedelta(days=1),
            actor=alice,
            now=now,
        )

    assert refusal.value.detail == {
        "non_field_errors": ["User has already the same role in this scope."]
    }
    assert holders(project) == [("bob", MEMBER)]
    assert not Event.objects.exists()


def test_one_person_may_have_several_roles_in_a_project(
    project: Project, alice: User, bob: User, now: datetime
) -> None:
    admin = RoleFactory(name=RoleName.PROJECT_ADMIN.value)

    members.grant(scope=project, user=bob, role=admin, actor=alice, now=now)

    assert holders(project) == [("bob", "PROJECT.ADMIN"), ("bob", "PROJECT.MEMBER")]


def test_a_role_that_expired_unnoticed_can_be_given_again(
    project: Project, alice: User, bob: User, member: Any, now: datetime
) -> None:
    Grant.objects.filter(user=bob).update(expiration_time=now - timedelta(hours=1))

    members.grant(scope=project, user=bob, role=member, actor=alice, now=now)

    assert holders(project) == [("bob", MEMBER)]
    kinds = Event.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["grant.expired", "grant.given"]


def test_a_role_of_another_kind_of_scope_is_refused(
    project: Project, alice: User, bob: User, now: datetime
) -> None:
    owner = RoleFactory(name=RoleName.CUSTOMER_OWNER.value)

    with pytest.raises(members.WrongScope) as refusal:
        members.grant(scope=project, user=bob, role=owner, actor=alice, now=now)

    assert refusal.value.detail == {"non_field_errors": ["Role is not valid for this scope."]}


def test_a_role_that_was_switched_off_is_not_found(
    project: Project, alice: User, mallory: User, member: Any, now: datetime
) -> None:
    member.is_active = False
    member.save()

    with pytest.raises(members.RoleNotFound) as refusal:
        members.grant(scope=project, user=mallory, role=member, actor=alice, now=now)

    assert refusal.value.detail == {"role": ["Role is not found."]}


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(days=1)])
def test_a_role_cannot_end_before_it_begins(
    project: Project, alice: User, mallory: User, bob: User, member: Any, now: datetime, ago: Any
) -> None:
    expected = {"expiration_time": ["Expiration time should be greater than current time."]}

    with pytest.raises(members.ExpirationInPast) as refusal:
        members.grant(
            scope=project,
            user=mallory,
            role=member,
            expiration_time=now - ago,
            actor=alice,
            now=now,
        )
    assert refusal.value.detail == expected
    with pytest.raises(members.ExpirationInPast) as refusal:
        members.change(
            scope=project, user=bob, role=member, expiration_time=now - ago, actor=alice, now=now
        )
    assert refusal.value.detail == expected


def test_nobody_joins_a_removed_project(
    project: Project, alice: User, mallory: User, member: Any, now: datetime
) -> None:
    projects.remove(project, actor=alice, now=now)

    with pytest.raises(members.ScopeGone):
        members.grant(scope=project, user=mallory, role=member, actor=alice, now=now)

    assert holders(project) == []


def test_a_role_in_an_organisation_belongs_to_no_project(
    allocator: Customer, dave: User, mallory: User, now: datetime
) -> None:
    owner = RoleFactory(name=RoleName.CUSTOMER_OWNER.value)

    given = members.grant(scope=allocator, user=mallory, role=owner, actor=dave, now=now)

    assert (given.customer, given.project) == (allocator, None)
    assert Event.objects.get().customer == allocator


def test_the_end_of_a_role_can_be_moved_and_taken_away(
    project: Project, alice: User, bob: User, member: Any, now: datetime
) -> None:
    later = now + timedelta(days=30)

    members.change(
        scope=project, user=bob, role=member, expiration_time=later, actor=alice, now=now
    )
    assert Grant.objects.get(user=bob).expiration_time == later
    members.change(scope=project, user=bob, role=member, expiration_time=None, actor=alice, now=now)
    assert Grant.objects.get(user=bob).expiration_time is None
    messages = Event.objects.filter(kind="grant.changed").order_by("id")
    assert [event.message for event in messages] == [
        f"bob is PROJECT.MEMBER until {later:%Y-%m-%d} in Climate model.",
        "bob is PROJECT.MEMBER for good in Climate model.",
    ]


def test_a_role_that_is_not_held_cannot_be_changed(
    project: Project, alice: User, mallory: User, member: Any, now: datetime
) -> None:
    with pytest.raises(members.NotHeld) as refusal:
        members.change(
            scope=project, user=mallory, role=member, expiration_time=None, actor=alice, now=now
        )

    assert refusal.value.detail == {
        "non_field_errors": ["User does not have this role in this scope."]
    }


def test_revoking_ends_one_role_and_the_second_time_changes_nothing(
    project: Project, alice: User, bob: User, pi: User, member: Any, now: datetime
) -> None:
    for _ in range(2):
        members.revoke(scope=project, user=bob, role=member, actor=alice, now=now)

    assert holders(project) == [("pi", "PROJECT.MANAGER")]
    ended = Grant.objects.get(user=bob)
    assert (ended.is_active, ended.revoked_at, ended.revoked_by) == (False, now, alice)
    assert ended.revoke_reason == "revoked"
    assert Event.objects.filter(kind="grant.revoked").count() == 1


def test_what_was_revoked_can_be_given_again_and_both_stay_on_record(
    project: Project, alice: User, bob: User, member: Any, now: datetime
) -> None:
    members.revoke(scope=project, user=bob, role=member, actor=alice, now=now)
    members.grant(scope=project, user=bob, role=member, actor=alice, now=now)

    assert holders(project) == [("bob", MEMBER)]
    assert Grant.objects.filter(user=bob).count() == 2


def test_only_the_roles_whose_time_has_come_expire(
    project: Project, bob: User, pi: User, now: datetime
) -> None:
    for _ in range(5):
        GrantFactory(scope=project, user=UserFactory(), expiration_time=now)
    Grant.objects.filter(user=pi).update(expiration_time=now + timedelta(seconds=1))

    assert members.expire(now=now) == 5
    assert members.expire(now=now) == 0

    active = Grant.objects.filter(is_active=True)
    assert sorted(active.values_list("user__username", flat=True)) == ["bob", "pi"]
    assert Event.objects.filter(kind="grant.expired", actor=None).count() == 5


# --- one's own roles ------------------------------------------------------------------------------


def held_until(user: User, role: RoleName, scope: Any, end: datetime | None) -> None:
    GrantFactory(user=user, role=role, scope=scope, expiration_time=end)


def test_nobody_lengthens_a_role_of_their_own(
    project: Project, allocator: Customer, offering: Any, alice: User, dave: User, now: datetime
) -> None:
    soon, later = now + timedelta(days=1), now + timedelta(days=2)
    places = [
        (project, RoleName.PROJECT_MANAGER),
        (allocator, RoleName.CUSTOMER_OWNER),
        (offering, RoleName.OFFERING_MANAGER),
    ]
    for scope, name in places:
        user, role = UserFactory(), RoleFactory(name=name.value)
        held_until(user, name, scope, soon)
        for end in (later, None):
            with pytest.raises(members.OwnGrant):
                members.change(
                    scope=scope, user=user, role=role, expiration_time=end, actor=user, now=now
                )
        sooner = now + timedelta(hours=1)
        given = members.change(
            scope=scope, user=user, role=role, expiration_time=sooner, actor=user, now=now
        )
        assert given.expiration_time == sooner
        with pytest.raises(members.OwnGrant):  # nor back to where it was
            members.change(
                scope=scope, user=user, role=role, expiration_time=soon, actor=user, now=now
            )
        by_staff = members.change(
            scope=scope, user=user, role=role, expiration_time=None, actor=dave, now=now
        )
        assert by_staff.expiration_time is None


def test_nobody_gives_themselves_a_role_that_outlasts_what_lets_them_give_it(
    project: Project, allocator: Customer, now: datetime
) -> None:
    soon, later = now + timedelta(days=1), now + timedelta(days=2)
    manager, owner = UserFactory(), UserFactory()
    held_until(manager, RoleName.PROJECT_MANAGER, project, soon)
    held_until(manager, RoleName.PROJECT_MEMBER, ProjectFactory(customer=allocator), None)
    held_until(owner, RoleName.CUSTOMER_OWNER, allocator, soon)
    elsewhere = ProjectFactory(customer=allocator)
    grants: list[tuple[User, Any, RoleName]] = [
        (manager, project, RoleName.PROJECT_ADMIN),
        (manager, project, RoleName.PROJECT_MEMBER),
        (owner, project, RoleName.PROJECT_MANAGER),
        (owner, elsewhere, RoleName.PROJECT_MEMBER),
        (owner, allocator, RoleName.CUSTOMER_READER),
    ]
    for user, scope, name in grants:
        role: Any = RoleFactory(name=name.value)
        for end in (later, None):
            with pytest.raises(members.OwnGrant):
                members.grant(
                    scope=scope, user=user, role=role, expiration_time=end, actor=user, now=now
                )
        given = members.grant(
            scope=scope, user=user, role=role, expiration_time=soon, actor=user, now=now
        )
        assert given.expiration_time == soon


def test_an_owner_for_good_may_take_part_in_a_project_for_good(
    project: Project, alice: User, member: Any, now: datetime
) -> None:
    given = members.grant(scope=project, user=alice, role=member, actor=alice, now=now)

    assert given.expiration_time is None
