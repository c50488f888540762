"""Changing offerings: their state, their parts, and who works for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketplace.lifecycle import OFFERING, OfferingState
from tests.cases import each
from tests.factories.marketplace import (
    HpcOfferingFactory,
    OfferingComponentFactory,
    OfferingFactory,
    ResourceFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Customer, User
    from marketplace.models import Category, Offering

pytestmark = pytest.mark.django_db

AT = "/api/marketplace-provider-offerings/"
HOST = "http://testserver"


def detail(offering: Offering, action: str = "") -> str:
    return f"{AT}{offering.uuid.hex}/{action}/" if action else f"{AT}{offering.uuid.hex}/"


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
