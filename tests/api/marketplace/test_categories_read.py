"""`/api/marketplace-categories/`: whole bodies, counts and filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.identity import OrganizationGroupFactory
from tests.factories.marketplace import (
    CategoryFactory,
    CategoryGroupFactory,
    OfferingFactory,
    ResourceFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db

AT = "/api/marketplace-categories/"


def titles(client: APIClient, **query: Any) -> list[str]:
    response = client.get(AT, query)
    assert response.status_code == 200, response.content
    return [row["title"] for row in response.json()]


def test_a_category_is_shown_whole(anonymous: APIClient) -> None:
    group = CategoryGroupFactory(title="Machines")
    category = CategoryFactory(title="HPC", description="Compute", group=group)
    OfferingFactory(category=category)
    OfferingFactory(category=category, state="Draft")
    OfferingFactory(category=category, shared=False)

    body = anonymous.get(f"{AT}{category.uuid}/").json()

    at = "http://testserver/api"
    assert body == {
        **{key: [] for key in ("articles", "columns", "components", "sections")},
        "available_offerings_count": 1,
        "default_vm_category": False,
        "default_volume_category": False,
        "description": "Compute",
        "group": f"{at}/marketplace-category-groups/{group.uuid.hex}/",
        "offering_count": 2,
        "title": "HPC",
        "url": f"{at}/marketplace-categories/{category.uuid.hex}/",
        "uuid": category.uuid.hex,
    }
    assert anonymous.get(AT).json() == [body]
    assert anonymous.get(f"/api/marketplace-category-groups/{group.uuid.hex}/").json() == {
        "description": "",
        "title": "Machines",
        "url": f"{at}/marketplace-category-groups/{group.uuid.hex}/",
        "uuid": group.uuid.hex,
    }


def test_a_category_without_a_group_says_so(anonymous: APIClient) -> None:
    CategoryFactory()
    assert anonymous.get(AT).json()[0]["group"] is None


def test_what_is_open_to_a_group_is_available_to_its_organisations_alone(
    allocator: Customer,
    alice: User,
    mallory: User,
    anonymous: APIClient,
    as_user: Callable[[User], APIClient],
) -> None:
    offering = OfferingFactory()
    group = OrganizationGroupFactory()
    offering.organization_groups.add(group)
    group.customers.add(allocator)
    counts = [
        client.get(AT).json()[0]["available_offerings_count"]
        for client in (anonymous, as_user(mallory), as_user(alice))
    ]
    assert counts == [0, 0, 1]


def test_categories_are_found_by_what_is_on_them(
    anonymous: APIClient,
    project: Project,
    alice: User,
    dave: User,
    as_user: Callable[[User], APIClient],
) -> None:
    group = CategoryGroupFactory()
    compute = CategoryFactory(title="Compute", group=group)
    storage = CategoryFactory(title="Storage")
    CategoryFactory(title="Empty")
    listed = OfferingFactory(category=compute, name="LUMI-C")
    draft = OfferingFactory(category=storage, shared=False, state="Draft")
    ResourceFactory(offering=listed, project=project)

    assert titles(anonymous, title="comp") == ["Compute"]
    assert titles(anonymous, group_uuid=group.uuid) == ["Compute"]
    assert titles(anonymous, offering_name="lumi") == ["Compute"]
    assert titles(anonymous, has_shared="true") == ["Compute"]
    assert titles(anonymous, has_shared="false") == ["Empty", "Storage"]
    assert titles(anonymous, accessible="true") == ["Compute"]
    assert titles(anonymous, accessible="false") == ["Empty", "Storage"]
    assert titles(anonymous, customer_uuid=listed.customer.uuid) == ["Compute"]
    assert titles(anonymous, customer_uuid=draft.customer.uuid) == []
    by_state = {"customer_uuid": draft.customer.uuid, "customers_offerings_state": ["1", "2"]}
    assert titles(anonymous, **by_state) == []
    assert titles(as_user(dave), **by_state) == ["Storage"]
    assert titles(anonymous, o="-title") == ["Storage", "Empty", "Compute"]

    owner = as_user(alice)
    assert titles(owner, resource_project_uuid=project.uuid) == ["Compute"]
    assert titles(owner, resource_customer_uuid=project.customer.uuid) == ["Compute"]
    assert titles(anonymous, resource_project_uuid=project.uuid) == []


def test_a_state_that_has_no_number_is_refused(anonymous: APIClient) -> None:
    response = anonymous.get(AT, {"customers_offerings_state": "9"})
    assert response.status_code == 400
    assert response.json() == {
        "customers_offerings_state": [
            "Select a valid choice. 9 is not one of the available choices."
        ]
    }
