"""Which orders can be called off: those that wait, and those whose backend can stop at them.

Said twice, for rows of a list and for one order; `tests/services/test_orders_ended.py` holds the
one to the other.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from marketplace.contributions import contributions
from marketplace.lifecycle import WAITING, OrderState, OrderType


def can_be_called_off() -> Q:
    """Return the condition that an order can be called off."""
    stoppable = Q(
        state=OrderState.EXECUTING, offering__type__in=sorted(contributions().stoppable_types())
    )
    return Q(state__in=sorted(WAITING)) | (stoppable & ~Q(type=OrderType.TERMINATE))


def is_stoppable(order: Any) -> bool:  # the models read this module, so it names none
    """Tell whether an order can be called off though it is executing."""
    is_end = order.type == OrderType.TERMINATE
    return order.offering.type in contributions().stoppable_types() and not is_end
