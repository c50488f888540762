"""Panel of the access plane: at whose login the AAI stands behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q

from allocations.lifecycle import UNSETTLED_ENTITLEMENTS
from allocations.models import EntitledPerson
from config.pages.dashboard.panel import (
    LATE,
    SHOWN,
    Cell,
    DashboardPanel,
    age,
    link_to_all,
    page_of,
)

if TYPE_CHECKING:
    from datetime import datetime


def entitlements_behind(now: datetime) -> DashboardPanel:
    """Return the people of whom the AAI has not been told in time what they are entitled to."""
    waiting = Q(entitlements__state__in=sorted(UNSETTLED_ENTITLEMENTS))
    people = EntitledPerson.objects.open().annotate(
        number=Count("entitlements", filter=waiting),
        oldest=Min("entitlements__since", filter=waiting),
    )
    late = people.filter(Q(attempts__gt=0) | Q(oldest__lt=now - LATE))
    found = list(late.order_by("oldest", "pk")[: SHOWN + 1])
    return DashboardPanel(
        "People whose entitlements wait for the AAI",
        ("Person", "Entitlements", "Since", "Attempts", "Error"),
        [
            (
                Cell(person.cuid, page_of(person)),
                Cell(str(person.number)),
                Cell(age(person.oldest, now) if person.oldest else ""),
                Cell(str(person.attempts)),
                Cell(person.last_error[:80]),
            )
            for person in found[:SHOWN]
        ],
        "The AAI has been told of everybody.",
        link_to_all(found, EntitledPerson, backlog="yes"),
    )
