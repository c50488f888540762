"""Lists of roles: who has, and had, which one where, and who could be added."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from waldur_api_client.models import BasicUser, CustomerUser, Permission

from identity.models import Event
from identity.roles import RoleName
from identity.services import members
from tests.api.plain import listed
from tests.api.times import iso
from tests.factories.identity import GrantFactory, ProjectFactory, RoleFactory, UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db

AT = "/api/user-permissions/"


def test_who_had_a_role_until_when_and_who_took_it_stays_readable(
    as_user: Callable[[User], APIClient],
    project: Project,
    pi: User,
    alice: User,
    bob: User,
    mallory: User,
    now: datetime,
) -> None:
    cleo, role = UserFactory(username="cleo"), RoleFactory(name=RoleName.PROJECT_MEMBER)
    given = members.grant(scope=project, user=cleo, role=role, actor=pi, now=now)
    client = as_user(bob)
    shown = client.get(f"{AT}{given.uuid}/").json()
    whole = {
        "created": iso(now),
        "created_by_full_name": "Pi Tester",
        "created_by_username": "pi",
        "customer_name": "LUMI Sweden",
        "customer_uuid": project.customer.uuid.hex,
        "expiration_time": None,
        "is_active": True,
        "project_uuid": project.uuid.hex,
        "revoke_reason": "",
        "revoked_by_full_name": None,
        "revoked_by_username": None,
        "role_description": "Project member",
        "role_name": "PROJECT.MEMBER",
        "role_uuid": role.uuid.hex,
        "scope_is_removed": False,
        "scope_name": "Climate model",
        "scope_type": "project",
        "scope_uuid": project.uuid.hex,
        "user_email": "cleo@example.org",
        "user_name": "Cleo Tester",
        "user_slug": cleo.slug,
        "user_username": "cleo",
        "user_uuid": cleo.uuid.hex,
        "uuid": given.uuid.hex,
    }
    assert shown == whole
    assert Permission.from_dict(shown).role_name == "PROJECT.MEMBER"

    members.revoke(scope=project, user=cleo, role=role, actor=alice, now=now)

    ended = {
        **whole,
        "is_active": False,
        "revoke_reason": "revoked",
        "revoked_by_full_name": "Alice Tester",
        "revoked_by_username": "alice",
    }
    query = {"user": cleo.uuid.hex}
    assert client.get(AT, query).json() == []
    assert client.get(AT, {**query, "show_inactive": "true"}).json() == [ended]
    assert client.get(AT, {**query, "is_active": "false"}).json() == [ended]
    assert client.get(AT, {**query, "is_active": "true"}).json() == []
    assert client.get(f"{AT}{given.uuid}/").json() == ended
    assert as_user(mallory).get(AT, {"show_inactive": "true", **query}).json() == []
    assert as_user(mallory).get(f"{AT}{given.uuid}/").status_code == 404


def test_roles_are_found_by_person_role_and_scope(
    as_user: Callable[[User], APIClient], project: Project, alice: User, bob: User, pi: User
) -> None:
    client = as_user(alice)

    def found(**query: Any) -> list[Any]:
        return listed(client, AT, "user_username", o="username", **query)

    assert found() == ["alice", "bob", "pi"]
    assert found(scope_uuid=project.uuid.hex) == ["bob", "pi"]
    assert found(scope_type="customer") == ["alice"]
    assert found(role_name="PROJECT.MANAGER") == ["pi"]
    assert found(username="bob") == found(user=bob.uuid.hex) == ["bob"]
    assert found(customer_uuid="0" * 32) == []


def test_people_of_an_organization_who_could_be_added_to_a_project(
    as_user: Callable[[User], APIClient],
    project: Project,
    alice: User,
    bob: User,
    mallory: User,
    now: datetime,
) -> None:
    other = ProjectFactory(customer=project.customer)
    cleo = UserFactory(username="cleo", native_name="Kleo")
    GrantFactory(user=cleo, scope=other)
    GrantFactory(user=UserFactory(), scope=other, expiration_time=now - timedelta(days=1))
    GrantFactory(user=UserFactory(is_active=False), scope=other)
    here = f"/api/projects/{project.uuid.hex}/other_users/"

    found = as_user(alice).get(here).json()
    assert [person["username"] for person in found] == ["alice", "cleo"]
    assert found[1] == {
        "email": "cleo@example.org",
        "full_name": "Cleo Tester",
        "native_name": "Kleo",
        "url": f"http://testserver/api/users/{cleo.uuid.hex}/",
        "username": "cleo",
        "uuid": cleo.uuid.hex,
    }
    assert BasicUser.from_dict(found[1]).username == "cleo"
    down = {"o": "-concatenated_name"}
    assert listed(as_user(alice), here, "username", **down) == ["cleo", "alice"]
    assert listed(as_user(bob), here, "username") == [], "a member sees no colleagues elsewhere"
    assert as_user(mallory).get(here).status_code == 404


def test_people_of_an_organization_with_their_roles_in_it(
    as_user: Callable[[User], APIClient],
    project: Project,
    allocator: Customer,
    alice: User,
    bob: User,
    pi: User,
    mallory: User,
    elsewhere: Customer,
    now: datetime,
) -> None:
    end = now + timedelta(days=3)
    GrantFactory(user=pi, scope=allocator, role=RoleName.CUSTOMER_READER, expiration_time=end)
    GrantFactory(user=bob, scope=elsewhere, role=RoleName.CUSTOMER_READER)
    here = f"/api/customers/{allocator.uuid.hex}/users/"

    found = as_user(alice).get(here).json()
    assert [(one["username"], one["role_name"]) for one in found] == [
        ("alice", "CUSTOMER.OWNER"),
        ("bob", None),
        ("pi", "CUSTOMER.READER"),
    ]
    assert found[2] == {
        "email": "pi@example.org",
        "expiration_time": iso(end),
        "full_name": "Pi Tester",
        "projects": [
            {
                "name": "Climate model",
                "uuid": project.uuid.hex,
                "url": f"http://testserver/api/projects/{project.uuid.hex}/",
                "role_name": "PROJECT.MANAGER",
                "expiration_time": None,
            }
        ],
        "role_name": "CUSTOMER.READER",
        "url": f"http://testserver/api/users/{pi.uuid.hex}/",
        "username": "pi",
        "uuid": pi.uuid.hex,
    }
    assert isinstance(CustomerUser.from_dict(found[2]).projects, list)
    only = as_user(alice).get(f"{here}?field=role_name&field=email&page_size=1").json()
    assert only == [{"email": "alice@example.org", "role_name": "CUSTOMER.OWNER"}]
    owner, member = {"organization_role": "CUSTOMER.READER"}, {"project_role": "PROJECT.MEMBER"}
    assert listed(as_user(alice), here, "username", **owner) == ["pi"]
    assert listed(as_user(alice), here, "username", **member) == ["bob"]
    assert as_user(mallory).get(here).status_code == 404
    assert as_user(alice).head(here)["X-Result-Count"] == "3"


def test_countries_are_listed_by_code(as_user: Callable[[User], APIClient], bob: User) -> None:
    found = as_user(bob).get("/api/customers/countries/")
    assert {"label": "Åland Islands", "value": "AX"} in found.json()
    assert found["X-Result-Count"] == str(len(found.json())) != "0"


def test_staff_have_the_sites_told_again_who_is_in_a_project(
    as_user: Callable[[User], APIClient], project: Project, dave: User, alice: User
) -> None:
    there = f"/api/projects/{project.uuid.hex}/sync_user_roles/"
    assert as_user(alice).post(there).status_code == 403
    answer = as_user(dave).post(there)
    assert (answer.status_code, answer.content) == (200, b"")
    assert Event.objects.get(kind="project.sync_requested").project == project
