"""Panel of projects: which have not the one PI that they should have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q

from config.pages.dashboard.panel import SHOWN, Cell, DashboardPanel, page_of
from identity import access
from identity.models import Grant, Project
from identity.roles import ScopeType
from identity.services.pi_rules import PI

if TYPE_CHECKING:
    from datetime import datetime


def led_by_nobody(now: datetime) -> DashboardPanel:
    """Return the projects that lost their PI, have several, or use something without one."""
    title = "Projects without exactly one PI"
    headings = ("Project", "Organization", "PIs", "Allocations")
    if not settings.ROLES.one_pi:
        return DashboardPanel(title, headings, [], "Projects may have any number of PIs.")
    led = Grant.objects.filter(scope_type=ScopeType.PROJECT.value, role__name=PI.value)
    keys = led.filter(access.in_force(), user__is_active=True).values("project")
    once = keys.annotate(number=Count("user", distinct=True)).filter(number=1)
    ever = Exists(led.filter(project=OuterRef("pk")))
    rows = Project.objects.present().filter(ever | Q(resources_count__gt=0))
    found = list(
        rows.exclude(pk__in=once.values("project"))
        .select_related("customer")
        .order_by("-resources_count", "name_key", "pk")[: SHOWN + 1]
    )
    number = dict(
        keys.filter(project__in=found[:SHOWN])
        .annotate(number=Count("user", distinct=True))
        .values_list("project", "number")
    )
    return DashboardPanel(
        title,
        headings,
        [
            (
                Cell(project.name, page_of(project)),
                Cell(project.customer.name, page_of(project.customer)),
                Cell(str(number.get(project.pk, 0))),
                Cell(str(project.resources_count)),
            )
            for project in found[:SHOWN]
        ],
        "Every project has its PI.",
    )
