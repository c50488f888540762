"""The people whom tables of role by endpoint ask on behalf of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.roles import RoleName
from tests.factories.identity import GrantFactory, UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from marketplace.models import Offering


@pytest.fixture
def both_sides(
    mallory: User,
    carol: User,
    bob: User,
    pi: User,
    alice: User,
    sam: User,
    dave: User,
    project: Project,
    allocator: Customer,
    offering: Offering,
) -> dict[str, User]:
    """Return by name those of `tables.BOTH_SIDES` who are logged in."""
    admin, reader, olga = (UserFactory(username=name) for name in ("admin", "reader", "olga"))
    GrantFactory(user=admin, scope=project, role=RoleName.PROJECT_ADMIN)
    GrantFactory(user=reader, scope=allocator, role=RoleName.CUSTOMER_READER)
    GrantFactory(user=olga, scope=offering, role=RoleName.OFFERING_MANAGER)
    everybody = (mallory, reader, bob, admin, pi, alice, olga, carol, sam, dave)
    return {user.username: user for user in everybody}


@pytest.fixture
def consumer_side(
    mallory: User,
    carol: User,
    bob: User,
    pi: User,
    alice: User,
    sam: User,
    dave: User,
    allocator: Customer,
) -> dict[str, User]:
    """Return by name those of `tables.CONSUMER_SIDE` who are logged in."""
    reader = UserFactory(username="reader")
    GrantFactory(user=reader, scope=allocator, role=RoleName.CUSTOMER_READER)
    everybody = (mallory, carol, bob, pi, reader, alice, sam, dave)
    return {user.username: user for user in everybody}


@pytest.fixture
def clients_of(
    anonymous: APIClient, as_user: Callable[[User], APIClient]
) -> Callable[[Mapping[str, User]], dict[str, APIClient]]:
    """Return a maker of clients by name, the anonymous included."""

    def make(people: Mapping[str, User]) -> dict[str, APIClient]:
        return {"anonymous": anonymous, **{name: as_user(user) for name, user in people.items()}}

    return make
