"""From where the programs of an allocator may call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rest_framework.test import APIClient

from identity.roles import RoleName
from identity.services import organisations
from tests.factories.identity import GrantFactory, TokenFactory, UserFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User
    from tests.cases import Case

pytestmark = pytest.mark.django_db

SECRET = "6" * 40
NETWORKS = "192.0.2.0/24, 2001:db8::/32"
BY_OWNER, BY_PROJECT = RoleName.CUSTOMER_OWNER, RoleName.PROJECT_MANAGER


def test_a_program_of_an_allocator_calls_from_its_networks_only(
    allocator: Customer, project: Project, provider: Customer, dave: User, now: datetime, case: Case
) -> None:
    wanted = {"access_subnets": NETWORKS}
    for customer in (allocator, provider):
        organisations.update(customer, actor=dave, now=now, wanted=wanted)
    for role, scope, is_machine, address, status in (
        (BY_OWNER, allocator, True, "192.0.2.7", 200),
        (BY_OWNER, allocator, True, "::ffff:192.0.2.7", 200),
        (BY_OWNER, allocator, True, "2001:db8::7", 200),
        (BY_OWNER, allocator, True, "198.51.100.7", 403),
        (BY_OWNER, allocator, True, "", 403),
        (BY_PROJECT, project, True, "198.51.100.7", 403),
        (BY_OWNER, allocator, False, "198.51.100.7", 200),
        (BY_OWNER, provider, True, "198.51.100.7", 200),
    ):
        with case(scope=scope, is_machine=is_machine, address=address):
            program = UserFactory(username="portal", is_machine=is_machine)
            GrantFactory(user=program, scope=scope, role=role)
            TokenFactory(user=program, plaintext=SECRET)
            client = APIClient(HTTP_AUTHORIZATION=f"Token {SECRET}", REMOTE_ADDR=address)
            answer = client.get("/api/projects/")
            assert answer.status_code == status
            if status == 403:
                where = address or "where this came from"
                assert answer.json() == {
                    "detail": f"Programs of LUMI Sweden may not call from {where}: the networks"
                    " from which they may are in the record of the allocator."
                }


def test_what_is_no_network_is_refused(allocator: Customer, dave: User, now: datetime) -> None:
    wanted = {"access_subnets": "192.0.2.0/24, the office"}
    with pytest.raises(organisations.BadNetworks, match="Neither a network nor an address: the"):
        organisations.update(allocator, actor=dave, now=now, wanted=wanted)
