"""All panels of the dashboard, a fixed number of queries each."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction

from config.pages.dashboard.access import entitlements_behind
from config.pages.dashboard.agents import queues_behind, silent_agents
from config.pages.dashboard.orders import orders_by_state, orders_waiting
from config.pages.dashboard.panel import Cell, DashboardPanel
from config.pages.dashboard.projects import led_by_nobody
from config.pages.dashboard.resources import ending_soon, erred_resources
from config.pages.dashboard.unfinished_work import failing_tasks, stuck_work

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

log = logging.getLogger(__name__)

PANELS = (
    orders_by_state,
    orders_waiting,
    erred_resources,
    failing_tasks,
    stuck_work,
    queues_behind,
    silent_agents,
    entitlements_behind,
    led_by_nobody,
    ending_soon,
)


def read(now: datetime) -> list[DashboardPanel]:
    """Return the panels of all that may need a person, the most urgent first."""
    return [_panel(make, now) for make in PANELS]


def _panel(make: Callable[[datetime], DashboardPanel], now: datetime) -> DashboardPanel:
    """Return a panel, or that it cannot be made: the others are read without it."""
    try:
        with transaction.atomic():
            return make(now)
    except Exception as error:
        log.exception("%s cannot be told", make.__name__)
        title = make.__name__.replace("_", " ").capitalize()
        cell = Cell(f"This cannot be told: {type(error).__name__}. The log says why.")
        return DashboardPanel(title, ("",), [[cell]], "")
