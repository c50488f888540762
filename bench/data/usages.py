"""Usages: each component of each resource in each of the last months, and some by person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from accounting.models import ComponentUsage, ComponentUserUsage, PlanPeriodUsage
from bench.data.allocations import offering_number, used
from bench.data.rows import BATCH, put, uuid_of
from bench.data.sizes import COMPONENTS, MONTHS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from bench.data.accounts import Accounts
    from bench.data.catalogue import SeededCatalogue
    from bench.data.people import People
    from marketplace.models import Resource, ResourcePlanPeriod


def months(now: datetime) -> list[date]:
    """Return the first days of the last months, the current one first."""
    found = [now.date().replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def seed(
    resources: Sequence[Resource],
    periods: Sequence[ResourcePlanPeriod | None],
    catalogue: SeededCatalogue,
    people: People,
    accounts: Accounts,
    now: datetime,
) -> None:
    """Store the usages; a user usage for the first component of the current month."""
    billed = months(now)
    current: list[ComponentUsage] = []
    usages: list[ComponentUsage] = []
    under: list[tuple[ComponentUsage, ResourcePlanPeriod]] = []
    for n, resource in enumerate(resources):
        components = catalogue.components[offering_number(n)]
        for m, month in enumerate(billed):
            for c, component in enumerate(components):
                usages.append(
                    ComponentUsage(
                        uuid=uuid_of("usage", (n * MONTHS + m) * len(COMPONENTS) + c),
                        resource=resource,
                        component=component,
                        billing_period=month,
                        date=now - timedelta(days=30 * m, seconds=n),
                        usage=used(n, c),
                        description="Reported by the site agent." if n % 4 == 0 else "",
                        modified_by=people.providers[n % len(people.providers)] if n % 3 else None,
                        created=now - timedelta(days=30 * m, seconds=n),
                    )
                )
        of_resource = usages[-len(COMPONENTS) * MONTHS :]
        current.append(of_resource[0])
        if (period := periods[n]) is not None:
            under += [(usage, period) for usage in of_resource]
    put(usages)
    parts = [
        PlanPeriodUsage(component_usage=usage, plan_period=period, usage=usage.usage)
        for usage, period in under
    ]
    PlanPeriodUsage.objects.bulk_create(parts, batch_size=BATCH, ignore_conflicts=True)
    put([user_usage(n, usage, people, accounts, now) for n, usage in enumerate(current)])


def user_usage(
    number: int, usage: ComponentUsage, people: People, accounts: Accounts, now: datetime
) -> ComponentUserUsage:
    """Return one person's part of a usage; sites also report people whom nobody here knows."""
    person = people.in_project(number)[0]
    account = accounts.get((offering_number(number), person.pk))
    return ComponentUserUsage(
        uuid=uuid_of("user-usage", number),
        component_usage=usage,
        username=account.username if account and account.username else f"unknown{number}",
        user=account if account and account.username else None,
        usage=usage.usage,
        backend_id=f"job-step-{number}" if number % 2 else "",
        created=now,
    )
