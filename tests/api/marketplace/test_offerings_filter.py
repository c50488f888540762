"""The filters of the lists of offerings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from identity.roles import RoleName
from marketplace.models import CategoryGroup
from tests.cases import each
from tests.factories.allocations import OfferingUserFactory
from tests.factories.identity import GrantFactory, OrganizationGroupFactory
from tests.factories.marketplace import (
    CategoryGroupFactory,
    ConsentFactory,
    OfferingFactory,
    ResourceFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, Project, User

pytestmark = pytest.mark.django_db

OWN = "/api/marketplace-provider-offerings/"
PUBLIC = "/api/marketplace-public-offerings/"
HOST = "http://testserver"


@pytest.fixture(autouse=True)
def _offerings(provider: Customer, project: Project, carol: User, bob: User) -> None:
    """Two offerings: one that is held, with terms and accounts; and a quiet draft."""
    group = CategoryGroupFactory()
    busy = OfferingFactory(
        customer=provider,
        name="Busy",
        slug="busy",
        description="A cluster",
        attributes={"machine": "LUMI", "nodes": 4},
        plugin_options={"service_provider_can_create_offering_user": True},
        category__group=group,
    )
    ResourceFactory(offering=busy, project=project, plan=None, cost="10")
    TermsOfServiceFactory(offering=busy)
    ConsentFactory(offering=busy, user=carol)
    OfferingUserFactory(offering=busy, user=carol)
    quiet = OfferingFactory(
        customer=provider,
        name="Quiet",
        slug="quiet",
        state="Draft",
        shared=False,
        billable=False,
        type="Marketplace.Basic",
    )
    TermsOfServiceFactory(offering=quiet, is_active=False)
    GrantFactory(user=bob, role=RoleName.OFFERING_MANAGER, scope=quiet)


@pytest.fixture
def names(carol: User, as_user: Callable[[User], APIClient]) -> Callable[..., list[str]]:
    def found(*, by: User = carol, **query: Any) -> list[str]:
        response = as_user(by).get(OWN, {"field": "name", **query})
        assert response.status_code == 200, response.content
        return [row["name"] for row in response.json()]

    return found


@each(
    ("query", "expected"),
    [
        ({}, "Busy Quiet"),
        ({"name": "bus"}, "Busy"),
        ({"name_exact": "Quiet"}, "Quiet"),
        ({"slug": "busy"}, "Busy"),
        ({"description": "clust"}, "Busy"),
        ({"keyword": "cluster"}, "Busy"),
        ({"keyword": "csc"}, "Busy Quiet"),
        ({"query": "qui"}, "Quiet"),
        ({"state": "Draft"}, "Quiet"),
        ({"state": ["Draft", "Active"]}, "Busy Quiet"),
        ({"state": "Draft,Active"}, "Busy Quiet"),
        ({"type": "Marketplace.Basic"}, "Quiet"),
        ({"shared": "false"}, "Quiet"),
        ({"billable": "true"}, "Busy"),
        ({"attributes": '{"machine": "LUMI"}'}, "Busy"),
        ({"attributes": '{"machine": ["LUMI", "Vega"], "nodes": 4}'}, "Busy"),
        ({"attributes": '{"machine": []}'}, ""),
        ({"can_create_offering_user": "true"}, "Busy"),
        ({"can_create_offering_user": "false"}, "Quiet"),
        ({"has_active_terms_of_service": "true"}, "Busy"),
        ({"has_active_terms_of_service": "false"}, "Quiet"),
        ({"has_terms_of_service": "true"}, "Busy Quiet"),
        ({"has_terms_of_service": "false"}, ""),
        ({"user_has_consent": "true"}, "Busy"),
        ({"user_has_consent": "false"}, "Quiet"),
        ({"user_has_offering_user": "true"}, "Busy"),
        ({"user_has_offering_user": "false"}, "Quiet"),
        ({"accessible": "true"}, "Busy"),
        ({"accessible": "false"}, "Quiet"),
        ({"accessible_via_calls": "true"}, ""),
        ({"importable": "true"}, "Busy Quiet"),
        ({"importable": "false"}, ""),
        ({"tag_name": "gpu"}, ""),
        ({"created": "2001-01-01"}, "Busy Quiet"),
        ({"created_before": "2001-01-01"}, ""),
        ({"modified": "2001-01-01T00:00:00Z"}, "Busy Quiet"),
        ({"modified_after": "2001-01-01"}, "Busy Quiet"),
        ({"modified_after": "2999-01-01T00:00:00Z"}, ""),
        ({"modified_before": "2001-01-01"}, ""),
        ({"o": "-name"}, "Quiet Busy"),
        ({"o": "state"}, "Busy Quiet"),
        ({"o": "type"}, "Quiet Busy"),
        ({"o": "-total_customers"}, "Busy Quiet"),
        ({"o": "total_cost_estimated"}, "Quiet Busy"),
        ({"o": "total_cost"}, "Busy Quiet"),
        ({"unknown": "x"}, "Busy Quiet"),
    ],
)
def test_by_what_they_are(
    query: dict[str, Any], expected: str, names: Callable[..., list[str]]
) -> None:
    assert names(**query) == expected.split()


def test_by_what_they_belong_to(
    names: Callable[..., list[str]],
    provider: Customer,
    allocator: Customer,
    elsewhere: Customer,
    project: Project,
    bob: User,
    carol: User,
    dave: User,
) -> None:
    busy = provider.offerings.get(name="Busy")
    quiet = provider.offerings.get(name="Quiet")
    group = OrganizationGroupFactory()
    assert names(customer_uuid=provider.uuid.hex) == ["Busy", "Quiet"]
    assert names(customer=f"{HOST}/api/customers/{elsewhere.uuid.hex}/") == []
    assert names(category_uuid=busy.category.uuid.hex) == ["Busy"]
    assert names(category_group_uuid=CategoryGroup.objects.get().uuid.hex) == ["Busy"]
    assert names(uuid_list=f"{busy.uuid},{quiet.uuid.hex}") == ["Busy", "Quiet"]
    assert names(uuid_list=busy.uuid.hex) == ["Busy"]
    assert names(query=str(quiet.uuid)) == ["Quiet"]
    assert names(resource_customer_uuid=allocator.uuid.hex) == ["Busy"]
    assert names(resource_project_uuid=project.uuid.hex) == ["Busy"]
    assert names(resource_customer_uuid=elsewhere.uuid.hex) == []
    assert names(allowed_customer_uuid=allocator.uuid.hex) == ["Busy"]
    assert names(project_uuid=project.uuid.hex) == ["Busy"]
    assert names(service_manager_uuid=bob.uuid.hex) == ["Quiet"]
    assert names(service_manager_uuid=carol.uuid.hex) == ["Busy", "Quiet"]
    quiet.organization_groups.add(group)
    quiet.organization_groups.add(OrganizationGroupFactory())
    assert names(organization_group_uuid=group.uuid.hex) == ["Quiet"]
    busy.organization_groups.add(group)
    assert names(consumer_customer_uuid=allocator.uuid.hex) == []
    group.customers.add(allocator)
    # In which groups an organisation is, its provider is not told.
    assert names(consumer_customer_uuid=allocator.uuid.hex) == []
    assert names(by=dave, consumer_customer_uuid=allocator.uuid.hex) == ["Busy"]


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ({"attributes": "notjson"}, ["Filter attribute is not valid json."]),
        ({"attributes": "[1]"}, ["Filter attribute should be an dict."]),
        (
            {"state": "Bogus"},
            {"state": ["Select a valid choice. Bogus is not one of the available choices."]},
        ),
        (
            {"o": "bogus"},
            {"o": ["Select a valid choice. bogus is not one of the available choices."]},
        ),
        ({"customer_uuid": "x"}, {"customer_uuid": ["Enter a valid UUID."]}),
    ],
)
def test_what_cannot_be_read_is_refused(
    query: dict[str, str],
    refusal: Any,
    carol: User,
    as_user: Callable[[User], APIClient],
) -> None:
    response = as_user(carol).get(OWN, query)
    assert response.status_code == 400
    assert response.json() == refusal


def test_the_anonymous_have_neither_consents_nor_accounts(anonymous: APIClient) -> None:
    for query in ({"user_has_consent": "true"}, {"user_has_offering_user": "true"}):
        assert anonymous.get(PUBLIC, query).json() == []
    asked = {"user_has_consent": "false", "field": "name"}
    assert anonymous.get(PUBLIC, asked).json() == [{"name": "Busy"}]


def test_json_of_a_filter_can_be_as_odd_as_it_likes(anonymous: APIClient) -> None:
    deep = "[" * 5000
    for odd in ('{"a": "\\u0000"}', '{"a": 1e999}', deep, json.dumps({"a": {"b": [1]}})):
        assert anonymous.get(PUBLIC, {"attributes": odd}).status_code in {200, 400, 414}
