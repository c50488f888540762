"""What a project holds, when the project goes to another organization.

The move itself is `identity.services.moves`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from identity import events
from identity.models import Event
from marketplace import event_kinds as kinds
from marketplace.lifecycle import OPEN, ResourceState
from marketplace.models import Order, Resource
from marketplace.services import availability

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from identity.models import Customer, Project

NAMED = 5
"""How many of what hinders a move are named; more are counted."""


def hindrances(project: Project, customer: Customer) -> list[str]:
    """Return sentences that say why a project's allocations cannot be an organisation's now.

    The project is locked: nothing is ordered for it meanwhile.
    """
    orders = Order.objects.filter(project=project, state__in=sorted(OPEN)).order_by("pk")
    live = list(_live(project.pk).select_related("offering", "plan"))
    offerings = {one.offering_id: one.offering for one in live}
    shut = [
        found.name for found in offerings.values() if not availability.is_open_to(found, customer)
    ]
    foreign = {
        f"{one.plan.name} of {one.offering.name}"
        for one in live
        if one.plan is not None and not availability.is_plan_for(one.plan, customer)
    }
    told = (
        ("Orders are not finished", orders.values_list("slug", flat=True)),
        ("Offerings of which it has allocations are not open to that organization", shut),
        ("Plans of its allocations are not for that organization", sorted(foreign)),
    )
    return [f"{what}: {_listed(names)}." for what, names in told if names]


def tell(moved: Event, *, now: datetime) -> None:
    """Record of each live allocation of a project that it is another organisation's now."""
    live = _live(moved.project_id).select_related("project", "offering")
    for resource in live.order_by("pk"):
        _tell(resource, moved, now=now)


@transaction.atomic
def _tell(resource: Resource, moved: Event, *, now: datetime) -> None:
    told = Event.objects.about(resource).filter(kind=kinds.RESOURCE_MOVED.name)
    move = {**moved.payload, "move": moved.uuid.hex}
    if told.filter(payload__move=move["move"]).exists():
        return
    message = f"The project of {resource.name} belongs to another organization."
    events.record(
        kinds.RESOURCE_MOVED,
        resource,
        actor=moved.actor,
        now=now,
        message=message,
        payload=move,
    )


def _live(project: int | None) -> QuerySet[Resource]:
    return Resource.objects.filter(project=project).exclude(state=ResourceState.TERMINATED)


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - NAMED
    return ", ".join(every[:NAMED]) + (f" and {more} more" if more > 0 else "")
