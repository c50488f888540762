"""Roles that are concealed from an organization: who sees and keeps them, and what is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.api.role_concealments import CustomerRoleConcealmentViewSet
from identity.roles import RoleName
from tests.api.plain import listed
from tests.api.tables import CONSUMER_SIDE, asker, body_by_end, check_all, read, untested
from tests.factories.identity import RoleFactory, UserFactory, take_twin_roles
from tests.factories.reviews import RoleConcealmentFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, Role, RoleConcealment, User
    from tests.cases import Case

pytestmark = pytest.mark.django_db

AT = "/api/customer-role-concealments/"
ROLES = "/api/roles/"

TABLE = """
GET    /api/customer-role-concealments/          200 -++++++++
POST   /api/customer-role-concealments/          201 -xxxxxxx+
GET    /api/customer-role-concealments/{hidden}/ 200 -?????+++
DELETE /api/customer-role-concealments/{hidden}/ 204 -xxxxxxx+
"""

LINES = read(TABLE, below="")


@pytest.fixture
def member() -> Role:
    role: Role = RoleFactory(name=RoleName.PROJECT_MEMBER.value)
    return role


@pytest.fixture
def hidden(allocator: Customer, member: Role) -> RoleConcealment:
    row: RoleConcealment = RoleConcealmentFactory(customer=allocator, role=member)
    return row


def body(customer: Customer, role: Role) -> dict[str, str]:
    return {"customer": customer.uuid.hex, "role": role.uuid.hex}


def both(refusal: str) -> dict[str, list[str]]:
    return {key: [refusal] for key in ("customer", "role")}


@pytest.mark.parametrize("twins", [False, True])
def test_the_table(
    consumer_side: dict[str, User],
    hidden: RoleConcealment,
    allocator: Customer,
    clients_of: Callable[..., dict[str, APIClient]],
    case: Case,
    *,
    twins: bool,
) -> None:
    """The outsider, the provider's owner, member, PI, reader and owner, support and staff."""
    if twins:
        take_twin_roles(consumer_side.values())
    other = RoleFactory(name=RoleName.PROJECT_ADMIN.value)
    bodies = {"concealments/": body(allocator, other)}
    named = {"hidden": hidden.uuid.hex}
    send = asker(clients_of(consumer_side), named, lambda path: body_by_end(bodies, path))
    check_all(LINES, CONSUMER_SIDE, send, case)


def test_every_action_is_in_the_table() -> None:
    assert untested(LINES, CustomerRoleConcealmentViewSet) == set()


def test_who_gives_no_roles_in_the_organization_is_listed_nothing(
    consumer_side: dict[str, User],
    hidden: RoleConcealment,
    as_user: Callable[[User], APIClient],
    case: Case,
) -> None:
    for name, user in consumer_side.items():
        with case(who=name):
            seen = [hidden.uuid.hex] if name in {"alice", "sam", "dave"} else []
            assert listed(as_user(user), AT, "uuid") == seen


def test_staff_conceal_a_role_once_and_take_that_back(
    dave: User,
    alice: User,
    allocator: Customer,
    elsewhere: Customer,
    member: Role,
    as_user: Callable[[User], APIClient],
) -> None:
    client = as_user(dave)
    made = client.post(AT, body(allocator, member), format="json")
    assert made.status_code == 201, made.content
    uuid = made.json()["uuid"]
    assert made.json() == {
        "uuid": uuid,
        "customer_uuid": allocator.uuid.hex,
        "customer_name": allocator.name,
        "role": member.uuid.hex,
        "role_name": "PROJECT.MEMBER",
    }
    for reader in (client, as_user(alice)):
        assert reader.get(AT).json() == [made.json()]
        assert reader.get(f"{AT}{uuid}/").json() == made.json()

    for sent, refusal in (
        (
            body(allocator, member),
            {"role": ["This role is concealed in this organization already."]},
        ),
        ({}, both("This field is required.")),
        (
            {"customer": "x", "role": "y"},
            both("Must be a valid UUID."),
        ),
        (
            {"customer": member.uuid.hex, "role": allocator.uuid.hex},
            both("Object does not exist."),
        ),
    ):
        answer = client.post(AT, sent, format="json")
        assert (answer.status_code, answer.json()) == (400, refusal)

    other = client.post(AT, body(elsewhere, member), format="json").json()["uuid"]
    assert listed(client, AT, "uuid", scope_uuid=elsewhere.uuid.hex) == [other]
    assert listed(client, AT, "uuid", role_uuid=member.uuid.hex) == [uuid, other]
    assert listed(client, AT, "uuid", role_uuid=RoleName.PROJECT_ADMIN.uuid.hex) == []

    assert client.delete(f"{AT}{uuid}/").status_code == 204
    assert client.delete(f"{AT}{uuid}/").status_code == 404
    assert listed(client, AT, "uuid") == [other]


def test_a_concealed_role_is_not_listed_for_its_organization_unless_asked_for(
    hidden: RoleConcealment,
    consumer_side: dict[str, User],
    allocator: Customer,
    provider: Customer,
    anonymous: APIClient,
    as_user: Callable[[User], APIClient],
    case: Case,
) -> None:
    """Who does not see the organization is not told what is concealed from it."""

    def found(client: APIClient, **query: Any) -> set[str]:
        return set(listed(client, ROLES, "name", **query))

    everything = {role.value for role in RoleName}
    here, there = allocator.uuid.hex, provider.uuid.hex
    for name in ("bob", "pi", "reader", "alice", "sam", "dave"):
        with case(who=name):
            client = as_user(consumer_side[name])
            offered = everything - {"PROJECT.MEMBER"}
            assert found(client, available_for_customer=here) == offered
            assert found(client, available_for_customer=here, include_concealed=False) == offered
            asked = {"available_for_customer": here, "include_concealed": True}
            assert found(client, **asked) == everything
            assert found(client, available_for_customer=there) == everything
            assert found(client) == everything
    for outsider in (anonymous, as_user(consumer_side["mallory"]), as_user(consumer_side["carol"])):
        assert found(outsider, available_for_customer=here) == everything


def test_a_role_that_is_concealed_is_not_given_by_the_api(
    hidden: RoleConcealment,
    allocator: Customer,
    project: Project,
    alice: User,
    dave: User,
    as_user: Callable[[User], APIClient],
) -> None:
    somebody = UserFactory()
    sent = {"user": somebody.uuid.hex, "role": "PROJECT.MEMBER"}
    url = f"/api/projects/{project.uuid.hex}/add_user/"
    refused = as_user(alice).post(url, sent, format="json")
    assert (refused.status_code, refused.json()) == (
        409,
        {"detail": f"PROJECT.MEMBER is concealed in {allocator.name}: staff alone give it there."},
    )
    assert as_user(dave).post(url, sent, format="json").status_code == 201
