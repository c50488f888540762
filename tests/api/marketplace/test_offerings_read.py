"""Offerings as providers and as everybody see them: whole bodies, secrets, filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.roles import RoleName
from tests.api.marketplace.offering_bodies import HOST, common
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import GrantFactory, OrganizationGroupFactory
from tests.factories.marketplace import (
    ConsentFactory,
    OfferingFactory,
    OrderFactory,
    ResourceFactory,
    ServiceProviderFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

OWN = "/api/marketplace-provider-offerings/"
PUBLIC = "/api/marketplace-public-offerings/"


@pytest.fixture
def used(offering: Offering, project: Project) -> Offering:
    """One allocation of the offering, and what its provider has set."""
    OrderFactory(resource=ResourceFactory(offering=offering, project=project, cost="105.5"))
    ServiceProviderFactory(
        customer=offering.customer, account_options={"homedir_prefix": "/users/"}
    )
    offering.plugin_options = {"can_restore_resource": True, "made_up": [1]}
    offering.secret_options = {"token": "secret"}
    offering.service_attributes = {"quota": 5}
    offering.backend_id_rules = {"format": {"regex": "hpc-.*"}}
    offering.save()
    return offering


def test_a_provider_sees_its_offering_whole(
    used: Offering, carol: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(carol)
    body = client.get(f"{OWN}{used.uuid}/").json()
    (plan,) = body.pop("plans")
    assert body == {
        **common(used),
        "backend_id_rules": {"format": {"regex": "hpc-.*"}},
        "integration_status": [],
        "can_update_integration": True,
        "can_update_options": True,
        "secret_options": {"token": "secret"},
        "service_attributes": {"quota": 5},
        "url": f"{HOST}{OWN}{used.uuid.hex}/",
    }
    assert plan["url"] == f"{HOST}/api/marketplace-plans/{plan['uuid']}/"
    assert (plan["name"], plan["resources_count"]) == ("Standard", 1)
    assert client.get(OWN).json() == [{**body, "plans": [plan]}]


def test_everybody_sees_a_listed_offering_without_its_secrets(
    used: Offering, anonymous: APIClient
) -> None:
    body = anonymous.get(f"{PUBLIC}{used.uuid}/").json()
    (plan,) = body.pop("plans")
    shown = common(used)
    for key in ("backend_id", "backend_metadata", "order_count"):
        del shown[key]
    assert body == {
        **shown,
        "total_cost_estimated": None,
        "total_customers": None,
        "can_update_integration": False,
        "can_update_options": False,
        "is_accessible": True,
        "promotion_campaigns": [],
        "url": f"{HOST}{PUBLIC}{used.uuid.hex}/",
        "user_has_consent": False,
        "user_has_offering_user": False,
    }
    assert plan["url"] == f"{HOST}{PUBLIC}{used.uuid.hex}/plans/{plan['uuid']}/"
    assert anonymous.get(PUBLIC).json() == [{**body, "plans": [plan]}]


def test_the_catalogue_says_what_the_caller_has_to_do_with_an_offering(
    used: Offering, bob: User, as_user: Callable[[User], APIClient]
) -> None:
    asked = {"field": ["user_has_consent", "user_has_offering_user"]}
    client = as_user(bob)
    ConsentFactory(offering=used, user=bob)
    OfferingUserFactory(offering=used)
    assert client.get(f"{PUBLIC}{used.uuid}/", asked).json() == {
        "user_has_consent": True,
        "user_has_offering_user": False,
    }
    OfferingUserFactory(offering=used, user=bob)
    assert client.get(f"{PUBLIC}{used.uuid}/", asked).json()["user_has_offering_user"] is True


def test_secrets_are_for_those_who_may_change_the_offering(
    used: Offering, provider: Customer, sam: User, as_user: Callable[[User], APIClient]
) -> None:
    manager = GrantFactory(role=RoleName.CUSTOMER_MANAGER, scope=provider).user
    olga = GrantFactory(role=RoleName.OFFERING_MANAGER, scope=used).user
    asked = {"field": ["secret_options", "service_attributes", "can_update_integration"]}
    for user, may in ((manager, False), (sam, False), (olga, True)):
        body = as_user(user).get(f"{OWN}{used.uuid}/", asked).json()
        secrets = {"secret_options": {"token": "secret"}, "service_attributes": {"quota": 5}}
        assert body == {"can_update_integration": may, **(secrets if may else {})}


@pytest.mark.parametrize(
    ("state", "listed"),
    [
        ("Active", True),
        ("Paused", True),
        ("Draft", False),
        ("Archived", False),
        ("Unavailable", False),
    ],
)
def test_the_catalogue_lists_what_is_active_or_paused(
    state: str, listed: bool, provider: Customer, carol: User, as_user: Callable[[User], APIClient]
) -> None:
    offering = OfferingFactory(customer=provider, state=state)
    client = as_user(carol)
    assert [row["state"] for row in client.get(OWN).json()] == [state]
    assert len(client.get(PUBLIC).json()) == int(listed)
    response = client.get(f"{PUBLIC}{offering.uuid.hex}/")
    assert response.status_code == (200 if listed else 404)
    if not listed:
        assert response.json() == {"detail": "No Offering matches the given query."}


def test_what_is_not_shared_is_listed_for_its_own_organisation(
    provider: Customer,
    carol: User,
    alice: User,
    anonymous: APIClient,
    as_user: Callable[[User], APIClient],
) -> None:
    OfferingFactory(customer=provider, shared=False)
    lengths = [len(c.get(PUBLIC).json()) for c in (anonymous, as_user(alice), as_user(carol))]
    assert lengths == [0, 0, 1]


def test_what_is_open_to_groups_is_listed_for_their_organisations_and_its_own(
    provider: Customer,
    allocator: Customer,
    carol: User,
    bob: User,
    mallory: User,
    sam: User,
    anonymous: APIClient,
    as_user: Callable[[User], APIClient],
) -> None:
    group = OrganizationGroupFactory()
    group.customers.add(allocator)
    OfferingFactory(customer=provider).organization_groups.add(group)
    clients = (anonymous, as_user(mallory), as_user(bob), as_user(carol), as_user(sam))
    assert [len(client.get(PUBLIC).json()) for client in clients] == [0, 0, 1, 1, 1]


def test_consumers_provide_nothing(
    offering: Offering, alice: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(alice)
    assert client.get(OWN).json() == []
    response = client.get(f"{OWN}{offering.uuid.hex}/")
    assert response.status_code == 404
    assert response.json() == {"detail": "No Offering matches the given query."}


class TestBelow:
    @pytest.fixture
    def here(self, used: Offering) -> str:
        return f"{OWN}{used.uuid.hex}/"

    def test_whom_it_serves(
        self,
        here: str,
        allocator: Customer,
        project: Project,
        bob: User,
        carol: User,
        as_user: Callable[[User], APIClient],
    ) -> None:
        client = as_user(carol)
        assert client.get(f"{here}customers/").json() == [
            {
                "abbreviation": "SWE",
                "email": "",
                "name": "LUMI Sweden",
                "phone_number": "",
                "slug": allocator.slug,
                "uuid": allocator.uuid.hex,
            }
        ]
        assert client.get(f"{here}customers/", {"state": "Draft"}).json() == []
        assert len(client.get(f"{here}customers/", {"name": "lumi"}).json()) == 1
        projects = client.get(f"{here}list_customer_projects/", {"field": "uuid"})
        assert projects.json() == [{"uuid": project.uuid.hex}]
        (person,) = client.get(f"{here}list_customer_users/").json()
        assert (person["uuid"], person["email"]) == (bob.uuid.hex, "bob@example.org")
        assert "civil_number" not in person

    def test_its_orders(
        self, here: str, used: Offering, carol: User, as_user: Callable[[User], APIClient]
    ) -> None:
        client, order = as_user(carol), used.orders.get()
        other = OrderFactory()
        rows = client.get(f"{here}orders/").json()
        assert [row["uuid"] for row in rows] == [order.uuid.hex]
        assert client.get(f"{here}orders/{order.uuid}/").json() == rows[0]
        for uuid in (other.uuid.hex, "nonsense"):
            response = client.get(f"{here}orders/{uuid}/")
            assert response.status_code == 404
            assert response.json() == {"detail": "No Order matches the given query."}

    @pytest.mark.parametrize(
        ("asked", "verdict"),
        [
            ({"backend_id": "hpc-9"}, {"is_unique": True}),
            (
                {"backend_id": "hpc-1"},
                {"is_unique": False, "errors": ["Backend ID hpc-1 is already in use."]},
            ),
            ({"backend_id": "hpc-2"}, {"is_unique": True}),
            (
                {"backend_id": "hpc-2", "check_all_offerings": True},
                {"is_unique": False, "errors": ["Backend ID hpc-2 is already in use."]},
            ),
            (
                {"backend_id": "hpc-9", "use_offering_rules": True},
                {"is_unique": True, "is_valid_format": True},
            ),
            (
                {"backend_id": "9", "use_offering_rules": True},
                {
                    "is_unique": True,
                    "is_valid_format": False,
                    "errors": ["Backend ID 9 does not match the required format."],
                },
            ),
        ],
    )
    def test_whether_a_name_at_the_site_can_be_had(
        self,
        asked: dict[str, Any],
        verdict: dict[str, Any],
        here: str,
        used: Offering,
        carol: User,
        as_user: Callable[[User], APIClient],
    ) -> None:
        ResourceFactory(offering=used, backend_id="hpc-1", state="Terminated")
        other = OfferingFactory(customer=used.customer)
        ResourceFactory(offering=other, backend_id="hpc-2", plan=None)
        response = as_user(carol).post(f"{here}check_unique_backend_id/", asked, format="json")
        assert response.json() == {"errors": [], "is_valid_format": None, **verdict}

    @pytest.mark.parametrize("rules", [{}, {"format": 5}, {"format": {"regex": "("}}])
    def test_rules_that_say_nothing_ask_nothing(
        self,
        rules: dict[str, Any],
        here: str,
        used: Offering,
        carol: User,
        as_user: Callable[[User], APIClient],
    ) -> None:
        used.backend_id_rules = rules
        used.save()
        asked = {"backend_id": "9", "use_offering_rules": True}
        response = as_user(carol).post(f"{here}check_unique_backend_id/", asked, format="json")
        assert response.json() == {"errors": [], "is_unique": True, "is_valid_format": None}
