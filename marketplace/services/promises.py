"""Whether what an order asks for can be promised: one question, asked whenever it is.

It is asked when an order is placed, and again when somebody agrees to it, when its day comes and
when it is taken up again after a failure. An open order counts as if it were delivered; one that is
rejected, cancelled or failed counts no more. The end of an allocation asks nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketplace import limits as rules
from marketplace.components import REPORTED, BillingType
from marketplace.lifecycle import OPEN, OrderType
from marketplace.services import availability, capacity, locking, placing

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.models import Order


def locked(order: Order) -> Order:
    """Lock an order, and its offering where what is left of that is to be counted."""
    counted = order.type != OrderType.TERMINATE and capacity.is_limited(order.offering)
    return locking.order(order, with_offering=counted)


def ask(order: Order, *, now: datetime, placed: bool = True) -> None:
    """See that what an order asks for can be promised; `placed` says that it was already.

    The caller holds the locks (`locked`).

    :raises NotOnOffer: the offering is not open, or not to the project's organisation.
    :raises ProjectGone: the project was removed.
    :raises ProjectExpired: the project has ended.
    :raises Blocked: its organisation is blocked or archived.
    :raises ForeignPlan: the plan cannot be had any more.
    :raises PlanFull: the plan takes no more allocations.
    :raises TooMany: the project may have no more.
    :raises InvalidLimits: the limits cannot be had, or not any more.
    """
    states = capacity.AGREED if placed else OPEN
    others = capacity.Others(order.offering, apart_from=order.resource, states=states)
    if order.type == OrderType.UPDATE:
        _ask_change(order, others)
    elif order.type != OrderType.TERMINATE:
        availability.refuse_unavailable(order.offering, order.project.customer, placed=placed)
        _ask_allocation(order, others, now=now)


def _ask_allocation(order: Order, others: capacity.Others, *, now: datetime) -> None:
    project, is_back = order.project, order.type == OrderType.RESTORE
    placing.refuse_ended(project, now=now)
    if order.plan is not None:
        availability.refuse_foreign(order.plan, project.customer, order.offering)
        capacity.refuse_full(order.plan, others)
    attributes = order.resource.attributes if is_back else order.attributes
    capacity.refuse_too_many(others, project, attributes)
    _ask_limits(order, dict(order.limits), others)


def _ask_change(order: Order, others: capacity.Others) -> None:
    """Ask about what is to be other than it is; less of something can be had always."""
    plan, holds = order.plan, order.resource.limits
    switches = plan is not None and plan.pk != order.resource.plan_id
    wanted = rules.changed(holds, order.limits)
    if switches or rules.grows(holds, order.limits):
        availability.refuse_closed(order.offering)
    if plan is not None and switches:
        availability.refuse_foreign(plan, order.project.customer, order.offering)
        capacity.refuse_full(plan, others)
    _ask_limits(order, wanted, others)


def _ask_limits(order: Order, wanted: dict[str, object], others: capacity.Others) -> None:
    """Hold limits to what their components allow, and to what is left.

    Sites may also tell limits of components that are charged by usage; those are theirs.
    """
    if not wanted:
        return
    components = list(order.offering.components.all())
    of_sites = {
        component.type
        for component in components
        if component.billing_type in REPORTED and component.billing_type != BillingType.LIMIT
    }
    asked = {name: value for name, value in wanted.items() if name not in of_sites}
    rules.ordered(asked, rules.rules_of(components, capacity.left(others, components)))
