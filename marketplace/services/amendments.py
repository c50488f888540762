"""Changing an order that nobody has begun with: what it asks for, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import changes
from common.errors import Forbidden, Invalid
from common.machine import wrong_state
from identity.permissions import Permission
from marketplace import event_kinds as kinds
from marketplace import limits as rules
from marketplace.lifecycle import OrderState, OrderType
from marketplace.services import attributes as reading
from marketplace.services import capacity, history, promises, quotes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from identity.models import User
    from marketplace.models import Order

AMENDABLE = (
    OrderState.PENDING_CONSUMER,
    OrderState.PENDING_PROJECT,
    OrderState.PENDING_PROVIDER,
)
"""Before its provider has agreed to an order; what it agreed to is not changed behind its back."""


class ConsumerAgreed(Forbidden):
    """Somebody agreed to the order as it is; only those who could do so may change it now."""


class NotInThisOrder(Invalid):
    """An order of this type has no such part."""

    code = "not_in_this_order"


class StartMovedToPast(Invalid):
    """An order cannot begin before today."""

    code = "impossible_start_date"


KEEP: Any = object()
"""Stands for a part that is not to be changed, where None is a value."""


@transaction.atomic
def amend(
    order: Order,
    *,
    actor: User,
    now: datetime,
    attributes: Mapping[str, Any] | None = None,
    limits: Mapping[str, object] | None = None,
    start_date: date | None = KEEP,
) -> None:
    """Change what a waiting order asks for; limits and attributes are replaced as a whole.

    :raises IllegalTransition: the provider has agreed to it, or it is over.
    :raises ConsumerAgreed: the actor could not have agreed to it.
    :raises NotInThisOrder: it is no order for limits.
    :raises InvalidLimits: the limits cannot be had.
    :raises InvalidOptions: an attribute is not what the offering asks for.
    :raises StartMovedToPast: the start date is over.
    """
    held = promises.locked(order)
    _refuse(held, actor)
    wanted: dict[str, Any] = {}
    parsed = None
    if attributes is not None and held.type == OrderType.CREATE:
        parsed = reading.read(attributes, held.offering, now=now)
    if attributes is not None:
        wanted["attributes"] = _attributes(held, attributes)
    if limits is not None:
        wanted |= _limits(held, limits)
    if start_date is not KEEP:
        if start_date is not None and start_date < now.date():
            raise StartMovedToPast({"start_date": ["Cannot be earlier than the current date."]})
        wanted["start_date"] = start_date
    changed = changes.write(held, wanted, now=now)
    if not changed:
        return
    if held.type == OrderType.CREATE:
        _carry_over(held, changed, parsed, actor=actor, now=now)
    history.of_order(
        kinds.ORDER_AMENDED,
        held,
        actor=actor,
        now=now,
        message=f"{held.type} order for resource {held.resource.name} was changed.",
        states=(held.state, held.state),
        payload={"changed": sorted(changed)},
    )


def _refuse(order: Order, actor: User) -> None:
    if order.state not in AMENDABLE:
        raise wrong_state(order.state, AMENDABLE)
    project = order.project
    agreed = order.state != OrderState.PENDING_CONSUMER
    if agreed and not actor.may(Permission.APPROVE_ORDER, project, project.customer):
        raise ConsumerAgreed("You do not have permission to perform this action.")


def _attributes(order: Order, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the new attributes, with what the order itself noted among the old ones."""
    noted = ("old_limits", "old_options", "new_options")
    return {
        **attributes,
        **{key: order.attributes[key] for key in noted if key in order.attributes},
    }


def _limits(order: Order, limits: Mapping[str, object]) -> dict[str, Any]:
    """Return the limits that an order shall ask for, and what they cost."""
    if order.type not in {OrderType.CREATE, OrderType.UPDATE}:
        raise NotInThisOrder({"limits": ["This order does not ask for limits."]})
    components = list(order.offering.components.all())
    left = capacity.left(capacity.Others(order.offering, apart_from=order.resource), components)
    bounds = rules.rules_of(components, left)
    if order.type == OrderType.UPDATE:
        wanted = rules.updated(order.resource.limits, limits, bounds)
    else:
        wanted = rules.ordered(limits, bounds)
    return {"limits": wanted, "cost": quotes.quote(order.plan, wanted).cost}


def _carry_over(
    order: Order,
    changed: Collection[str],
    parsed: reading.ParsedAttributes | None,
    *,
    actor: User,
    now: datetime,
) -> None:
    """Let the allocation that the order reserves say the same as the order."""
    wanted = {name: getattr(order, name) for name in changed if name != "start_date"}
    if parsed is not None:
        wanted |= {
            "name": parsed.name or order.resource.name,
            "description": parsed.description,
            "options": parsed.changeable,
            "end_date": parsed.end_date,
        }
        if parsed.end_date != order.resource.end_date:
            wanted["end_date_requested_by"] = actor
    changes.write(order.resource, wanted, now=now)
