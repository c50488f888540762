"""`/api/marketplace-service-providers/`: whole bodies, registration and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.roles import RoleName
from tests.api.marketplace.providers.conftest import AT, HOST
from tests.api.times import iso
from tests.factories.identity import CustomerFactory, GrantFactory, OrganizationGroupFactory
from tests.factories.marketplace import OfferingFactory, ServiceProviderFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, User
    from marketplace.models import ServiceProvider

pytestmark = pytest.mark.django_db


def test_a_provider_is_shown_whole_to_everybody(
    registered: ServiceProvider, provider: Customer, anonymous: APIClient
) -> None:
    group = OrganizationGroupFactory(name="Finland")
    group.customers.add(provider)
    for state in ("Active", "Paused", "Draft"):
        OfferingFactory(customer=provider, state=state)

    body = anonymous.get(f"{AT}{registered.uuid}/").json()

    assert body == {
        "account_options": {},
        "allowed_domains": [],
        "created": iso(registered.created),
        "customer": f"{HOST}/api/customers/{provider.uuid.hex}/",
        "customer_abbreviation": "CSC",
        "customer_country": "",
        "customer_name": "CSC",
        "customer_native_name": "",
        "customer_slug": provider.slug,
        "customer_uuid": provider.uuid.hex,
        "description": "HPC centre",
        "enable_notifications": True,
        "offering_count": 2,
        "organization_groups": [
            {
                "customers_count": 1,
                "name": "Finland",
                "parent": None,
                "url": f"{HOST}/api/organization-groups/{group.uuid.hex}/",
                "uuid": group.uuid.hex,
            }
        ],
        "url": f"{HOST}{AT}{registered.uuid.hex}/",
        "uuid": registered.uuid.hex,
    }
    assert anonymous.get(AT).json() == [body]


def test_providers_are_found_by_their_organisation(
    registered: ServiceProvider, provider: Customer, anonymous: APIClient
) -> None:
    ServiceProviderFactory(customer__name="BSC")

    def names(**query: Any) -> list[str]:
        return [row["customer_name"] for row in anonymous.get(AT, query).json()]

    assert names() == ["BSC", "CSC"]
    assert names(o="-customer_name") == ["CSC", "BSC"]
    assert names(customer_uuid=provider.uuid) == ["CSC"]
    assert names(customer=f"{HOST}/api/customers/{provider.uuid.hex}/") == ["CSC"]
    assert names(customer_keyword="cs") == ["CSC"]
    assert names(created="2001-01-01") == ["BSC", "CSC"]
    assert names(modified_before="2001-01-01") == []


def test_staff_register_an_organisation_once(
    provider: Customer, dave: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(dave)
    given = {
        "customer": f"{HOST}/api/customers/{provider.uuid.hex}/",
        "description": "HPC centre",
        "account_options": {"homedir_prefix": "/users/"},
        "allowed_domains": ["csc.fi"],
    }

    response = client.post(AT, given, format="json")

    body = response.json()
    assert response.status_code == 201
    assert response["Location"] == body["url"]
    assert {name: body[name] for name in given} == given
    again = client.post(AT, given, format="json")
    assert again.status_code == 400
    assert again.json() == {"customer": ["Service provider with this customer already exists."]}
    assert client.post(AT, {}, format="json").json() == {"customer": ["This field is required."]}


def test_what_a_provider_says_is_held_to_its_shape(
    here: str, carol: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(carol)
    wrong = {
        "account_options": {"account_scope": "galaxy", "project_groups_enabled": "yes"},
        "allowed_domains": "csc.fi",
        "image": "x",
    }
    response = client.patch(here, wrong, format="json")
    assert response.status_code == 400
    assert response.json() == {
        "account_options": {
            "account_scope": ['"galaxy" is not a valid choice.'],
            "project_groups_enabled": ["Must be a valid boolean."],
        },
        "allowed_domains": ['Expected a list of items but got type "str".'],
        "image": ["Images are not stored."],
    }


def test_its_owner_changes_what_a_provider_says_but_not_whose_it_is(
    here: str,
    registered: ServiceProvider,
    carol: User,
    provider: Customer,
    as_user: Callable[[User], APIClient],
) -> None:
    other = GrantFactory(user=carol, role=RoleName.CUSTOMER_OWNER, scope=CustomerFactory())
    given = {
        "customer": f"{HOST}/api/customers/{other.scope_uuid.hex}/",
        "description": "New",
    }
    response = as_user(carol).put(here, given, format="json")
    assert response.status_code == 200
    assert (response.json()["description"], response.json()["customer_uuid"]) == (
        "New",
        provider.uuid.hex,
    )


def test_a_provider_that_offers_something_is_not_removed(
    here: str, provider: Customer, dave: User, as_user: Callable[[User], APIClient]
) -> None:
    client = as_user(dave)
    offering = OfferingFactory(customer=provider)
    response = client.delete(here)
    assert response.status_code == 400
    assert response.json() == ["Service provider has active offerings. Please archive them first."]
    offering.delete()
    assert client.delete(here).status_code == 204
    assert client.get(here).status_code == 404
