"""Putting up offerings: what is taken, what is refused, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketplace.models import Offering
from tests.cases import each

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from identity.models import Customer
    from marketplace.models import Category

pytestmark = pytest.mark.django_db

AT = "/api/marketplace-provider-offerings/"
HOST = "http://testserver"


@pytest.fixture
def given(provider: Customer, category: Category) -> dict[str, Any]:
    """What is sent for an offering as a provider would put it up."""
    return {
        "name": "HPC allocation",
        "category": f"{HOST}/api/marketplace-categories/{category.uuid.hex}/",
        "customer": f"{HOST}/api/customers/{provider.uuid.hex}/",
        "type": "Marketplace.Slurm",
        "shared": True,
        "billable": True,
        "components": [
            {
                "type": "cpu_k_hours",
                "name": "CPU",
                "measured_unit": "kh",
                "billing_type": "limit",
                "limit_period": "month",
                "limit_amount": None,
                "min_value": 1,
                "max_value": 1000,
            },
            {
                "type": "gpu_k_hours",
                "name": "GPU",
                "billing_type": "usage",
                "limit_amount": 500,
            },
        ],
        "plans": [{"name": "Standard", "unit": "month", "unit_price": 0}, {"name": "Premium"}],
        "description": "Cluster",
        "country": "FI",
        "latitude": 64.2,
        "options": {
            "options": {"purpose": {"type": "string", "label": "Purpose", "required": False}},
            "order": ["purpose"],
        },
        "plugin_options": {"can_restore_resource": True, "unknown": {"kept": [1]}},
        "attributes": {"machine": "LUMI"},
    }


def test_a_draft_is_put_up_with_its_components_and_plans(
    given: dict[str, Any], carols: APIClient
) -> None:
    response = carols.post(AT, given, format="json")

    body = response.json()
    assert response.status_code == 201
    assert response["Location"] == body["url"]
    same = (
        "attributes billable category country customer description latitude name options"
        " plugin_options shared type"
    )
    assert {key: body[key] for key in same.split()} == {key: given[key] for key in same.split()}
    assert (body["state"], body["slug"]) == ("Draft", "hpc-alloca")
    assert [
        (row["type"], row["billing_type"], row["min_value"], row["limit_amount"])
        for row in body["components"]
    ] == [("cpu_k_hours", "limit", 1, None), ("gpu_k_hours", "usage", None, 500)]
    assert [(plan["name"], plan["prices"]) for plan in body["plans"]] == [
        ("Premium", {"cpu_k_hours": "0.0000000000", "gpu_k_hours": "0.0000000000"}),
        ("Standard", {"cpu_k_hours": "0.0000000000", "gpu_k_hours": "0.0000000000"}),
    ]


def test_bounds_may_be_sent_apart_from_the_components(
    given: dict[str, Any], carols: APIClient
) -> None:
    given["limits"] = {"gpu_k_hours": {"min": 2, "max": 20, "max_available_limit": 200}}
    body = carols.post(AT, given, format="json").json()
    gpu = body["components"][1]
    assert (gpu["min_value"], gpu["max_value"], gpu["max_available_limit"]) == (2, 20, 200)


def test_only_staff_choose_the_slug(
    given: dict[str, Any], carols: APIClient, daves: APIClient
) -> None:
    given["slug"] = "lumi-c"
    assert carols.post(AT, given, format="json").json()["slug"] == "hpc-alloca"
    assert daves.post(AT, given, format="json").json()["slug"] == "lumi-c"
    response = daves.post(AT, given, format="json")
    assert response.status_code == 400
    assert response.json() == {"slug": ["offering with this slug already exists."]}


COMPONENT = {"type": "x", "name": "X", "billing_type": "usage"}


@each(
    ("wrong", "refusal"),
    [
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        ({"type": "Nope"}, {"type": ["Invalid value."]}),
        ({"customer": None}, {"customer": ["This field is required."]}),
        ({"plans": []}, {"plans": {"plans": "At least one plan should be specified."}}),
        (
            {"components": [{**COMPONENT, "billing_type": "zzz"}]},
            {"components": [{"billing_type": ['"zzz" is not a valid choice.']}]},
        ),
        (
            {"components": [{**COMPONENT, "type": "Bad Type!"}]},
            {"components": [{"type": ["Enter a valid value."]}]},
        ),
        (
            {"components": [COMPONENT, COMPONENT]},
            {"components": [{}, {"type": ["Component with this type already exists."]}]},
        ),
        (
            {"components": [{**COMPONENT, "min_value": 2, "max_value": 1}]},
            {"components": [{"min_value": ["Must not be greater than max_value."]}]},
        ),
        (
            {"components": [{**COMPONENT, "max_value": "1e400", "unit_factor": 0}]},
            {
                "components": [
                    {
                        "max_value": ["Ensure that there are no more than 20 digits in total."],
                        "unit_factor": ["Ensure this value is greater than or equal to 1."],
                    }
                ]
            },
        ),
        (
            {"limits": {"nope": {"min": 1, "max": 2, "max_available_limit": 3}}},
            {"limits": ["Invalid types: nope"]},
        ),
        ({"limits": {"cpu_k_hours": {"min": 1}}}, None),
        (
            {"limits": {"cpu_k_hours": {"min": "x", "max": 1, "max_available_limit": 1}}},
            {"limits": {"cpu_k_hours": {"min": ["A valid number is required."]}}},
        ),
        ({"country": "ZZ"}, {"country": ['"ZZ" is not a valid choice.']}),
        (
            {"latitude": 91, "longitude": "nan"},
            {
                "latitude": ["Ensure this value is less than or equal to 90."],
                "longitude": ["A valid number is required."],
            },
        ),
        (
            {"options": {"options": {"a": {"type": "galaxy", "label": "A"}}, "order": []}},
            {"options": {"options": {"a": {"type": ['"galaxy" is not a valid choice.']}}}},
        ),
        (
            {"options": {"options": {}, "order": ["a"]}},
            {"options": ["Order names unknown options: a."]},
        ),
        ({"options": {}}, None),
        (
            {"plugin_options": {"max_instances": "many", "supports_pausing": 1}},
            {
                "plugin_options": {
                    "max_instances": ["A valid integer is required."],
                    "supports_pausing": ["Must be a valid boolean."],
                }
            },
        ),
        ({"attributes": []}, None),
        (
            {"backend_metadata": {"a": "\x00"}},
            {"backend_metadata": ["Null characters are not allowed."]},
        ),
        ({"thumbnail": "x"}, {"thumbnail": ["Files and images are not stored."]}),
    ],
)
def test_what_is_wrong_with_a_new_offering_is_told(
    wrong: dict[str, Any], refusal: Any, given: dict[str, Any], carols: APIClient
) -> None:
    response = carols.post(AT, given | wrong, format="json")
    assert response.status_code == 400
    assert refusal is None or response.json() == refusal
    assert list(response.json()) == list(wrong)
    assert not Offering.objects.exists()


def test_what_is_missing_of_a_new_offering_is_told(carols: APIClient) -> None:
    response = carols.post(AT, {}, format="json")
    assert response.status_code == 400
    assert response.json() == {
        "category": ["This field is required."],
        "name": ["This field is required."],
        "type": ["This field is required."],
    }
