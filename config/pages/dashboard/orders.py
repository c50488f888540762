"""Panels of orders: how many stand where, and which are open longest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Min

from common.admin.columns import badge
from config.pages.dashboard.panel import (
    SHOWN,
    Cell,
    DashboardPanel,
    age,
    link_to_all,
    list_of,
    page_of,
)
from marketplace.lifecycle import OPEN, WAITING, OrderState
from marketplace.models import Order

if TYPE_CHECKING:
    from datetime import datetime


def orders_by_state(now: datetime) -> DashboardPanel:
    """Return how many orders stand where, and since when the oldest does."""
    unfinished = [*sorted(WAITING), OrderState.EXECUTING, OrderState.ERRED]
    counted = {
        row["state"]: row
        for row in Order.objects.filter(state__in=unfinished)
        .order_by()
        .values("state")
        .annotate(number=Count("pk"), oldest=Min("created"))
    }
    return DashboardPanel(
        "Orders that are not finished",
        ("State", "Orders", "Oldest"),
        [
            (
                Cell(badge(state), list_of(Order, state__exact=state)),
                Cell(str(counted[state]["number"])),
                Cell(age(counted[state]["oldest"], now)),
            )
            for state in unfinished
            if state in counted
        ],
        "Every order is finished.",
    )


def orders_waiting(now: datetime) -> DashboardPanel:
    """Return the orders that have been open longest."""
    rows = Order.objects.filter(state__in=OPEN).select_related("resource", "offering")
    found = list(rows.order_by("created", "pk")[: SHOWN + 1])
    return DashboardPanel(
        "Orders open longest",
        ("Order", "State", "Offering", "Open for"),
        [
            (
                Cell(f"{order.type} {order.resource.name}", page_of(order)),
                Cell(badge(order.state)),
                Cell(order.offering.name),
                Cell(age(order.created, now)),
            )
            for order in found[:SHOWN]
        ],
        "No order is open.",
        link_to_all(found, Order, progress="open"),
    )
