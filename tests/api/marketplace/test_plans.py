"""`/api/marketplace-plans/` and the plans of the public catalogue: bodies, prices, refusals."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.identity import OrganizationGroupFactory
from tests.factories.marketplace import (
    HpcOfferingFactory,
    OfferingFactory,
    OrderFactory,
    PlanFactory,
    ResourceFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, User
    from marketplace.models import Offering, Plan

pytestmark = pytest.mark.django_db

AT = "/api/marketplace-plans/"
HOST = "http://testserver"


@pytest.fixture
def plan(offering: Offering) -> Plan:
    found: Plan = offering.plans.get()
    return found


def component(**differs: Any) -> dict[str, Any]:
    return {
        "amount": 0,
        "future_price": None,
        "is_prepaid": False,
        "measured_unit": "kh",
        "min_value": None,
        **differs,
    }


COMPONENTS = [
    component(
        billing_type="limit",
        limit_period="month",
        min_value=1,
        name="CPU",
        price="10.0000000000",
        type="cpu_k_hours",
    ),
    component(billing_type="usage", name="GPU", price="5.0000000000", type="gpu_k_hours"),
    component(
        billing_type="limit",
        limit_period="annual",
        measured_unit="GB-kh",
        name="RAM",
        price="1.0000000000",
        type="gb_k_hours",
    ),
    component(
        billing_type="fixed",
        measured_unit="month",
        name="Fee",
        price="3.0000000000",
        type="node_fee",
    ),
]
PRICES = {row["type"]: row["price"] for row in COMPONENTS}


def whole(plan: Plan) -> dict[str, Any]:
    return {
        "archived": False,
        "article_code": "",
        "backend_id": "",
        "billing_mode": "inherit",
        "components": COMPONENTS,
        "description": "",
        "future_prices": dict.fromkeys(PRICES),
        "init_price": 0,
        "is_active": True,
        "max_amount": None,
        "minimal_price": "14.0000000000",
        "name": "Standard",
        "offering": f"{HOST}/api/marketplace-provider-offerings/{plan.offering.uuid.hex}/",
        "organization_groups": [],
        "plan_type": "mixed",
        "prices": PRICES,
        "quotas": dict.fromkeys(PRICES, 0),
        "resources_count": 0,
        "switch_price": 0,
        "unit": "month",
        "unit_price": "0.0000000000",
        "url": f"{HOST}{AT}{plan.uuid.hex}/",
        "uuid": plan.uuid.hex,
    }


def test_a_plan_is_shown_whole_to_its_provider(plan: Plan, carols: APIClient) -> None:
    assert carols.get(f"{AT}{plan.uuid}/").json() == whole(plan)
    assert carols.get(AT).json() == [whole(plan)]


def test_a_plan_is_shown_to_everybody_below_its_public_offering(
    plan: Plan, anonymous: APIClient
) -> None:
    below = f"/api/marketplace-public-offerings/{plan.offering.uuid.hex}/plans/"
    body = whole(plan) | {"url": f"{HOST}{below}{plan.uuid.hex}/"}
    del body["offering"]
    assert anonymous.get(f"{below}{plan.uuid.hex}/").json() == body
    response = anonymous.get(below)
    assert response.json() == [body]
    assert response["X-Result-Count"] == "1"


def test_all_plans_of_an_offering_are_listed_unless_a_page_is_asked_for(
    offering: Offering, anonymous: APIClient
) -> None:
    for number in range(11):
        PlanFactory(offering=offering, name=f"Plan {number:02}")
    PlanFactory(offering=offering, name="Archived", archived=True)
    below = f"/api/marketplace-public-offerings/{offering.uuid.hex}/plans/"
    assert len(anonymous.get(below).json()) == 12
    page = anonymous.get(below, {"page_size": "5", "field": "name"})
    assert [row["name"] for row in page.json()] == [f"Plan {n:02}" for n in range(5)]
    assert page["X-Result-Count"] == "12"


def test_a_plan_for_some_organisations_is_listed_for_them_alone(
    offering: Offering,
    allocator: Customer,
    alice: User,
    mallory: User,
    as_user: Callable[[User], APIClient],
) -> None:
    special = PlanFactory(offering=offering, name="Special")
    group = OrganizationGroupFactory()
    group.customers.add(allocator)
    special.organization_groups.add(group)
    below = f"/api/marketplace-public-offerings/{offering.uuid.hex}/plans/"
    assert len(as_user(alice).get(below).json()) == 2
    assert len(as_user(mallory).get(below).json()) == 1
    assert as_user(mallory).get(f"{below}{special.uuid.hex}/").json() == {
        "detail": "No Plan matches the given query."
    }


def test_a_plan_of_another_offering_is_not_found_below_this_one(
    offering: Offering, anonymous: APIClient
) -> None:
    below = f"/api/marketplace-public-offerings/{offering.uuid.hex}/plans/"
    for uuid in (PlanFactory().uuid.hex, "nonsense"):
        response = anonymous.get(f"{below}{uuid}/")
        assert response.status_code == 404
        assert response.json() == {"detail": "No Plan matches the given query."}


def test_plans_are_found_by_their_offering(
    plan: Plan, provider: Customer, carols: APIClient
) -> None:
    PlanFactory(offering=OfferingFactory(customer=provider), name="Other")

    def names(**query: str) -> list[str]:
        return [row["name"] for row in carols.get(AT, query).json()]

    assert names() == ["Other", "Standard"]
    assert names(offering_uuid=str(plan.offering.uuid)) == ["Standard"]
    assert names(offering_slug="lumi-c-1") == ["Standard"]
    assert names(offering=whole(plan)["offering"]) == ["Standard"]
    assert names(parent_offering_uuid=plan.offering.uuid.hex) == []


def test_a_plan_is_added(offering: Offering, carols: APIClient) -> None:
    given = {
        "name": "Trial",
        "unit": "day",
        "unit_price": "1.5",
        "max_amount": 2,
        "offering": f"{HOST}/api/marketplace-provider-offerings/{offering.uuid.hex}/",
    }
    response = carols.post(AT, given, format="json")
    body = response.json()
    assert response.status_code == 201
    assert response["Location"] == body["url"]
    assert body | given | {"unit_price": "1.5000000000"} == body
    assert body["prices"] == dict.fromkeys(PRICES, "0.0000000000")
    assert (body["plan_type"], body["minimal_price"]) == ("", "0.0000000000")


def test_what_is_missing_or_wrong_of_a_plan_is_told(offering: Offering, carols: APIClient) -> None:
    assert carols.post(AT, {}, format="json").json() == {
        "name": ["This field is required."],
        "offering": ["This field is required."],
    }
    wrong = {
        "name": "x" * 151,
        "unit": "year",
        "unit_price": "-1",
        "max_amount": -1,
        "offering": f"{HOST}/api/marketplace-public-offerings/{offering.uuid.hex}/",
    }
    response = carols.post(AT, wrong, format="json")
    assert response.status_code == 400
    assert response.json() == {
        "max_amount": ["Ensure this value is greater than or equal to 0."],
        "name": ["Ensure this field has no more than 150 characters."],
        "offering": ["Invalid hyperlink - Incorrect URL match."],
        "unit": ['"year" is not a valid choice.'],
        "unit_price": ["Ensure this value is greater than or equal to 0."],
    }


def test_a_plan_is_changed_but_stays_with_its_offering(
    plan: Plan, provider: Customer, carols: APIClient
) -> None:
    other = OfferingFactory(customer=provider)
    given = {
        "name": "Basic",
        "offering": f"{HOST}/api/marketplace-provider-offerings/{other.uuid.hex}/",
    }
    body = carols.put(f"{AT}{plan.uuid.hex}/", given, format="json").json()
    assert body == whole(plan) | {"name": "Basic"}
    patched = carols.patch(f"{AT}{plan.uuid.hex}/", {"max_amount": 1}, format="json").json()
    assert (patched["max_amount"], patched["is_active"]) == (1, True)
    ResourceFactory(offering=plan.offering)
    full = carols.get(f"{AT}{plan.uuid.hex}/").json()
    assert (full["resources_count"], full["is_active"]) == (1, False)


def test_prices_and_quotas_are_set(plan: Plan, carols: APIClient) -> None:
    at = f"{AT}{plan.uuid.hex}/"
    prices = {"cpu_k_hours": 20, "gpu_k_hours": 10.5, "gb_k_hours": "2", "node_fee": 6}
    response = carols.post(f"{at}update_prices/", {"prices": prices}, format="json")
    assert (response.status_code, response.content) == (200, b"")
    response = carols.post(f"{at}update_quotas/", {"quotas": {"node_fee": 2}}, format="json")
    assert (response.status_code, response.content) == (200, b"")
    body = carols.get(at).json()
    assert body["prices"] == {
        "cpu_k_hours": "20.0000000000",
        "gb_k_hours": "2.0000000000",
        "gpu_k_hours": "10.5000000000",
        "node_fee": "6.0000000000",
    }
    assert body["quotas"] == {"cpu_k_hours": 0, "gb_k_hours": 0, "gpu_k_hours": 0, "node_fee": 2}
    assert body["minimal_price"] == "34.0000000000"


def test_prices_of_a_plan_in_use_are_those_of_the_next_month(plan: Plan, carols: APIClient) -> None:
    ResourceFactory(offering=plan.offering)
    at = f"{AT}{plan.uuid.hex}/"
    carols.post(f"{at}update_prices/", {"prices": {"cpu_k_hours": 20}}, format="json")
    body = carols.get(at).json()
    assert body["prices"] == PRICES
    assert body["future_prices"] == dict.fromkeys(PRICES) | {"cpu_k_hours": "20.0000000000"}


@pytest.mark.parametrize(
    ("action", "body", "refusal"),
    [
        ("update_prices", {"prices": {"nope": 20}}, ["Invalid components nope."]),
        ("update_quotas", {"quotas": {"nope": 20}}, ["Invalid components nope."]),
        ("update_prices", {}, {"prices": ["This field is required."]}),
        (
            "update_prices",
            {"prices": {"cpu_k_hours": "free", "node_fee": -1}},
            {
                "prices": {
                    "cpu_k_hours": ["A valid number is required."],
                    "node_fee": ["Ensure this value is greater than or equal to 0."],
                }
            },
        ),
        (
            "update_prices",
            {"prices": {"cpu_k_hours": 10**15}},
            {
                "prices": {
                    "cpu_k_hours": [
                        "Ensure that there are no more than 12 digits before the decimal point."
                    ]
                }
            },
        ),
        (
            "update_quotas",
            {"quotas": {"cpu_k_hours": 10**10}},
            {"quotas": {"cpu_k_hours": ["Ensure this value is less than or equal to 2147483647."]}},
        ),
    ],
)
def test_prices_and_quotas_that_cannot_be_are_refused(
    action: str, body: Any, refusal: Any, plan: Plan, carols: APIClient
) -> None:
    response = carols.post(f"{AT}{plan.uuid.hex}/{action}/", body, format="json")
    assert response.status_code == 400
    assert response.json() == refusal
    prices = plan.components.values_list("price", flat=True)
    assert sum(prices) == Decimal(19)


def test_a_plan_is_archived_once_and_then_not_listed_publicly(
    plan: Plan, carols: APIClient, anonymous: APIClient
) -> None:
    archive = f"{AT}{plan.uuid.hex}/archive/"
    assert (carols.post(archive).status_code, carols.post(archive).status_code) == (200, 409)
    assert carols.post(archive).json() == {"detail": "Plan is already archived."}
    public = f"/api/marketplace-public-offerings/{plan.offering.uuid.hex}/"
    assert anonymous.get(f"{public}plans/").json() == []
    assert anonymous.get(public).json()["plans"] == []
    body = carols.get(f"{AT}{plan.uuid.hex}/").json()
    assert (body["archived"], body["is_active"]) == (True, False)


def test_what_prices_mean_stays_while_the_plan_is_used(plan: Plan, carols: APIClient) -> None:
    ResourceFactory(offering=plan.offering)
    response = carols.patch(f"{AT}{plan.uuid.hex}/", {"unit": "day"}, format="json")
    assert response.status_code == 409
    assert response.json() == {"detail": "Plan has resources, so its unit cannot be changed."}


def test_a_plan_that_was_ordered_is_not_deleted(
    offering: Offering, plan: Plan, carols: APIClient
) -> None:
    OrderFactory(resource=ResourceFactory(offering=offering, state="Terminated"))
    response = carols.delete(f"{AT}{plan.uuid.hex}/")
    assert response.status_code == 409
    assert response.json() == {"detail": "Plan was not deleted since it has resources."}
    unused = PlanFactory(offering=offering)
    assert carols.delete(f"{AT}{unused.uuid.hex}/").status_code == 204
    assert carols.delete(f"{AT}{unused.uuid.hex}/").status_code == 404


def test_the_billing_mode_of_a_plan_overrides_its_components(
    provider: Customer, carols: APIClient
) -> None:
    plan = HpcOfferingFactory(customer=provider).plans.get()
    carols.patch(f"{AT}{plan.uuid.hex}/", {"billing_mode": "usage"}, format="json")
    body = carols.get(f"{AT}{plan.uuid.hex}/").json()
    billed = {row["type"]: row["billing_type"] for row in body["components"]}
    assert billed == {
        "cpu_k_hours": "usage",
        "gb_k_hours": "usage",
        "gpu_k_hours": "usage",
        "node_fee": "fixed",
    }
    assert body["minimal_price"] == "3.0000000000"
