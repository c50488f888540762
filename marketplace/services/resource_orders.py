"""Orders about an allocation that there is: other limits, plan or options, its end, its return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes
from common.errors import Invalid
from common.machine import wrong_state
from marketplace import event_kinds as kinds
from marketplace import limits as rules
from marketplace import options as option_rules
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order
from marketplace.services import (
    availability,
    capacity,
    history,
    locking,
    order_states,
    promises,
    quotes,
    resources,
    reviews,
)
from marketplace.services.availability import ForeignPlan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.models import User
    from marketplace.models import Plan, Resource

TERMINABLE = (ResourceState.OK, ResourceState.ERRED)


class OrderPending(Invalid):
    """Another order holds the resource."""

    code = "order_pending"


class SamePlan(Invalid):
    """The resource is under that plan."""

    code = "same_plan"


class NotRestorable(Invalid):
    """The offering does not take terminated allocations back."""

    code = "not_restorable"


class UnknownOptions(Invalid):
    """The offering lets nobody change such options."""

    code = "unknown_options"


@transaction.atomic
def update_limits(
    resource: Resource,
    limits: Mapping[str, object],
    *,
    actor: User,
    now: datetime,
    replace: bool = False,
    request_comment: str | None = None,
) -> Order:
    """Order other limits; what is not named stays, unless all is to be replaced.

    :raises IllegalTransition: the resource is not OK.
    :raises OrderPending: another order holds it.
    :raises InvalidLimits: they cannot be had, or are the present ones.
    :raises NotOnOffer: there is to be more of something, and the offering is archived.
    """
    held = _held(resource, ResourceState.OK, counted=capacity.is_limited(resource.offering))
    components = list(held.offering.components.all())
    left = capacity.left(capacity.Others(held.offering, apart_from=held), components)
    wanted = rules.updated(held.limits, limits, rules.rules_of(components, left), replace=replace)
    if rules.grows(held.limits, wanted):
        availability.refuse_closed(held.offering)
    order = _draft(held, OrderType.UPDATE, actor=actor, now=now)
    order.limits, order.request_comment = wanted, request_comment
    order.attributes = {"old_limits": held.limits}
    order.cost = quotes.quote(held.plan, wanted).cost
    return _place(order, actor=actor, now=now)


@transaction.atomic
def switch_plan(resource: Resource, plan: Plan, *, actor: User, now: datetime) -> Order:
    """Order the same limits under another plan of the offering.

    :raises IllegalTransition: the resource is not OK.
    :raises OrderPending: another order holds it.
    :raises ForeignPlan: the offering has no such plan.
    :raises SamePlan: it is the present one.
    :raises PlanFull: as many allocations as it allows are under it, or on their way there.
    :raises NotOnOffer: the offering is archived.
    """
    held = _held(resource, ResourceState.OK, counted=capacity.is_limited(resource.offering))
    availability.refuse_closed(held.offering)
    plans = availability.plans_for(held.project.customer, held.offering)
    wanted = plans.filter(pk=plan.pk).first()
    if wanted is None:
        raise ForeignPlan({"plan": ["Plan is not available for this offering."]})
    if wanted.pk == held.plan_id:
        raise SamePlan({"plan": ["The resource is under this plan already."]})
    capacity.refuse_full(wanted, capacity.Others(held.offering, apart_from=held))
    order = _draft(held, OrderType.UPDATE, actor=actor, now=now)
    order.plan, order.old_plan = wanted, held.plan
    quote = quotes.quote(wanted, held.limits)
    order.cost, order.fixed_price = quote.cost, quote.fixed_price
    order.activation_price = quote.switch_price
    return _place(order, actor=actor, now=now)


@transaction.atomic
def update_options(
    resource: Resource, options: Mapping[str, Any] | None, *, actor: User, now: datetime
) -> Order | None:
    """Change the options that the offering lets people change; return the order if it takes one.

    :raises InvalidOptions: a value is not what the offering asks for.
    :raises UnknownOptions: the offering has no such option.
    :raises IllegalTransition: the resource is not OK, and an order would be needed.
    :raises OrderPending: another order holds it.
    """
    schema = resource.offering.resource_options
    known, values = option_rules.declared(schema), dict(options or {})
    if known and (strangers := sorted(set(values) - set(known))):
        raise UnknownOptions({"options": [f"Invalid options: {', '.join(strangers)}"]})
    option_rules.check(values, schema, partial=True)
    if resource.offering.plugin_options.get("create_orders_on_resource_option_change") is True:
        held = _held(resource, ResourceState.OK)
        order = _draft(held, OrderType.UPDATE, actor=actor, now=now)
        order.attributes = {"old_options": held.options, "new_options": options}
        return _place(order, actor=actor, now=now)
    set_options(resource, options, actor=actor, now=now)
    return None


@transaction.atomic
def set_options(
    resource: Resource, options: Mapping[str, Any] | None, *, actor: User, now: datetime
) -> None:
    """Replace the options at once."""
    held = locking.resource(resource)
    wanted = None if options is None else dict(options)
    if changes.write(held, {"options": wanted}, now=now):
        history.of_resource(
            kinds.RESOURCE_OPTIONS_SET,
            held,
            actor=actor,
            now=now,
            message=f"Options of resource {held.name} were changed.",
            payload={"options": wanted},
        )


@transaction.atomic
def terminate(
    resource: Resource,
    *,
    actor: User,
    now: datetime,
    attributes: Mapping[str, Any] | None = None,
    comment: str | None = None,
    agreed: bool = False,
) -> Order:
    """Order the end of an allocation; `agreed` says that the consumer need not be asked.

    :raises IllegalTransition: the resource is neither OK nor erred.
    :raises OrderPending: another order holds it.
    """
    held = _held(resource, *TERMINABLE)
    order = _draft(held, OrderType.TERMINATE, actor=actor, now=now)
    order.plan, order.limits, order.cost = None, {}, None
    order.attributes, order.termination_comment = dict(attributes or {}), comment
    return _place(order, actor=actor, now=now, agreed=agreed)


@transaction.atomic
def restore(resource: Resource, *, actor: User, now: datetime) -> Order:
    """Order a terminated allocation again, as it was.

    It is asked about as a new one would be (`promises.ask`).

    :raises NotRestorable: the offering does not allow that.
    :raises IllegalTransition: the resource is not terminated.
    :raises OrderPending: another order holds it.
    :raises Invalid: there is no room for it any more.
    """
    counted = capacity.is_limited(resource.offering)
    held = _held(resource, ResourceState.TERMINATED, counted=counted)
    if not held.offering.lets_restore:
        raise NotRestorable(["Resources of this offering cannot be restored."])
    order = _draft(held, OrderType.RESTORE, actor=actor, now=now)
    promises.ask(order, now=now, placed=False)
    return _place(order, actor=actor, now=now)


def can_terminate(resource: Resource) -> bool:
    """Tell whether a resource is in a state from which its end can be ordered."""
    return resource.state in TERMINABLE


def _held(resource: Resource, *states: ResourceState, counted: bool = False) -> Resource:
    """Lock a resource and see that it is free, and in one of the states."""
    held = locking.resource(resource, with_offering=counted)
    if held.state not in states:
        raise wrong_state(held.state, states)
    if resources.open_order(held) is not None:
        raise OrderPending(["Pending order for resource already exists."])
    return held


def _draft(held: Resource, kind: OrderType, *, actor: User, now: datetime) -> Order:
    """Return an order about a resource that leaves all as it is."""
    return Order(
        resource=held,
        project=held.project,
        offering=held.offering,
        plan=held.plan,
        type=kind,
        limits=dict(held.limits),
        cost=held.cost,
        old_cost=held.cost,
        created_by=actor,
        created=now,
    )


def _place(order: Order, *, actor: User, now: datetime, agreed: bool = False) -> Order:
    if agreed or reviews.consumer_agrees(order, actor):
        order.consumer_reviewed_by, order.consumer_reviewed_at = actor, now
        order.state = reviews.after_consumer(order, now=now)
    else:
        order.state = OrderState.PENDING_CONSUMER
    order.auto_approved = reviews.waives_consumer(order) or reviews.waives_provider(order)
    order.slug = order_states.slug_of(order)
    order.save(force_insert=True)
    order_states.begin(order, actor=actor, now=now)
    return order
