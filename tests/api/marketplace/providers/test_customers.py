"""Whom a provider serves: their organisations, projects, people, keys and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from identity.roles import RoleName
from marketplace.models import Offering, Order
from tests.api.marketplace.providers.conftest import HOST
from tests.api.times import iso
from tests.factories.identity import GrantFactory, ProjectFactory, SshKeyFactory, UserFactory
from tests.factories.marketplace import (
    ConsentFactory,
    HpcOfferingFactory,
    OfferingFactory,
    OrderFactory,
    ResourceFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from marketplace.models import ServiceProvider

pytestmark = pytest.mark.django_db


class TestProviderCustomers:
    """Two projects hold allocations of CSC, one ended one, one only of somebody else."""

    @pytest.fixture(autouse=True)
    def _allocations(
        self, provider: Customer, project: Project, allocator: Customer, bob: User, pi: User
    ) -> None:
        offering = HpcOfferingFactory(customer=provider, name="LUMI-C")
        ResourceFactory(offering=offering, project=project)
        ResourceFactory(offering=offering, project=project)
        second = ProjectFactory(customer=allocator, name="Zebrafish")
        ResourceFactory(offering=offering, project=second)
        GrantFactory(user=bob, scope=second, role=RoleName.PROJECT_MEMBER)
        GrantFactory(
            user=UserFactory(username="former"),
            scope=project,
            role=RoleName.PROJECT_MEMBER,
            is_active=False,
        )
        ended = ProjectFactory(name="Ended")
        ResourceFactory(offering=offering, project=ended, state="Terminated")
        elsewhere = ProjectFactory(name="Elsewhere")
        ResourceFactory(project=elsewhere)
        for scope in (ended, elsewhere):
            GrantFactory(user=UserFactory(), scope=scope, role=RoleName.PROJECT_MEMBER)

    def test_the_organisations_are_shown_with_what_they_hold(
        self,
        here: str,
        allocator: Customer,
        project: Project,
        bob: User,
        pi: User,
        carol: User,
        as_user: Callable[[User], APIClient],
    ) -> None:
        client = as_user(carol)
        body = client.get(f"{here}customers/").json()
        second = allocator.projects.get(name="Zebrafish")
        assert body == [
            {
                "abbreviation": "SWE",
                "email": "",
                "name": "LUMI Sweden",
                "payment_profiles": [],
                "phone_number": "",
                "projects": [
                    {"name": "Climate model", "uuid": project.uuid.hex},
                    {"name": "Zebrafish", "uuid": second.uuid.hex},
                ],
                "projects_count": 2,
                "slug": allocator.slug,
                "users": [
                    {
                        "email": "bob@example.org",
                        "full_name": "Bob Tester",
                        "uuid": bob.uuid.hex,
                    },
                    {"email": "pi@example.org", "full_name": "Pi Tester", "uuid": pi.uuid.hex},
                ],
                "users_count": 2,
                "uuid": allocator.uuid.hex,
            }
        ]
        of_bob = client.get(f"{here}user_customers/", {"user_uuid": bob.uuid.hex})
        assert of_bob.json() == body
        of_carol = client.get(f"{here}user_customers/", {"user_uuid": carol.uuid.hex})
        assert of_carol.json() == []

    def test_the_projects_are_shown(
        self,
        here: str,
        allocator: Customer,
        project: Project,
        carol: User,
        as_user: Callable[[User], APIClient],
    ) -> None:
        client = as_user(carol)
        rows = client.get(
            f"{here}customer_projects/", {"project_customer_uuid": str(allocator.uuid)}
        ).json()
        assert rows[0] == {
            "description": "",
            "end_date": None,
            "name": "Climate model",
            "resources_count": 2,
            "users_count": 2,
            "uuid": project.uuid.hex,
        }
        assert [row["name"] for row in rows] == ["Climate model", "Zebrafish"]
        full = client.get(f"{here}projects/", {"field": ["name", "customer_name"]}).json()
        assert full == [
            {"customer_name": "LUMI Sweden", "name": "Climate model"},
            {"customer_name": "LUMI Sweden", "name": "Zebrafish"},
        ]
        found = client.get(f"{here}projects/", {"query": project.uuid.hex, "field": "name"})
        assert found.json() == [{"name": "Climate model"}]

    def test_the_people_are_shown_without_what_is_only_theirs(
        self, here: str, bob: User, carol: User, as_user: Callable[[User], APIClient]
    ) -> None:
        bob.civil_number, bob.gender, bob.nationality = "123", "male", "FI"
        bob.save()
        rows = as_user(carol).get(f"{here}users/").json()
        assert [row["username"] for row in rows] == ["bob", "pi"]
        assert rows[0] == {
            **{key: [] for key in ("active_isds", "affiliations", "eduperson_assurance")},
            "email": "bob@example.org",
            "first_name": "Bob",
            "full_name": "Bob Tester",
            "is_active": True,
            "last_name": "Tester",
            "projects_count": 2,
            "username": "bob",
            "uuid": bob.uuid.hex,
        }

    def test_who_has_not_agreed_to_the_terms_is_a_user_name(
        self, here: str, bob: User, pi: User, carol: User, as_user: Callable[[User], APIClient]
    ) -> None:
        SshKeyFactory(user=bob)
        for offering in Offering.objects.all():
            TermsOfServiceFactory(offering=offering)
            ConsentFactory(offering=offering, user=pi)
        client = as_user(carol)
        rows = client.get(f"{here}users/").json()
        assert [row.get("email") for row in rows] == [None, "pi@example.org"]
        assert rows[0] == {
            **{key: [] for key in ("active_isds", "affiliations", "eduperson_assurance")},
            "is_active": True,
            "projects_count": 2,
            "username": "bob",
            "uuid": bob.uuid.hex,
        }
        assert client.get(f"{here}keys/").json() == []
        assert client.get(f"{here}users/", {"email": "bob@"}).json() == []
        (customer,) = client.get(f"{here}customers/").json()
        assert {person["email"] for person in customer["users"]} == {"", "pi@example.org"}

    def test_the_keys_are_those_of_the_people(
        self, here: str, bob: User, carol: User, as_user: Callable[[User], APIClient]
    ) -> None:
        key = SshKeyFactory(user=bob)
        SshKeyFactory(user=carol)
        rows = as_user(carol).get(f"{here}keys/", {"field": ["uuid", "user_uuid"]}).json()
        assert rows == [{"user_uuid": bob.uuid.hex, "uuid": key.uuid.hex}]

    def test_the_roles_are_shown_with_those_that_ended(
        self,
        here: str,
        project: Project,
        allocator: Customer,
        pi: User,
        carol: User,
        as_user: Callable[[User], APIClient],
    ) -> None:
        client = as_user(carol)
        at = f"{here}project_permissions/"
        held = client.get(at, {"is_active": "true", "o": "-username"}).json()
        assert [row["user_username"] for row in held] == ["pi", "bob", "bob"]
        grant = pi.grants.get()
        assert held[0] == {
            "created": iso(grant.created),
            "created_by": None,
            "created_by_full_name": None,
            "created_by_username": None,
            "customer_name": "LUMI Sweden",
            "customer_uuid": allocator.uuid.hex,
            "expiration_time": None,
            "project": f"{HOST}/api/projects/{project.uuid.hex}/",
            "project_created": iso(project.created),
            "project_name": "Climate model",
            "project_uuid": project.uuid.hex,
            "role": "PROJECT.MANAGER",
            "role_name": "PROJECT.MANAGER",
            "user": f"{HOST}/api/users/{pi.uuid.hex}/",
            "user_full_name": "Pi Tester",
            "user_username": "pi",
            "user_uuid": pi.uuid.hex,
        }
        ended = client.get(at, {"is_active": "false", "field": "user_username"}).json()
        assert ended == [{"user_username": "former"}]
        for query in (
            {"username": "pi"},
            {"full_name": "pi tes"},
            {"role_name": "PROJECT.MANAGER"},
            {"user": pi.uuid.hex},
            {"user_url": f"{HOST}/api/users/{pi.uuid.hex}/"},
        ):
            rows = client.get(at, {**query, "field": "user_username"}).json()
            assert rows == [{"user_username": "pi"}], query

    def test_the_offerings_are_shown_in_any_state(
        self, here: str, provider: Customer, carol: User, as_user: Callable[[User], APIClient]
    ) -> None:
        OfferingFactory(customer=provider, name="Draft", state="Draft")
        rows = as_user(carol).get(f"{here}offerings/").json()
        assert [(row["name"], row["state"]) for row in rows] == [
            ("Draft", "Draft"),
            ("LUMI-C", "Active"),
        ]
        offering = provider.offerings.get(name="LUMI-C")
        shown = {
            name: value for name, value in rows[1].items() if name not in {"components", "plans"}
        }
        assert shown == {
            "category_title": offering.category.title,
            "customer_uuid": provider.uuid.hex,
            "name": "LUMI-C",
            "options": {"options": {}, "order": []},
            "resource_options": {"options": {}, "order": []},
            "resources_count": 3,
            "secret_options": {},
            "service_provider_can_create_offering_user": False,
            "slug": offering.slug,
            "state": "Active",
            "type": "Marketplace.Slurm",
            "uuid": offering.uuid.hex,
        }

    def test_a_manager_of_one_offering_sees_whom_that_one_serves(
        self, here: str, provider: Customer, as_user: Callable[[User], APIClient]
    ) -> None:
        quiet: Offering = OfferingFactory(customer=provider)
        olga = GrantFactory(role=RoleName.OFFERING_MANAGER, scope=quiet).user
        client = as_user(olga)
        assert client.get(f"{here}customers/").json() == []
        assert client.get(f"{here}users/").json() == []
        rows = client.get(f"{here}offerings/", {"field": "uuid"}).json()
        assert rows == [{"uuid": quiet.uuid.hex}]


def test_a_waiting_order_shows_the_provider_no_keys_and_no_addresses(
    registered: ServiceProvider,
    here: str,
    offering: Offering,
    project: Project,
    bob: User,
    alice: User,
    as_user: Callable[[User], APIClient],
    carol: User,
) -> None:
    resource = ResourceFactory(project=project, offering=offering, state="Creating")
    order = OrderFactory(resource=resource, state="pending-provider", created_by=alice)
    SshKeyFactory(user=bob)
    carols, alices = as_user(carol), as_user(alice)
    lists = [f"{here}{noun}/" for noun in ("keys", "users", "customers", "projects")] + [
        f"{here}project_permissions/",
        f"/api/marketplace-provider-offerings/{offering.uuid.hex}/list_customer_users/",
        f"/api/marketplace-provider-offerings/{offering.uuid.hex}/customers/",
    ]
    of_order = f"/api/marketplace-orders/{order.uuid.hex}/"
    of_team = f"/api/marketplace-provider-resources/{resource.uuid.hex}/team/"

    assert {url: carols.get(url).json() for url in lists} == {url: [] for url in lists}
    assert carols.get(of_order).json()["created_by_email"] is None
    assert {row["email"] for row in carols.get(of_team).json()} == {""}
    assert alices.get(of_order).json()["created_by_email"] == "alice@example.org"

    Order.objects.update(state="executing")

    assert [url for url in lists if carols.get(url).json() == []] == []
    assert carols.get(of_order).json()["created_by_email"] == "alice@example.org"
    assert "bob@example.org" in {row["email"] for row in carols.get(of_team).json()}
