"""Putting up offerings and changing them: what is taken, what is refused, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketplace.lifecycle import OFFERING, OfferingState
from marketplace.models import Offering
from tests.cases import each
from tests.factories.marketplace import (
    CategoryFactory,
    HpcOfferingFactory,
    OfferingComponentFactory,
    OfferingFactory,
    ResourceFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, User
    from marketplace.models import Category

pytestmark = pytest.mark.django_db

AT = "/api/marketplace-provider-offerings/"
HOST = "http://testserver"


@pytest.fixture
def carols(carol: User, as_user: Callable[[User], APIClient]) -> APIClient:
    return as_user(carol)


@pytest.fixture
def daves(dave: User, as_user: Callable[[User], APIClient]) -> APIClient:
    return as_user(dave)


@pytest.fixture
def category() -> Category:
    return CategoryFactory(title="HPC")


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


def detail(offering: Offering, action: str = "") -> str:
    return f"{AT}{offering.uuid.hex}/{action}/" if action else f"{AT}{offering.uuid.hex}/"


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


@each("state", OfferingState)
@each("action", ["activate", "pause", "unpause", "archive", "draft"])
def test_an_offering_moves_along_its_table(
    action: str, state: OfferingState, provider: Customer, daves: APIClient
) -> None:
    offering = OfferingFactory(customer=provider, state=state)
    response = daves.post(detail(offering, action))
    if OFFERING.allows(action, state):
        (target,) = OFFERING.targets(action)
        assert response.status_code == 200
        assert response.json() == {"detail": "Offering state updated.", "state": target.value}
    else:
        valid = ", ".join(sorted(OFFERING.sources(action)))
        assert response.status_code == 409
        assert response.json() == {"detail": f"Valid states for operation: {valid}."}


def test_the_reason_of_a_pause_is_shown_to_everybody(
    offering: Offering, carols: APIClient, anonymous: APIClient
) -> None:
    carols.post(detail(offering, "pause"), {"paused_reason": "maintenance"}, format="json")
    at = f"/api/marketplace-public-offerings/{offering.uuid.hex}/"
    shown = anonymous.get(at, {"field": ["name", "state", "paused_reason"]})
    assert shown.json() == {"name": "LUMI-C", "paused_reason": "maintenance", "state": "Paused"}


CHANGES: dict[str, dict[str, Any]] = {
    "update_attributes": {"machine": "LUMI", "nodes": 2048},
    "update_location": {"latitude": 64.2, "longitude": 27.7},
    "update_options": {
        "options": {"options": {"a": {"type": "integer", "label": "A"}}, "order": ["a"]}
    },
    "update_resource_options": {
        "resource_options": {"options": {"a": {"type": "string", "label": "A"}}, "order": ["a"]}
    },
    "update_integration": {
        "backend_id": "lumi-c",
        "plugin_options": {"supports_pausing": True},
        "secret_options": {"token": "secret"},
        "service_attributes": {"quota": 5},
    },
}


@pytest.mark.parametrize(("action", "body"), CHANGES.items())
def test_a_part_of_an_offering_is_changed(
    action: str, body: dict[str, Any], offering: Offering, carols: APIClient
) -> None:
    response = carols.post(detail(offering, action), body, format="json")
    assert (response.status_code, response.content) == (200, b"")
    shown = carols.get(detail(offering)).json()
    wanted = {"attributes": body} if action == "update_attributes" else body
    assert {name: shown[name] for name in wanted} == wanted


def test_an_offering_is_put_on_another_shelf(
    offering: Offering, category: Category, carols: APIClient
) -> None:
    body = {"category": f"{HOST}/api/marketplace-categories/{category.uuid.hex}/"}
    assert carols.post(detail(offering, "update_description"), body).status_code == 200
    assert carols.get(detail(offering), {"field": "category_title"}).json() == {
        "category_title": "HPC"
    }


@pytest.mark.parametrize(
    ("action", "body", "refusal"),
    [
        (
            "update_location",
            {},
            {"latitude": ["This field is required."], "longitude": ["This field is required."]},
        ),
        ("update_description", {}, {"category": ["This field is required."]}),
        ("update_options", {}, {"options": ["This field is required."]}),
        ("update_attributes", [], None),
        ("update_overview", {}, {"name": ["This field is required."]}),
        (
            "update_integration",
            {"secret_options": {"vault_port": "x"}},
            {"secret_options": {"vault_port": ["A valid integer is required."]}},
        ),
        (
            "update_integration",
            {"plugin_options": {"latest_date_for_resource_termination": "2026-02-30"}},
            {
                "plugin_options": {
                    "latest_date_for_resource_termination": [
                        "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
                    ]
                }
            },
        ),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    action: str, body: Any, refusal: Any, offering: Offering, carols: APIClient
) -> None:
    response = carols.post(detail(offering, action), body, format="json")
    assert response.status_code == 400
    assert refusal is None or response.json() == refusal


def test_the_overview_of_an_active_offering_is_for_staff(
    offering: Offering, carols: APIClient, daves: APIClient
) -> None:
    body = {"name": "LUMI-C", "description": "New", "slug": "chosen"}
    response = carols.post(detail(offering, "update_overview"), body, format="json")
    assert response.status_code == 403
    assert response.json() == {"detail": "You do not have permission to perform this action."}
    assert daves.post(detail(offering, "update_overview"), body, format="json").status_code == 200
    shown = carols.get(detail(offering), {"field": ["description", "slug"]}).json()
    assert shown == {"description": "New", "slug": "chosen"}


def test_an_offering_is_not_patched(offering: Offering, carols: APIClient) -> None:
    for method in (carols.patch, carols.put):
        response = method(detail(offering), {"name": "new"}, format="json")
        assert response.status_code == 405


def test_a_component_is_added_changed_and_taken_out(offering: Offering, carols: APIClient) -> None:
    added = {"type": "storage_gb", "name": "Storage", "billing_type": "usage"}
    at = detail(offering, "create_offering_component")
    response = carols.post(at, added, format="json")
    assert (response.status_code, response.content) == (201, b"")
    again = carols.post(at, added, format="json")
    assert again.status_code == 400
    assert again.json() == {"type": ["Component with this type already exists."]}

    uuid = offering.components.get(type="storage_gb").uuid
    changed = added | {"uuid": str(uuid), "limit_amount": 2.5, "measured_unit": "GB"}
    response = carols.post(detail(offering, "update_offering_component"), changed, format="json")
    assert (response.status_code, response.content) == (200, b"")
    shown = carols.get(detail(offering)).json()["components"][-1]
    assert (shown["limit_amount"], shown["measured_unit"]) == (2.5, "GB")

    body = {"uuid": uuid.hex}
    at = detail(offering, "remove_offering_component")
    response = carols.post(at, body, format="json")
    assert (response.status_code, response.content) == (200, b"")
    gone = carols.post(at, body, format="json")
    assert gone.status_code == 400
    assert gone.json() == {"details": "No offering component with provided UUID was found."}


def test_what_allocations_hold_stays_countable(offering: Offering, carols: APIClient) -> None:
    ResourceFactory(offering=offering)
    component = offering.components.get(type="cpu_k_hours")
    body = {"uuid": component.uuid.hex, "type": "cpu", "name": "CPU", "billing_type": "limit"}
    for action in ("update_offering_component", "remove_offering_component"):
        response = carols.post(detail(offering, action), body, format="json")
        assert response.status_code == 409
        assert response.json() == {"detail": "Offering component is used by resources."}


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("update_offering_component", "UUID for offering component was not provided."),
        ("remove_offering_component", "UUID for offering component to remove was not provided."),
    ],
)
def test_which_component_must_be_said(
    action: str, told: str, offering: Offering, carols: APIClient
) -> None:
    response = carols.post(detail(offering, action), {}, format="json")
    assert response.status_code == 400
    assert response.json() == {"details": told}
    foreign = OfferingComponentFactory()
    body = {"uuid": foreign.uuid.hex, "type": "x", "name": "X", "billing_type": "usage"}
    response = carols.post(detail(offering, action), body, format="json")
    assert response.status_code == 400


def test_a_component_needs_a_name_a_type_and_a_way_of_billing(
    offering: Offering, carols: APIClient
) -> None:
    response = carols.post(detail(offering, "create_offering_component"), {}, format="json")
    assert response.status_code == 400
    assert response.json() == {
        "billing_type": ["This field is required."],
        "name": ["This field is required."],
        "type": ["This field is required."],
    }


def test_an_offering_with_allocations_is_not_deleted(provider: Customer, carols: APIClient) -> None:
    used, unused = HpcOfferingFactory(customer=provider), HpcOfferingFactory(customer=provider)
    ResourceFactory(offering=used, state="Terminated")
    response = carols.delete(detail(used))
    assert response.status_code == 409
    assert response.json() == {"detail": "Offering was not deleted since it has resources."}
    assert carols.delete(detail(unused)).status_code == 204
    assert carols.delete(detail(unused)).status_code == 404


def test_members_of_an_offering_are_added_and_removed(
    offering: Offering, bob: User, carols: APIClient, as_user: Callable[[User], APIClient]
) -> None:
    body = {"role": "OFFERING.MANAGER", "user": bob.uuid.hex}
    added = carols.post(detail(offering, "add_user"), body, format="json")
    assert (added.status_code, added.json()) == (201, {"expiration_time": None})
    assert carols.post(detail(offering, "add_user"), body, format="json").status_code == 400
    (row,) = carols.get(detail(offering, "list_users")).json()
    assert (row["user_username"], row["role_name"]) == ("bob", "OFFERING.MANAGER")
    assert as_user(bob).get(detail(offering)).status_code == 200
    wrong = carols.post(
        detail(offering, "add_user"), body | {"role": "PROJECT.MEMBER"}, format="json"
    )
    assert wrong.json() == {"non_field_errors": ["Role is not valid for this scope."]}
    later = body | {"expiration_time": "2099-01-01T00:00:00Z"}
    changed = carols.post(detail(offering, "update_user"), later, format="json")
    assert changed.json() == {"expiration_time": "2099-01-01T00:00:00Z"}
    assert carols.post(detail(offering, "delete_user"), body, format="json").status_code == 200
    assert as_user(bob).get(detail(offering)).status_code == 404
