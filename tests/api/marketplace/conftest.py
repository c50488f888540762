"""Addresses, clients and bodies for the tests of offerings, orders and resources."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.marketplace import CategoryFactory, ResourceFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.test import APIClient

    from identity.models import Project, User
    from marketplace.models import Category, Offering, Resource

AT = "http://testserver/api"


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
def ask(as_user: Callable[[User], APIClient]) -> Callable[..., Any]:
    """Return a function that sends a request as somebody: status and body."""

    def send(user: User, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = getattr(as_user(user), method)(f"/api/{path}", body, format="json")
        return answer.status_code, answer.json() if answer.content else None

    return send


@pytest.fixture
def order_body(offering: Offering, project: Project) -> Callable[..., dict[str, Any]]:
    """Return a maker of bodies for a new order: an ordinary one, with what is wanted otherwise."""

    def make(**more: Any) -> dict[str, Any]:
        offered = f"{AT}/marketplace-public-offerings/{offering.uuid.hex}/"
        body = {
            "offering": offered,
            "project": f"{AT}/projects/{project.uuid.hex}/",
            "plan": f"{offered}plans/{offering.plans.earliest('pk').uuid.hex}/",
            "limits": {"cpu_k_hours": 10, "gb_k_hours": 5},
            "attributes": {"name": "climate-2026"},
        }
        return {key: value for key, value in {**body, **more}.items() if value is not LEFT_OUT}

    return make


LEFT_OUT = object()


@pytest.fixture
def resource(project: Project, offering: Offering) -> Resource:
    made: Resource = ResourceFactory(
        project=project,
        offering=offering,
        name="climate",
        slug="climate-1",
        backend_id="hpc-1",
        cost=Decimal(105),
        error_traceback="line 1",
        current_usages={"cpu_k_hours": "3.25"},
        limit_usage={"cpu_k_hours": 3.25},
    )
    return made
