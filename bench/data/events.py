"""Events: what the log holds of how the allocations came to be, dispatched long since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.data.rows import put, uuid_of
from identity.models import Event
from marketplace import event_kinds as kinds
from marketplace.lifecycle import OrderState, ResourceState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from bench.data.people import People
    from marketplace.models import Resource


def seed(resources: Sequence[Resource], people: People) -> None:
    """Store two events for each resource: its order was done, and it came to be."""
    orders = [uuid_of("order", n) for n in range(len(resources))]
    put([order_done(n, one, orders[n], people) for n, one in enumerate(resources)])
    put([resource_created(n, one) for n, one in enumerate(resources)])


def order_done(number: int, resource: Resource, order: UUID, people: People) -> Event:
    """Return the event of a provider who finished an order."""
    return Event(
        uuid=uuid_of("event/order", number),
        kind=kinds.ORDER_DONE.name,
        subject_type=kinds.ORDER_DONE.noun,
        subject_uuid=order,
        actor=people.providers[number % len(people.providers)],
        source=OrderState.EXECUTING.value,
        target=OrderState.DONE.value,
        payload={"order_type": "Create"},
        customer_id=resource.project.customer_id,
        project_id=resource.project_id,
        provider_id=resource.offering.customer_id,
        offering_uuid=resource.offering.uuid,
        resource_uuid=resource.uuid,
        created=resource.created,
        dispatched_at=resource.created,
    )


def resource_created(number: int, resource: Resource) -> Event:
    """Return the event of a resource that the service itself brought to OK."""
    return Event(
        uuid=uuid_of("event/resource", number),
        kind=kinds.RESOURCE_CREATED.name,
        subject_type=kinds.RESOURCE_CREATED.noun,
        subject_uuid=resource.uuid,
        source=ResourceState.CREATING.value,
        target=ResourceState.OK.value,
        message=f"{resource.name} has been created." if number % 2 else "",
        customer_id=resource.project.customer_id,
        project_id=resource.project_id,
        provider_id=resource.offering.customer_id,
        offering_uuid=resource.offering.uuid,
        resource_uuid=resource.uuid,
        created=resource.created,
        dispatched_at=resource.created,
    )
