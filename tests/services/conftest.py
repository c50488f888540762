"""What the tests of orders begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.services.placing import OrderRequest
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from identity.models import Project
    from marketplace.models import Offering

CREATE, UPDATE, TERMINATE, RESTORE = OrderType
LIMITS = {"cpu_k_hours": 10, "gb_k_hours": 5}


@pytest.fixture
def order_request(offering: Offering, project: Project) -> Any:
    """Return a maker of order requests: the same ordinary one, with what a test wants otherwise."""

    def make(**more: Any) -> Any:
        return OrderRequest(
            **{
                "offering": offering,
                "project": project,
                "plan": offering.plans.first(),
                "limits": LIMITS,
                "attributes": {"name": "climate-2026"},
                **more,
            }
        )

    return make


@pytest.fixture
def ordered(offering: Offering, project: Project) -> Any:
    """Return a maker of orders in any state, with their resource in the state that goes with it."""

    def make(
        kind: Any = CREATE,
        state: Any = OrderState.PENDING_PROVIDER,
        resource_state: Any = None,
        **more: Any,
    ) -> Any:
        resource = ResourceFactory(
            project=project, offering=offering, state=resource_state or usual(kind, state)
        )
        return OrderFactory(resource=resource, type=kind, state=state, **more)

    return make


def usual(kind: Any, state: Any) -> Any:
    """Return the state of a resource whose order stands so."""
    begun = {
        CREATE: ResourceState.CREATING,
        UPDATE: ResourceState.UPDATING,
        TERMINATE: ResourceState.TERMINATING,
        RESTORE: ResourceState.CREATING,
    }
    before = {
        CREATE: ResourceState.CREATING,
        UPDATE: ResourceState.OK,
        TERMINATE: ResourceState.OK,
        RESTORE: ResourceState.TERMINATED,
    }
    if state == OrderState.ERRED:
        return ResourceState.ERRED
    return (begun if state == OrderState.EXECUTING else before)[kind]
