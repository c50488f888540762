"""Problem details say what is in the way: the state, the component, the permission, the roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from identity.permissions import Permission
from marketplace.lifecycle import OrderState
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db
PROBLEM: Any = {"HTTP_ACCEPT": "application/problem+json"}


def told(client: APIClient, path: str, body: Any) -> dict[str, Any]:
    response = client.post(path, body, format="json", **PROBLEM)
    assert response["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == response.status_code
    return problem


def test_a_refusal_says_what_is_in_the_way(
    as_user: Callable[[User], APIClient],
    offering: Offering,
    project: Project,
    pi: User,
    carol: User,
) -> None:
    pis, carols = as_user(pi), as_user(carol)
    order = OrderFactory(project=project, offering=offering, state=OrderState.DONE)
    approve = f"/api/marketplace-orders/{order.uuid.hex}/approve_by_provider/"

    wrong_state = told(carols, approve, {})
    assert (wrong_state["status"], wrong_state["code"]) == (409, "wrong_state")
    assert wrong_state["state"] == "done"
    assert wrong_state["valid_states"] == ["pending-provider"]
    assert carols.post(approve, {}, format="json").json() == {
        "detail": "Valid states for operation: pending-provider."
    }

    forbidden = told(pis, approve, {})
    assert (forbidden["status"], forbidden["code"]) == (403, "permission_denied")
    assert forbidden["needs"] == [Permission.APPROVE_ORDER.value]

    resource = ResourceFactory(project=project, offering=offering, limits={"cpu_k_hours": 10})
    component = offering.components.filter(billing_type="limit").order_by("pk").first()
    assert component is not None
    component.max_value = 100
    component.save()
    change = f"/api/marketplace-resources/{resource.uuid.hex}/update_limits/"
    out_of_bounds = told(pis, change, {"limits": {component.type: 500}})
    assert (out_of_bounds["status"], out_of_bounds["component"]) == (400, component.type)
    assert out_of_bounds["max_value"] == "100"

    add = f"/api/projects/{project.uuid.hex}/add_user/"
    unknown_role = told(pis, add, {"user": carol.uuid.hex, "role": "PROJECT.BOSS"})
    assert unknown_role["status"] == 400
    assert "PROJECT.MANAGER" in unknown_role["detail"]
