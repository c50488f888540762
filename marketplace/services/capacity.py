"""What there is only so much of: the pools of components, places under plans and in projects.

Open orders count as if they were delivered. When an order is placed, all of them do; when one is
agreed to, those do that were agreed to before, so that of orders which cannot all be had (their
pool was made smaller meanwhile) the first one is.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import DecimalField, Exists, F, Func, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Greatest

from marketplace import limits as rules
from marketplace.lifecycle import OPEN, USABLE, OrderState, OrderType, ResourceState
from marketplace.models import Offering, OfferingComponent, Order, Plan, Resource
from marketplace.promises import left_for
from marketplace.services.availability import PlanFull, TooManyResources

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from identity.models import Project

AGREED = frozenset({OrderState.EXECUTING, OrderState.PENDING_START_DATE})
"""The states of open orders that their providers have agreed to."""


@dataclass(frozen=True)
class Others:
    """The allocations of an offering whose promises count, apart from the one that is asked for."""

    offering: Offering
    apart_from: Resource | None = None
    states: frozenset[OrderState] = OPEN

    def orders(self, *types: OrderType) -> QuerySet[Order]:
        """Return the order that counts of a resource in an outer query; its end never does."""
        kinds = types or (OrderType.CREATE, OrderType.UPDATE, OrderType.RESTORE)
        return Order.objects.filter(
            resource=OuterRef("pk"), state__in=sorted(self.states), type__in=kinds
        )

    def resources(self) -> QuerySet[Resource]:
        """Return the allocations that are there, and those that are ordered."""
        back = Exists(self.orders(OrderType.RESTORE))
        rows = Resource.objects.filter(
            ~Q(state=ResourceState.TERMINATED) | Q(back), offering=self.offering
        )
        if self.states != OPEN:
            being_created = Order.objects.filter(
                resource=OuterRef("pk"),
                state__in=sorted(OPEN - self.states),
                type=OrderType.CREATE,
            )
            rows = rows.exclude(Exists(being_created), state=ResourceState.CREATING)
        return rows if self.apart_from is None else rows.exclude(pk=self.apart_from.pk)


def is_limited(offering: Offering) -> bool:
    """Tell whether there is only so much of a component, or so many allocations under a plan.

    Where that is so, who promises some of it holds the offering's lock.
    """
    limited = offering.components.filter(max_available_limit__isnull=False)
    return limited.exists() or offering.plans.filter(max_amount__isnull=False).exists()


def refuse_full(plan: Plan, others: Others) -> None:
    """See that one more allocation may be under a plan; the caller holds the offering's lock.

    Those count that are under it, and those that an order brings under it.

    :raises PlanFull: when that would be too many.
    """
    if plan.max_amount is None:
        return
    brought = Exists(others.orders().filter(plan=plan))
    if others.resources().filter(Q(plan=plan) | Q(brought)).count() >= plan.max_amount:
        raise PlanFull({"plan": ["Plan is not available because limit has been reached."]})


def refuse_too_many(others: Others, project: Project, attributes: dict[str, Any]) -> None:
    """See that a project may have one more allocation; the caller holds the project's lock.

    :raises TooMany: the offering allows no more, or none with the same value of an attribute.
    """
    options = others.offering.plugin_options
    held = others.resources().filter(project=project)
    most = options.get("maximal_resource_count_per_project")
    if isinstance(most, int) and held.count() >= most:
        raise TooManyResources(
            ["Maximal resource count per project has been reached for this offering."]
        )
    name = options.get("unique_resource_per_attribute")
    same = {name: attributes[name]} if name in attributes else None
    if same is not None and held.filter(attributes__contains=same).exists():
        raise TooManyResources([f"The project has a resource with this {name} already."])


def left(others: Others, components: Iterable[OfferingComponent]) -> dict[str, Decimal]:
    """Return how much of each pool may be had; the caller holds the offering's lock."""
    pools = {
        component.type: component.max_available_limit
        for component in components
        if component.max_available_limit is not None
    }
    if not pools:
        return {}
    ordered = Subquery(others.orders().values("limits")[:1])
    sums = {f"n{n}": Sum(_promised(name)) for n, name in enumerate(pools)}
    totals = others.resources().annotate(ordered=ordered).aggregate(**sums)
    mine = others.apart_from
    holds = mine.limits if mine is not None and mine.state in USABLE else {}
    return {
        name: left_for(pool, totals[f"n{n}"] or Decimal(0), rules.as_amount(holds.get(name)))
        for n, (name, pool) in enumerate(pools.items())
    }


def _promised(component: str) -> Greatest:
    """Return what an allocation is promised of a component (`marketplace.promises.promised`)."""
    return Greatest(AmountIn(F("limits"), component), AmountIn(F("ordered"), component))


class AmountIn(Func):
    """The number under a key of a JSON object; nothing where there is none."""

    template = (
        "CASE jsonb_typeof(jsonb_extract_path(%(expressions)s)) WHEN 'number'"
        " THEN jsonb_extract_path_text(%(expressions)s)::numeric ELSE 0 END"
    )

    def __init__(self, document: F, key: str) -> None:
        """Take the column and the key, which is text also where it is made of digits."""
        super().__init__(document, Value(key), output_field=DecimalField())

    def as_sql(self, *args: Any, **more: Any) -> Any:
        """Give the parameters twice, as the expressions stand there twice."""
        sql, params = super().as_sql(*args, **more)
        return sql, (*params, *params)
