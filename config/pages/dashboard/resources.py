"""Panels of allocations: which are erred, and which end soon."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.timesince import timeuntil

from config.pages.dashboard.panel import SHOWN, Cell, DashboardPanel, age, link_to_all, page_of
from identity.end_dates import effective_end_date
from marketplace.lifecycle import ResourceState
from marketplace.models import Resource

if TYPE_CHECKING:
    from datetime import datetime

SOON = timedelta(days=30)


def erred_resources(now: datetime) -> DashboardPanel:
    """Return the resources that do not work, the newest trouble first."""
    rows = Resource.objects.filter(state=ResourceState.ERRED).select_related("offering", "project")
    found = list(rows.order_by("-modified", "-pk")[: SHOWN + 1])
    return DashboardPanel(
        "Erred resources",
        ("Resource", "Offering", "Error", "Since"),
        [
            (
                Cell(resource.name or resource.slug, page_of(resource)),
                Cell(resource.offering.name),
                Cell(resource.error_message[:80]),
                Cell(age(resource.modified, now)),
            )
            for resource in found[:SHOWN]
        ],
        "No resource is erred.",
        link_to_all(found, Resource, state__exact=ResourceState.ERRED),
    )


def ending_soon(now: datetime) -> DashboardPanel:
    """Return the allocations whose end, or whose project's, comes within a month."""
    rows = Resource.objects.ended((now + SOON).date()).select_related(
        "offering", "project__customer"
    )
    found = list(rows.order_by("end_date", "project__end_date", "pk")[: SHOWN + 1])
    return DashboardPanel(
        "Allocations that end within 30 days",
        ("Resource", "Offering", "Project", "Ends"),
        [
            (
                Cell(resource.name or resource.slug, page_of(resource)),
                Cell(resource.offering.name),
                Cell(resource.project.name, page_of(resource.project)),
                Cell(_end(resource, now)),
            )
            for resource in found[:SHOWN]
        ],
        "None.",
        link_to_all(found, Resource, ends="30"),
    )


def _end(resource: Resource, now: datetime) -> str:
    own, project = resource.end_date, resource.project
    of_project = effective_end_date(
        project.end_date, project.grace_period_days, project.customer.grace_period_days
    )
    end = min((day for day in (own, of_project) if day is not None), default=None)
    whose = "" if end == own else " (with its project)"
    if end is None or end < now.date():
        return f"{end:%Y-%m-%d}, over{whose}" if end else ""
    if end == now.date():
        return f"{end:%Y-%m-%d}, today{whose}"
    return f"{end:%Y-%m-%d}, in {timeuntil(end, now.date(), depth=1)}{whose}"
