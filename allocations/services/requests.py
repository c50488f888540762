"""What an order asks of a backend, in the backend's own terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocations.backends.base import Ref, Spec
from marketplace.lifecycle import OrderType

if TYPE_CHECKING:
    from allocations.backends.base import Backend, Outcome
    from marketplace.models import Order


def ask(backend: Backend, order: Order) -> Outcome:
    """Put an order to a backend; whatever the backend raises is left to the caller."""
    ref = Ref(order.resource.uuid, order.resource.backend_id)
    match OrderType(order.type):
        case OrderType.CREATE | OrderType.RESTORE:
            return backend.create(_spec(order, ref))
        case OrderType.UPDATE:
            return backend.set_limits(ref, dict(order.limits))
        case OrderType.TERMINATE:
            return backend.terminate(ref)


def _spec(order: Order, ref: Ref) -> Spec:
    return Spec(
        ref=ref,
        order_uuid=order.uuid,
        offering_uuid=order.offering.uuid,
        name=order.resource.name,
        slug=order.resource.slug,
        project_slug=order.project.slug,
        customer_slug=order.project.customer.slug,
        limits=dict(order.limits),
        attributes=dict(order.attributes),
    )
