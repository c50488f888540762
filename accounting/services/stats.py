"""What allocations together have and have used, component by component: reads only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from django.db.models import Sum

from accounting.ledger import month_of
from accounting.models import ComponentUsage
from marketplace import usage_snapshot
from marketplace.components import REPORTED
from marketplace.lifecycle import ResourceState
from marketplace.models import OfferingComponent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

    from django.db.models import QuerySet

    from marketplace.models import Resource

ZERO = Decimal(0)


@dataclass
class ComponentTotal:
    """What live allocations have and have used of a component; those that ended stand apart."""

    component: OfferingComponent
    limit: Decimal = ZERO
    limit_usage: Decimal = ZERO
    limit_usage_terminated: Decimal = ZERO
    usage: Decimal = ZERO
    usage_terminated: Decimal = ZERO


def total(
    resources: QuerySet[Resource],
    *,
    for_current_month: bool = False,
    include_terminated: bool = False,
    now: datetime,
) -> list[ComponentTotal]:
    """Return the totals of allocations by offering and component, in three queries.

    `for_current_month` counts the usage of this month alone; what counts against limits is always
    that of their present periods. What has ended is counted if `include_terminated`.
    """
    rows = resources.order_by()
    if not include_terminated:
        rows = rows.exclude(state=ResourceState.TERMINATED)
    components = OfferingComponent.objects.filter(
        billing_type__in=REPORTED, offering__in=rows.values("offering")
    )
    found = {
        component.pk: ComponentTotal(component)
        for component in components.select_related("offering").order_by(
            "offering__name", "offering_id", "type"
        )
    }
    _add_limits(found.values(), rows, now=now)
    used = ComponentUsage.objects.filter(resource__in=rows.values("pk"), component__in=found)
    if for_current_month:
        used = used.filter(billing_period=month_of(now))
    for component, state, usage in used.values_list("component", "resource__state").annotate(
        total=Sum("usage")
    ):
        if state == ResourceState.TERMINATED:
            found[component].usage_terminated += usage
        else:
            found[component].usage += usage
    return list(found.values())


def _add_limits(
    totals: Iterable[ComponentTotal], rows: QuerySet[Resource], *, now: datetime
) -> None:
    """Add the limits of each allocation, and what counts against them."""
    of_offering: dict[int, list[ComponentTotal]] = {}
    for one in totals:
        of_offering.setdefault(one.component.offering_id, []).append(one)
    columns = ("offering", "state", "limits", "usage_month", "limit_usage", "following_usages")
    for offering, state, limits, month, present, following in rows.values_list(*columns):
        against = usage_snapshot.limit_usage(state, month, now.date(), present, following)
        for one in of_offering.get(offering, ()):
            used = _amount(against, one.component.type)
            if state == ResourceState.TERMINATED:
                one.limit_usage_terminated += used
            else:
                one.limit += _amount(limits, one.component.type)
                one.limit_usage += used


def _amount(amounts: Any, component: str) -> Decimal:
    """Return an amount of stored JSON; what is no number counts nothing."""
    try:
        amount = Decimal(str(amounts.get(component, 0))) if isinstance(amounts, dict) else ZERO
    except InvalidOperation:
        return ZERO
    return amount if amount.is_finite() else ZERO
