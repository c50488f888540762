"""Roles that staff make: who may give them, and who hears when one is disabled."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity import access
from identity.models import Customer, Event, Grant, Project
from identity.permissions import MATRIX, Permission
from identity.roles import RoleName, ScopeType
from identity.services import members, roles
from marketplace.models import Offering, Order, Resource
from tests.cases import each, undone
from tests.factories.identity import (
    CustomRoleFactory,
    GrantFactory,
    RoleFactory,
    UserFactory,
    take_twin_roles,
)
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

pytestmark = pytest.mark.django_db

SHARED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)

GIVING = ["PROJECT.CREATE_PERMISSION", "PROJECT.UPDATE_PERMISSION", "PROJECT.VIEW"]


def recorded(kind: str) -> list[Any]:
    return list(Event.objects.filter(kind=kind).order_by("pk"))


@each(
    ("allows", "is_given"),
    [
        (["PROJECT.VIEW"], True),
        (GIVING, True),
        (["ORDER.CREATE"], False),
        ([*GIVING, "PROJECT.DELETE"], False),
        ([], True),
    ],
)
def test_nobody_gives_a_role_that_allows_more_than_they_may_there(
    project: Project,
    mallory: User,
    bob: User,
    dave: User,
    now: datetime,
    allows: Any,
    is_given: Any,
) -> None:
    GrantFactory(user=mallory, scope=project, role=CustomRoleFactory(permissions=GIVING))
    role = CustomRoleFactory(name="Given", permissions=allows)

    def give(actor: User | None) -> Any:
        return members.grant(scope=project, user=bob, role=role, actor=actor, now=now)

    if is_given:
        assert give(mallory).role == role
        return
    with pytest.raises(members.RoleTooStrong) as refusal:
        give(mallory)
    beyond = ", ".join(sorted(set(allows) - set(GIVING)))
    assert refusal.value.detail == (f"Given allows more than you may do here yourself: {beyond}.")
    assert not bob.grants.filter(role=role).exists()
    assert give(dave).role == role, "staff may give any"


def test_a_system_role_is_not_given_by_those_who_may_less(
    project: Project, mallory: User, now: datetime
) -> None:
    GrantFactory(user=mallory, scope=project, role=CustomRoleFactory(permissions=GIVING))
    manager = RoleFactory(name=RoleName.PROJECT_MANAGER.value)
    for user in (UserFactory(), mallory):
        with pytest.raises(members.RoleTooStrong):
            members.grant(scope=project, user=user, role=manager, actor=mallory, now=now)


def test_what_somebody_may_elsewhere_does_not_count(
    project: Project, elsewhere: Customer, mallory: User, bob: User, now: datetime
) -> None:
    assert mallory.may(Permission.CREATE_ORDER, elsewhere)
    GrantFactory(user=mallory, scope=project, role=CustomRoleFactory(permissions=GIVING))
    ordering = CustomRoleFactory(permissions=["ORDER.CREATE"])
    with pytest.raises(members.RoleTooStrong):
        members.grant(scope=project, user=bob, role=ordering, actor=mallory, now=now)


def test_a_stronger_role_may_be_shortened_and_taken_but_not_prolonged(
    project: Project, mallory: User, pi: User, now: datetime
) -> None:
    GrantFactory(user=mallory, scope=project, role=CustomRoleFactory(permissions=GIVING))
    held = pi.grants.get(role__name=RoleName.PROJECT_MANAGER)
    ask: dict[str, Any] = {
        "scope": project,
        "user": pi,
        "role": held.role,
        "actor": mallory,
        "now": now,
    }

    members.change(**ask, expiration_time=now + timedelta(days=1))
    with pytest.raises(members.RoleTooStrong):
        members.change(**ask, expiration_time=now + timedelta(days=2))
    members.revoke(**ask)
    assert not pi.grants.filter(access.in_force(), role=held.role).exists()


def test_a_role_that_is_disabled_between_is_not_given(
    project: Project, bob: User, dave: User, now: datetime
) -> None:
    role = CustomRoleFactory(permissions=["PROJECT.VIEW"])
    roles.disable(role.__class__.objects.get(pk=role.pk), actor=dave, now=now)

    assert role.is_active, "as somebody read it before"
    with pytest.raises(members.RoleNotFound), undone():
        members.grant(scope=project, user=bob, role=role, actor=dave, now=now)
    assert not bob.grants.filter(role=role).exists()


def test_everybody_who_holds_a_role_is_told_of_when_it_is_disabled_and_enabled(
    project: Project, bob: User, pi: User, dave: User, now: datetime
) -> None:
    role = CustomRoleFactory(name="Reviewer", permissions=["PROJECT.VIEW"])
    held = [GrantFactory(user=user, scope=project, role=role) for user in (bob, pi)]
    GrantFactory(user=UserFactory(), scope=project, role=role, is_active=False)
    late = now - timedelta(seconds=1)
    GrantFactory(user=UserFactory(), scope=project, role=role, expiration_time=late)

    for _ in range(2):
        roles.disable(role, actor=dave, now=now)
    taken = recorded("grant.revoked")
    assert [event.subject_uuid for event in taken] == [grant.uuid for grant in held]
    assert taken[0].message == (
        "bob is no longer Reviewer (the role was disabled) in Climate model."
    )
    assert (taken[0].project, taken[0].actor) == (project, dave)
    assert not Grant.objects.in_force().filter(role=role).exists()
    assert Grant.objects.filter(role=role, is_active=True).count() == 3, "they keep it for later"

    for _ in range(2):
        roles.enable(role, actor=dave, now=now)
    given_again = recorded("grant.given")
    assert [event.subject_uuid for event in given_again] == [grant.uuid for grant in held]
    assert Grant.objects.in_force().filter(role=role).count() == 2
    assert [len(recorded(f"role.{what}")) for what in ("disabled", "enabled")] == [1, 1]


SCOPES = {
    ScopeType.CUSTOMER: (RoleName.CUSTOMER_OWNER, RoleName.CUSTOMER_READER),
    ScopeType.PROJECT: (RoleName.PROJECT_MANAGER, RoleName.PROJECT_MEMBER),
    ScopeType.OFFERING: (RoleName.OFFERING_MANAGER,),
}


@pytest.fixture
def there(project: Project, offering: Offering, elsewhere: Customer) -> dict[str, Any]:
    """The scopes in which roles are held, with an allocation and its order."""
    resource = ResourceFactory(project=project, offering=offering)
    OrderFactory(resource=resource, project=project, offering=offering)
    return {
        "allocator": project.customer,
        "provider": offering.customer,
        "elsewhere": elsewhere,
        "project": project,
        "offering": offering,
    }


held_roles = st.lists(
    st.tuples(
        st.sampled_from(["allocator", "provider", "elsewhere", "project", "offering"]),
        st.sampled_from(sorted(RoleName)),
    ),
    max_size=4,
    unique=True,
)


@settings(suppress_health_check=SHARED, max_examples=30)
@given(held=held_roles)
def test_a_role_of_the_same_permissions_reaches_and_sees_the_same(
    there: dict[str, Any], held: list[tuple[str, RoleName]]
) -> None:
    with undone():
        person, twin = UserFactory(), UserFactory()
        for where, role in held:
            if role.scope_type is there[where].scope_type:
                for user in (person, twin):
                    GrantFactory(user=user, scope=there[where], role=role)
        take_twin_roles([twin])

        for permission in Permission:
            assert access.reach(person, permission) == access.reach(twin, permission), permission
        for model in (Customer, Project, Offering, Resource, Order):
            seen = [
                list(model.objects.visible_to(user).order_by("pk").values_list("pk", flat=True))
                for user in (person, twin)
            ]
            assert seen[0] == seen[1], model
        theirs = [
            list(Customer.objects.for_api(user).values_list("is_service_provider_manager_only"))
            for user in (person, twin)
        ]
        assert theirs[0] == theirs[1]


@settings(suppress_health_check=SHARED, max_examples=50)
@given(
    allows=st.sets(st.sampled_from(sorted(Permission))),
    asked=st.sampled_from(sorted(Permission)),
)
def test_a_role_of_staffs_reaches_exactly_where_it_allows_something(
    there: dict[str, Any], allows: set[Permission], asked: Permission
) -> None:
    with undone():
        user = UserFactory()
        role = CustomRoleFactory(permissions=sorted(allows))
        GrantFactory(user=user, scope=there["project"], role=role)

        reached = access.reach(user, asked).projects
        found = Grant.objects.filter(access.allowing(asked), user=user)

        assert reached == ({there["project"].pk} if asked in allows else frozenset())
        assert found.exists() == (asked in allows)
        assert set(MATRIX) == set(RoleName)
