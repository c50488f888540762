"""The catalogue: categories, providers, offerings with their components, plans and terms."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bench.data.rows import put, uuid_of
from bench.data.sizes import COMPONENTS, OFFERINGS, PLANS_PER_OFFERING, PROVIDERS
from marketplace.components import BillingType, LimitPeriod, OfferingType
from marketplace.lifecycle import OfferingState
from marketplace.models import (
    Category,
    CategoryGroup,
    Offering,
    OfferingComponent,
    Plan,
    PlanComponent,
    ServiceProvider,
    TermsOfService,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bench.data.organisations import Organisations

CATEGORIES = ("HPC compute", "GPU compute", "Storage", "Quantum")
UNITS = {"cpu_k_hours": "CPU-kh", "gpu_k_hours": "GPU-kh", "gb_k_hours": "GB-kh"}
BILLING = {
    "cpu_k_hours": BillingType.LIMIT,
    "gpu_k_hours": BillingType.USAGE,
    "gb_k_hours": BillingType.LIMIT,
}
OPTIONS = {
    "order": ["purpose"],
    "options": {"purpose": {"type": "string", "label": "Purpose", "required": False}},
}
WITH_TERMS_EVERY = 5


@dataclass(frozen=True)
class SeededCatalogue:
    """What can be ordered."""

    categories: Sequence[Category]
    offerings: Sequence[Offering]
    components: Sequence[Sequence[OfferingComponent]]
    plans: Sequence[Sequence[Plan]]


def seed(organisations: Organisations, now: datetime) -> SeededCatalogue:
    """Store the catalogue; offerings take turns between the providers and the categories."""
    categories = seed_categories(now)
    put(
        [
            ServiceProvider(
                uuid=uuid_of("service-provider", n),
                customer=organisations.providers[n],
                description="A Hosting Entity of the load data set.",
                created=now,
            )
            for n in range(PROVIDERS)
        ]
    )
    offerings = [offering(n, organisations, categories, now) for n in range(OFFERINGS)]
    put(offerings)
    components = [components_of(n, one) for n, one in enumerate(offerings)]
    put([component for several in components for component in several])
    plans = [plans_of(n, one, now) for n, one in enumerate(offerings)]
    put([plan for several in plans for plan in several])
    seed_prices(plans, components)
    seed_terms(offerings, now)
    return SeededCatalogue(categories, offerings, components, plans)


def category_number(offering_number: int) -> int:
    """Return the number of an offering's category."""
    return offering_number % len(CATEGORIES)


def seed_categories(now: datetime) -> list[Category]:
    """Store the categories, some of them in a group."""
    group = CategoryGroup(uuid=uuid_of("category-group", 0), title="Load: computing")
    put([group])
    categories = [
        Category(
            uuid=uuid_of("category", n),
            title=f"Load: {title}",
            description="Time on the machines of the Hosting Entities.",
            group=group if n < 2 else None,
            created=now,
        )
        for n, title in enumerate(CATEGORIES)
    ]
    put(categories)
    return categories


def offering(
    number: int, organisations: Organisations, categories: Sequence[Category], now: datetime
) -> Offering:
    """Return a partition that a site agent serves."""
    return Offering(
        uuid=uuid_of("offering", number),
        slug=f"load-offering-{number}",
        customer=organisations.providers[number % PROVIDERS],
        category=categories[category_number(number)],
        name=f"Load partition {number}",
        type=OfferingType.SLURM.value,
        state=OfferingState.ACTIVE.value,
        description="Nodes with two 64-core processors and 256 GB of memory.",
        full_description="<p>Jobs are submitted through Slurm; quotas are per project.</p>",
        getting_started="<p>Log in with your key.</p>" if number % 2 else "",
        access_url="https://hpc.example.org/login" if number % 2 else "",
        documentation_url="https://docs.hpc.example.org",
        backend_id=f"partition-{number}" if number % 3 else "",
        country="FI",
        latitude=64.2222 if number % 2 else None,
        longitude=27.7278 if number % 2 else None,
        attributes={"interconnect": "Slingshot", "nodes": 2048},
        options=OPTIONS,
        resource_options={"order": [], "options": {}},
        plugin_options={
            "auto_approve_remote_orders": False,
            "service_provider_can_create_offering_user": True,
        },
        secret_options={"api_url": "https://slurm.hpc.example.org", "token": "not a secret"},
        backend_metadata={"partition": f"partition-{number}"},
        created=now,
    )


def components_of(number: int, offering: Offering) -> list[OfferingComponent]:
    """Return the three components of an offering."""
    return [
        OfferingComponent(
            uuid=uuid_of("component", number * len(COMPONENTS) + n),
            offering=offering,
            type=type_,
            name=type_.split("_", maxsplit=1)[0].upper(),
            measured_unit=UNITS[type_],
            billing_type=BILLING[type_].value,
            limit_period=LimitPeriod.ANNUAL.value if type_ == "gb_k_hours" else None,
            min_value=Decimal(1) if BILLING[type_] is BillingType.LIMIT else None,
            max_value=Decimal(100_000) if BILLING[type_] is BillingType.LIMIT else None,
        )
        for n, type_ in enumerate(COMPONENTS)
    ]


def plans_of(number: int, offering: Offering, now: datetime) -> list[Plan]:
    """Return the plans of an offering."""
    return [
        Plan(
            uuid=uuid_of("plan", number * PLANS_PER_OFFERING + n),
            offering=offering,
            name=("Standard", "Priority")[n],
            description="Billed by the month.",
            created=now,
        )
        for n in range(PLANS_PER_OFFERING)
    ]


def seed_prices(
    plans: Sequence[Sequence[Plan]], components: Sequence[Sequence[OfferingComponent]]
) -> None:
    """Store a price for each component in each plan of its offering."""
    PlanComponent.objects.bulk_create(
        [
            PlanComponent(plan=plan, component=component, price=Decimal(n + 1) / 4)
            for several, parts in zip(plans, components, strict=True)
            for n, plan in enumerate(several)
            for component in parts
        ],
        ignore_conflicts=True,
    )


def seed_terms(offerings: Sequence[Offering], now: datetime) -> None:
    """Store terms of service for the last offering of five; who orders elsewhere needs none."""
    put(
        [
            TermsOfService(
                uuid=uuid_of("terms", n),
                offering=one,
                terms_of_service="Use the machine for what your project was granted it for.",
                version="1.0",
                created=now,
            )
            for n, one in enumerate(offerings)
            if n % WITH_TERMS_EVERY == WITH_TERMS_EVERY - 1
        ]
    )
