"""The only writer of `Order.state`: an order, its event and its resource move together or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common.machine import wrong_state
from marketplace import event_kinds as kinds
from marketplace.lifecycle import (
    OPEN,
    ORDER,
    RESOURCE,
    OrderState,
    OrderType,
    ResourceState,
    effect,
)
from marketplace.models import Order
from marketplace.services import history, resources

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.models import User


@transaction.atomic
def begin(order: Order, *, actor: User | None, now: datetime, action: str = "place") -> None:
    """Record an order that was just stored in its first state, and do what that state entails.

    An order for what was there before it is done from the first. The caller holds the locks of the
    project and of the resource.
    """
    state = OrderState(order.state)
    _record(order, action, "", actor=actor, now=now)
    _cascade(order, effect(OrderType(order.type), state, state), actor=actor, now=now)


@transaction.atomic
def advance(
    order: Order,
    action: str,
    to: OrderState,
    *,
    actor: User | None,
    now: datetime,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Move an order along the table with the columns that go with it, and record the event.

    Either all of it happens, the step of the resource included, or nothing. The caller holds the
    locks (`locking.order`).

    :raises IllegalTransition: the table has no such step from the present state.
    """
    source = OrderState(order.state)
    ORDER.check(action, source, to)
    columns = {**(also or {}), "state": to, "modified": now}
    if not Order.objects.filter(pk=order.pk, state=source).update(**columns):
        raise wrong_state("another", sorted(ORDER.sources(action)))
    for name, value in columns.items():
        setattr(order, name, value)
    _record(order, action, source, actor=actor, now=now)
    _cascade(order, effect(OrderType(order.type), source, to), actor=actor, now=now)


def slug_of(order: Order) -> str:
    """Return a short name for a new order; it needs no look at the others to be unique."""
    return f"{order.resource.slug[:60]}-{order.uuid.hex[:12]}"


def release(order: Order, *, actor: User | None, now: datetime) -> None:
    """Let go of the resource of an order that is about to be deleted, as if it were cancelled."""
    if order.state not in OPEN:
        return
    action = effect(OrderType(order.type), OrderState(order.state), OrderState.CANCELED)
    _cascade(order, action, actor=actor, now=now)


def _cascade(order: Order, action: str | None, *, actor: User | None, now: datetime) -> None:
    """Take the resource along.

    It stays where it is when its provider has said already that it is there, and when an order
    is called off that left it in a state of which that is no way out.
    """
    state = ResourceState(order.resource.state)
    if action is None or {state} == RESOURCE.targets(action):
        return
    if action in {"abandoned", "kept"} and not RESOURCE.allows(action, state):
        return
    mistakes = {"error_message": order.error_message, "error_traceback": order.error_traceback}
    resources.advance(order.resource, action, actor=actor, now=now, mistakes=mistakes)


def _record(order: Order, action: str, source: str, *, actor: User | None, now: datetime) -> None:
    history.of_order(
        kinds.ORDER_STATES[OrderState(order.state)],
        order,
        actor=actor,
        now=now,
        message=f"{order.type} order for resource {order.resource.name} is {order.state}.",
        states=(source, order.state),
        payload={"action": action},
    )
