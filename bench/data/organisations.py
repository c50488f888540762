"""Organisations: one with many projects, others with fewer, and the providers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.data.people import COUNTRIES
from bench.data.rows import put, uuid_of
from bench.data.sizes import PROVIDERS
from identity.models import Customer, OrganizationGroup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bench.data.sizes import Sizes

GROUPS = 8


@dataclass(frozen=True)
class Organisations:
    """Those who order, the large one first, and those who provide."""

    customers: Sequence[Customer]
    providers: Sequence[Customer]


def seed(sizes: Sizes, now: datetime) -> Organisations:
    """Store the organisations, and which groups they are in."""
    groups = [
        OrganizationGroup(uuid=uuid_of("organization-group", n), name=f"Load country share {n}")
        for n in range(GROUPS)
    ]
    put(groups)
    found = Organisations(
        customers=[customer(n, now) for n in range(sizes.customers)],
        providers=[provider(n, now) for n in range(PROVIDERS)],
    )
    put([*found.customers, *found.providers])
    membership = Customer.organization_groups.through
    membership.objects.bulk_create(
        [
            membership(customer=one, organizationgroup=groups[n % GROUPS])
            for n, one in enumerate(found.customers)
            if n % 3
        ],
        ignore_conflicts=True,
    )
    return found


def customer(number: int, now: datetime) -> Customer:
    """Return an allocator's organisation; every fourth one has left its address blank."""
    has_address = number % 4 != 0
    country = COUNTRIES[number % len(COUNTRIES)]
    return Customer(
        uuid=uuid_of("customer", number),
        slug=f"load-customer-{number}",
        name="LUMI Sweden / Extreme Scale Access" if number == 0 else f"LUMI share {number}",
        native_name=f"LUMI osuus {number}" if number % 2 else "",
        abbreviation=f"LS{number}",
        description="Projects of this share are granted by the national allocation committee.",
        contact_details="Weekdays from 9 to 16 CET by e-mail." if has_address else "",
        email=f"allocations-{number}@example.org" if has_address else "",
        phone_number="+358 9 457 2001" if has_address else "",
        registration_code=f"FI{number:08d}",
        homepage="https://allocations.example.org" if has_address else "",
        postal="02101" if has_address else "",
        address="Keilaranta 14" if has_address else "",
        country=country,
        latitude=60.1719 if number % 3 == 0 else None,
        longitude=24.8294 if number % 3 == 0 else None,
        grace_period_days=14 if number % 5 == 0 else None,
        accounting_start_date=now,
        created=now,
        is_allocator=True,
    )


def provider(number: int, now: datetime) -> Customer:
    """Return a Hosting Entity's organisation."""
    return Customer(
        uuid=uuid_of("provider-customer", number),
        slug=f"load-provider-{number}",
        name=f"Load Hosting Entity {number}",
        abbreviation=f"HE{number}",
        email=f"hosting-entity-{number}@example.org",
        homepage="https://hpc.example.org",
        country=COUNTRIES[number],
        accounting_start_date=now,
        created=now,
    )
