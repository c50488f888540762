"""What is known of an allocation and its order that may keep people from using it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketplace.lifecycle import OPEN, OfferingState, OrderState, OrderType, ResourceState
from marketplace.models import Order
from marketplace.obstacles import AllocationFacts

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.models import Resource


def open_order(resource: Resource) -> Order | None:
    """Return the order that is open for an allocation."""
    orders = Order.objects.filter(resource=resource, state__in=sorted(OPEN))
    found: Order | None = orders.order_by("-pk").first()
    return found


def of_allocation(resource: Resource, order: Order | None, *, now: datetime) -> AllocationFacts:
    """Return what is known of an allocation whose offering was read with it."""
    return AllocationFacts(
        today=now.date(),
        state=ResourceState(resource.state),
        error=resource.error_message,
        ends=resource.end_date,
        keeps_members_out=resource.restrict_member_access,
        offering=resource.offering.name,
        offering_state=OfferingState(resource.offering.state),
        can_be_restored=resource.offering.lets_restore,
        order_type=OrderType(order.type) if order else None,
        order_state=OrderState(order.state) if order else None,
    )
