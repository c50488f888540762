"""The times during which a resource was under one plan: what its usage is counted in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from marketplace.lifecycle import OrderState, OrderType
from marketplace.models import ResourcePlanPeriod

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.models import Resource


def begin(resource: Resource, *, now: datetime) -> None:
    """Open a period under the resource's plan, ending the one before; none without a plan."""
    end(resource, now=now)
    if resource.plan_id is not None:
        ResourcePlanPeriod.objects.create(resource=resource, plan_id=resource.plan_id, start=now)


def end(resource: Resource, *, now: datetime) -> None:
    """Close the open period, if there is one."""
    ResourcePlanPeriod.objects.filter(resource=resource, end__isnull=True).update(end=now)


def ended_at(resource: Resource) -> datetime | None:
    """Return when a resource that has ended last did; None for one that never was in use."""
    periods = resource.plan_periods.aggregate(last=Max("end"))
    orders = resource.orders.filter(type=OrderType.TERMINATE, state=OrderState.DONE)
    ends = (periods["last"], orders.aggregate(last=Max("completed_at"))["last"])
    return max((end for end in ends if end is not None), default=None)
