from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.models import Role, User
from identity.permissions import MATRIX
from identity.roles import RoleName
from tests.cases import each

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db

AT = "/api/roles/"


def test_everybody_reads_what_a_role_allows_and_staff_how_many_hold_it(
    as_user: Callable[[User], APIClient], bob: User, pi: User, dave: User
) -> None:
    name = RoleName.PROJECT_MEMBER
    shown = as_user(bob).get(f"{AT}{name.uuid.hex}/").json()

    assert shown == {
        "uuid": name.uuid.hex,
        "name": "PROJECT.MEMBER",
        "content_type": "project",
        "description": "Project member",
        "description_en": "Project member",
        "is_active": True,
        "is_system_role": True,
        "permissions": sorted(MATRIX[name]),
    }
    by_staff = as_user(dave).get(f"{AT}{name.uuid}/").json()
    assert by_staff == {**shown, "users_count": 1}


def test_a_role_that_the_policy_does_not_know_allows_nothing(
    as_user: Callable[[User], APIClient], bob: User
) -> None:
    role = Role.objects.create(name="PROJECT.GHOST", content_type="project")

    assert as_user(bob).get(f"{AT}{role.uuid}/").json()["permissions"] == []


@each(
    ("query", "found"),
    [
        ("", sorted(RoleName)),
        ("name=owner", ["CUSTOMER.OWNER"]),
        ("content_type=offering", ["OFFERING.MANAGER"]),
        ("content_type=call", []),
        ("description=(PI)", ["PROJECT.MANAGER"]),
        ("query=reader", ["CUSTOMER.READER"]),
        (f"query={RoleName.PROJECT_ADMIN.uuid}", ["PROJECT.ADMIN"]),
        ("is_active=false", []),
        ("is_system_role=true&o=-name", sorted(RoleName, reverse=True)),
        ("include_concealed=true", sorted(RoleName)),
        ("available_for_customer=00000000000000000000000000000000", sorted(RoleName)),
        ("o=-users_count&page_size=1", ["PROJECT.MEMBER"]),
        ("o=origin&page_size=1", ["CUSTOMER.OWNER"]),
        ("o=scope,-name&page_size=1", ["CUSTOMER.SUPPORT"]),
    ],
)
def test_every_filter_finds_what_it_names(
    as_user: Callable[[User], APIClient], dave: User, bob: User, query: str, found: Any
) -> None:
    answer = as_user(dave).get(f"{AT}?field=name&{query}")

    assert answer.json() == [{"name": str(name)} for name in found]


def test_roles_are_not_made_by_clients(as_user: Callable[[User], APIClient], dave: User) -> None:
    assert as_user(dave).post(AT, {"name": "X"}).status_code == 405
    assert as_user(dave).delete(f"{AT}{RoleName.PROJECT_MEMBER.uuid}/").status_code == 405
