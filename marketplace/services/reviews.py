"""Who must agree to an order, and what it waits for next; decisions only, nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.permissions import Permission
from marketplace.lifecycle import OrderState, OrderType

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User
    from marketplace.models import Order


def consumer_agrees(order: Order, creator: User) -> bool:
    """Tell whether an order needs no approval by the consumer beside that of who placed it.

    So for those who could approve it, and for a provider who ends an allocation.
    """
    project, offering = order.project, order.offering
    if creator.may(Permission.APPROVE_ORDER, project, project.customer):
        return True
    if waives_consumer(order):
        return True
    return order.type == OrderType.TERMINATE and creator.may(
        Permission.TERMINATE_RESOURCE, offering, offering.customer
    )


def waives_consumer(order: Order) -> bool:
    """Tell whether the offering takes orders from its own organisation without its approval."""
    options = order.offering.plugin_options
    own = order.project.customer_id == order.offering.customer_id
    return own and _is_on(options, "auto_approve_in_service_provider_projects")


def waives_provider(order: Order) -> bool:
    """Tell whether the offering takes other organisations' orders without the provider's review."""
    options = order.offering.plugin_options
    foreign = order.project.customer_id != order.offering.customer_id
    return foreign and _is_on(options, "auto_approve_remote_orders")


def first_state(order: Order, creator: User, *, now: datetime) -> OrderState:
    """Return what an order waits for that somebody has just placed."""
    if consumer_agrees(order, creator):
        return after_consumer(order, now=now)
    return OrderState.PENDING_CONSUMER


def after_consumer(order: Order, *, now: datetime) -> OrderState:
    """Return what an order waits for once its consumer has agreed."""
    starts = order.project.start_date
    if order.type == OrderType.CREATE and starts is not None and starts > now.date():
        return OrderState.PENDING_PROJECT
    if not waives_provider(order):
        return OrderState.PENDING_PROVIDER
    return after_provider(order, now=now)


def after_provider(order: Order, *, now: datetime) -> OrderState:
    """Return what an order waits for once its provider has agreed."""
    if order.start_date is not None and order.start_date > now.date():
        return OrderState.PENDING_START_DATE
    return OrderState.EXECUTING


def _is_on(options: dict[str, object], name: str) -> bool:
    return options.get(name) is True and options.get("disable_autoapprove") is not True
