"""The life of an order after it was placed: agreed to, begun, delivered, failed or called off.

How orders come about is in `placing` (a new allocation) and `resource_orders` (a change of one);
each step is written by `order_states.advance`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes
from common.errors import Conflict
from common.machine import wrong_state
from common.redaction import without_secrets
from marketplace import event_kinds as kinds
from marketplace.cancellation import is_stoppable
from marketplace.lifecycle import ORDER, WAITING, OrderState, OrderType
from marketplace.models import Order
from marketplace.services import (
    delivery,
    history,
    locking,
    order_states,
    plan_periods,
    promises,
    reviews,
)
from marketplace.services.order_states import advance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.event_catalogue import Kind
    from identity.models import User

NO_ERROR = {"error_message": "", "error_traceback": ""}


class NotTheLatest(Conflict):
    """A later order was placed for the resource: this one cannot be taken up again."""

    code = "not_the_latest_order"


class AlreadyBegun(Conflict):
    """The provider is at work on the order, and its work cannot be called back."""

    code = "already_begun"


class NotDue(Conflict):
    """The day on which the order shall begin has not come."""

    code = "not_due"


# --- approval and refusal -------------------------------------------------------------------------


@transaction.atomic
def approve_by_consumer(order: Order, *, actor: User, now: datetime) -> None:
    """Agree to an order for the project that asks for it.

    :raises IllegalTransition: it does not wait for that.
    :raises Invalid: what it asks for cannot be had any more (`promises.ask`).
    """
    held = promises.locked(order)
    ORDER.check("approve_by_consumer", OrderState(held.state))
    promises.ask(held, now=now)
    review = {"consumer_reviewed_by": actor, "consumer_reviewed_at": now}
    to = reviews.after_consumer(held, now=now)
    advance(held, "approve_by_consumer", to, actor=actor, now=now, also=review)


@transaction.atomic
def approve_by_provider(
    order: Order,
    *,
    actor: User,
    now: datetime,
    attributes: Mapping[str, Any] | None = None,
) -> None:
    """Agree to an order for the provider, who may add attributes of their own to it.

    :raises IllegalTransition: it does not wait for that.
    :raises Invalid: what it asks for cannot be had any more (`promises.ask`).
    """
    held = promises.locked(order)
    ORDER.check("approve_by_provider", OrderState(held.state))
    review: dict[str, Any] = {"provider_reviewed_by": actor, "provider_reviewed_at": now}
    if attributes:
        review["attributes"] = held.attributes = {**held.attributes, **attributes}
    promises.ask(held, now=now)
    to = reviews.after_provider(held, now=now)
    advance(held, "approve_by_provider", to, actor=actor, now=now, also=review)
    if attributes and held.type == OrderType.CREATE:
        changes.write(held.resource, {"attributes": held.attributes}, now=now)


@transaction.atomic
def reject_by_consumer(order: Order, *, actor: User, now: datetime, comment: str = "") -> None:
    """Refuse an order for the project that asks for it.

    :raises IllegalTransition: it does not wait for the consumer.
    """
    held = locking.order(order)
    review = {
        "consumer_reviewed_by": actor,
        "consumer_reviewed_at": now,
        "consumer_rejection_comment": comment,
    }
    to = OrderState.REJECTED
    advance(held, "reject_by_consumer", to, actor=actor, now=now, also=review)


@transaction.atomic
def reject_by_provider(order: Order, *, actor: User, now: datetime, comment: str = "") -> None:
    """Refuse an order for the provider.

    :raises IllegalTransition: it does not wait for the provider.
    """
    held = locking.order(order)
    review = {
        "provider_reviewed_by": actor,
        "provider_reviewed_at": now,
        "provider_rejection_comment": comment,
    }
    to = OrderState.REJECTED
    advance(held, "reject_by_provider", to, actor=actor, now=now, also=review)


# --- delivery -------------------------------------------------------------------------------------


@transaction.atomic
def start(order: Order, *, now: datetime, actor: User | None = None) -> None:
    """Let an order go on that waited for the start of its project, or for its own date.

    :raises NotDue: the day has not come.
    :raises IllegalTransition: it does not wait for a day.
    :raises Invalid: what it asks for cannot be had any more (`promises.ask`).
    """
    held = promises.locked(order)
    state = OrderState(held.state)
    ORDER.check("start", state)
    waited_for_project = state is OrderState.PENDING_PROJECT
    to = (
        reviews.after_consumer(held, now=now)
        if waited_for_project
        else reviews.after_provider(held, now=now)
    )
    if to in {OrderState.PENDING_PROJECT, OrderState.PENDING_START_DATE}:
        raise NotDue("The order is not due yet.")
    promises.ask(held, now=now)
    advance(held, "start", to, actor=actor, now=now)


@transaction.atomic
def set_state_executing(order: Order, *, actor: User, now: datetime) -> None:
    """Begin with an order whatever it waits for, or take a failed one up again.

    :raises IllegalTransition: it is under way, or over.
    :raises NotTheLatest: another order came after the failed one.
    :raises Invalid: what it asks for cannot be had any more (`promises.ask`).
    """
    _begin_work(order, "set_state_executing", actor=actor, now=now)


@transaction.atomic
def retry(order: Order, *, actor: User | None, now: datetime) -> None:
    """Take a failed order up again.

    :raises IllegalTransition: it has not failed.
    :raises NotTheLatest: another order came after it.
    :raises Invalid: what it asks for cannot be had any more (`promises.ask`).
    """
    _begin_work(order, "retry", actor=actor, now=now)


def _begin_work(order: Order, action: str, *, actor: User | None, now: datetime) -> None:
    held = promises.locked(order)
    ORDER.check(action, OrderState(held.state))
    later = Order.objects.filter(resource=held.resource, pk__gt=held.pk)
    if later.exists():
        raise NotTheLatest("A later order was placed for this resource.")
    promises.ask(held, now=now)
    advance(held, action, OrderState.EXECUTING, actor=actor, now=now, also=NO_ERROR)


@transaction.atomic
def complete(
    order: Order, *, actor: User | None, now: datetime, resource_backend_id: str = ""
) -> None:
    """Say that an order is delivered: what it asked for holds from now on.

    With `resource_backend_id`, the provider says in the same breath what it calls the resource.

    :raises IllegalTransition: it is not executing.
    """
    held = locking.order(order)
    if resource_backend_id:
        delivery.set_backend_id(held.resource, resource_backend_id, actor=actor, now=now)
        held.resource.backend_id = resource_backend_id
    also = {"completed_at": now, **NO_ERROR}
    advance(held, "complete", OrderState.DONE, actor=actor, now=now, also=also)
    if held.type == OrderType.UPDATE:
        _apply(held, actor=actor, now=now)
    elif held.type in {OrderType.CREATE, OrderType.RESTORE}:
        plan_periods.begin(held.resource, now=now)


def _apply(order: Order, *, actor: User | None, now: datetime) -> None:
    """Give the resource the limits, the plan and the options that were ordered."""
    resource = order.resource
    switched = order.plan_id != resource.plan_id
    wanted: dict[str, Any] = {"limits": order.limits, "plan": order.plan, "cost": order.cost}
    if "new_options" in order.attributes:
        wanted["options"] = order.attributes["new_options"]
    old_limits = resource.limits
    changed = changes.write(resource, wanted, now=now)
    if switched:
        plan_periods.begin(resource, now=now)
    history.of_resource(
        kinds.RESOURCE_CHANGED,
        resource,
        actor=actor,
        now=now,
        message=f"Resource {resource.name} is as ordered.",
        payload={
            "changed": sorted(changed),
            "limits": order.limits,
            "old_limits": old_limits,
            "plan_uuid": order.plan.uuid.hex if order.plan else None,
        },
    )


@transaction.atomic
def fail(
    order: Order,
    *,
    actor: User | None,
    now: datetime,
    error_message: str = "",
    error_traceback: str = "",
) -> None:
    """Say that an order could not be delivered, and why; its resource is erred.

    :raises IllegalTransition: it is not executing.
    """
    held = locking.order(order)
    also = {
        "error_message": without_secrets(error_message),
        "error_traceback": without_secrets(error_traceback),
        "error_updated_at": now,
    }
    advance(held, "fail", OrderState.ERRED, actor=actor, now=now, also=also)


@transaction.atomic
def set_backend_id(order: Order, backend_id: str, *, actor: User, now: datetime) -> bool:
    """Say what the provider calls the order; return whether that is new."""
    held = locking.order(order)
    changed = changes.write(held, {"backend_id": backend_id}, now=now)
    if changed:
        _note(held, kinds.ORDER_BACKEND_ID_SET, actor=actor, now=now, backend_id=backend_id)
    return bool(changed)


# --- taking an order back -------------------------------------------------------------------------


@transaction.atomic
def cancel(order: Order, *, actor: User | None, now: datetime) -> None:
    """Call an order off: while it waits, or while people work on it who can stop.

    :raises IllegalTransition: it is over.
    :raises AlreadyBegun: a site is at work on it, or a termination has begun.
    """
    held = locking.order(order)
    ORDER.check("cancel", OrderState(held.state))
    if held.state == OrderState.EXECUTING and not is_stoppable(held):
        waiting = ", ".join(sorted(WAITING))
        raise AlreadyBegun(f"Valid states for operation: {waiting}.")
    advance(held, "cancel", OrderState.CANCELED, actor=actor, now=now)


@transaction.atomic
def delete(order: Order, *, actor: User, now: datetime) -> None:
    """Delete an order that still waits; an allocation that it reserved is abandoned.

    :raises IllegalTransition: it is under way, or over.
    """
    held = locking.order(order)
    if held.state not in WAITING:
        raise wrong_state(held.state, sorted(WAITING))
    _release(held, kinds.ORDER_DELETED, actor=actor, now=now)


@transaction.atomic
def unlink(order: Order, *, actor: User, now: datetime) -> None:
    """Delete an order in any state without telling its provider; its resource is let go."""
    _release(locking.order(order), kinds.ORDER_UNLINKED, actor=actor, now=now)


def _release(order: Order, kind: Kind, *, actor: User, now: datetime) -> None:
    """Delete an order and leave its resource in no state that only the order could end."""
    _note(order, kind, actor=actor, now=now)
    order_states.release(order, actor=actor, now=now)
    order.delete()


def _note(order: Order, kind: Kind, *, actor: User, now: datetime, **payload: object) -> None:
    history.of_order(
        kind,
        order,
        actor=actor,
        now=now,
        message=f"{order.type} order for resource {order.resource.name}: {kind.verb}.",
        states=(order.state, order.state if kind is kinds.ORDER_BACKEND_ID_SET else ""),
        payload=payload,
    )
