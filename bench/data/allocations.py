"""Allocations: resources, the order that each came of, and its open plan period."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bench.data.catalogue import CATEGORIES, category_number
from bench.data.rows import put, uuid_of
from bench.data.sizes import COMPONENTS, OFFERINGS, PLANS_PER_OFFERING
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource, ResourcePlanPeriod

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bench.data.catalogue import SeededCatalogue
    from bench.data.people import People
    from bench.data.sizes import Sizes
    from identity.models import Project

WITHOUT_PLAN_EVERY = 50
FIRST_END = date(2029, 6, 30)


def offering_number(number: int) -> int:
    """Return the number of the offering that a resource is of; neighbours differ."""
    return (number * 7 + number // OFFERINGS) % OFFERINGS


def counts(sizes: Sizes) -> list[dict[str, int]]:
    """Return how many resources each project has, by category, before any of them is stored."""
    category_uuids = [uuid_of("category", n).hex for n in range(len(CATEGORIES))]
    counted = [Counter[str]() for _ in range(sizes.projects)]
    for n in range(sizes.resources):
        category = category_uuids[category_number(offering_number(n))]
        counted[sizes.project_of_resource(n)][category] += 1
    return [dict(counter) for counter in counted]


def used(number: int, component: int) -> Decimal:
    """Return what a resource uses of a component in a month."""
    return Decimal((number * 37 + component * 1009) % 50_000) / 100


def seed(
    sizes: Sizes,
    projects: Sequence[Project],
    catalogue: SeededCatalogue,
    people: People,
    now: datetime,
) -> tuple[list[Resource], list[ResourcePlanPeriod | None]]:
    """Store the resources with their orders; return them with their open plan periods."""
    resources = [
        resource(n, projects[sizes.project_of_resource(n)], catalogue, people, now)
        for n in range(sizes.resources)
    ]
    put(resources)
    put([order(n, one, people, now) for n, one in enumerate(resources)])
    periods = [period(n, one) for n, one in enumerate(resources)]
    put([one for one in periods if one is not None])
    return resources, periods


def resource(
    number: int, project: Project, catalogue: SeededCatalogue, people: People, now: datetime
) -> Resource:
    """Return an allocation; a few have no plan, some end, some were never synchronised."""
    offering = offering_number(number)
    ends = number % 4 == 0
    plan = catalogue.plans[offering][number % PLANS_PER_OFFERING]
    uses = {type_: float(used(number, n)) for n, type_ in enumerate(COMPONENTS)}
    return Resource(
        uuid=uuid_of("resource", number),
        slug=f"load-resource-{number}",
        project=project,
        offering=catalogue.offerings[offering],
        plan=plan if number % WITHOUT_PLAN_EVERY else None,
        name=f"load-allocation-{number:05d}",
        description="Production runs of the first year." if number % 3 else "",
        state=ResourceState.OK.value,
        limits={"cpu_k_hours": 100 + number % 400, "gb_k_hours": 50},
        attributes={"name": f"load-allocation-{number:05d}", "purpose": "production runs"},
        options={"purpose": "production runs"} if number % 5 == 0 else None,
        cost=Decimal(number % 997) if number % 2 else None,
        current_usages=uses,
        limit_usage={"cpu_k_hours": uses["cpu_k_hours"] * 4, "gb_k_hours": uses["gb_k_hours"] * 4},
        backend_id=f"slurm_account_{number:05d}" if number % 10 else "",
        backend_metadata={"cpu_k_hours": 0} if number % 6 == 0 else {},
        end_date=FIRST_END + timedelta(days=number % 500) if ends else None,
        end_date_requested_by=people.in_project(number)[0] if ends and number % 8 == 0 else None,
        end_date_updated_at=now if ends and number % 8 == 0 else None,
        last_sync=now,
        created=now - timedelta(days=number % 120, seconds=number),
    )


def order(number: int, resource: Resource, people: People, now: datetime) -> Order:
    """Return the order that a resource came of, done."""
    placed = resource.created - timedelta(hours=1)
    leader, administrator, _ = people.in_project(number)
    provider = people.providers[resource.offering.customer_id % len(people.providers)]
    by_provider = number % 7 != 0
    return Order(
        uuid=uuid_of("order", number),
        slug=f"load-order-{number}",
        resource=resource,
        project_id=resource.project_id,
        offering_id=resource.offering_id,
        plan_id=resource.plan_id,
        type=OrderType.CREATE.value,
        state=OrderState.DONE.value,
        attributes=resource.attributes,
        limits=resource.limits,
        cost=Decimal(100 + number % 900) if number % 3 else None,
        start_date=date(2026, 3, 1) if number % 11 == 0 else None,
        request_comment="For the second phase of the project." if number % 9 == 0 else None,
        created_by=leader,
        consumer_reviewed_by=administrator,
        consumer_reviewed_at=placed,
        provider_reviewed_by=provider if by_provider else None,
        provider_reviewed_at=resource.created if by_provider else None,
        auto_approved=not by_provider,
        completed_at=resource.created,
        backend_id=f"job-{number}" if number % 2 else "",
        created=placed,
    )


def period(number: int, resource: Resource) -> ResourcePlanPeriod | None:
    """Return the open plan period of a resource that has a plan."""
    if resource.plan_id is None:
        return None
    return ResourcePlanPeriod(
        uuid=uuid_of("plan-period", number),
        resource=resource,
        plan_id=resource.plan_id,
        start=resource.created,
    )
