"""The whole data set, in the order in which its rows refer to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from bench.data import (
    accounts,
    allocations,
    catalogue,
    events,
    grants,
    organisations,
    people,
    projects,
    usages,
)
from bench.data.rows import uuid_of
from bench.data.sizes import OFFERINGS, PROVIDERS, Sizes
from identity.models import Customer, Project
from marketplace.models import Offering

if TYPE_CHECKING:
    from datetime import datetime

    from bench.data.people import People


class AnotherFactor(ValueError):
    """The database holds the data set in another size, and its counts would no longer be true."""


@transaction.atomic
def seed(factor: float, *, now: datetime) -> People:
    """Store what is missing of the data set, and return its people.

    :raises ValueError: for a factor that is not positive.
    :raises AnotherFactor: when the data set is there in another size.
    """
    sizes = Sizes.of(factor)
    found = Project.objects.filter(slug__startswith=projects.SLUG).count()
    if found not in {0, sizes.projects}:
        raise AnotherFactor(
            f"This database holds the data set with {found} projects; the factor {factor:g} "
            f"stands for {sizes.projects}. Give that factor, or another database."
        )
    everybody = people.seed(sizes, now)
    parties = organisations.seed(sizes, now)
    offered = catalogue.seed(parties, now)
    seeded = projects.seed(sizes, parties, everybody, allocations.counts(sizes), now)
    grants.seed(parties, seeded, offered.offerings, everybody, now)
    resources, periods = allocations.seed(sizes, seeded, offered, everybody, now)
    at_sites = accounts.seed(offered.offerings, everybody.researchers, now)
    usages.seed(resources, periods, offered, everybody, at_sites, now)
    events.seed(resources, everybody)
    return everybody


def strangers() -> dict[str, int]:
    """Return how many organisations and offerings the database has that are none of ours."""
    ours = [uuid_of("customer", n) for n in range(Customer.objects.count() + 1)]
    ours += [uuid_of("provider-customer", n) for n in range(PROVIDERS)]
    offered = [uuid_of("offering", n) for n in range(OFFERINGS)]
    found = {
        "organisations": Customer.objects.exclude(uuid__in=ours).count(),
        "offerings": Offering.objects.exclude(uuid__in=offered).count(),
    }
    return {noun: count for noun, count in found.items() if count}


def analyze() -> None:
    """Let the planner know what the tables hold now, as autovacuum would in a while."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
