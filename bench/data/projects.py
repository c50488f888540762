"""Projects, with what they have written down of their allocations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from bench.data.rows import put, uuid_of
from identity.fields_of_science import LABELS
from identity.models import Project

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bench.data.organisations import Organisations
    from bench.data.people import People
    from bench.data.sizes import Sizes

CODES = tuple(LABELS)
FIRST_END = date(2030, 1, 31)
SLUG = "load-project-"


def seed(
    sizes: Sizes,
    organisations: Organisations,
    people: People,
    counts: Sequence[Mapping[str, int]],
    now: datetime,
) -> list[Project]:
    """Store the projects; `counts` says how many allocations each has in which category."""
    projects = [
        project(n, sizes, organisations, people, now, counts[n]) for n in range(sizes.projects)
    ]
    put(projects)
    return projects


def project(
    number: int,
    sizes: Sizes,
    organisations: Organisations,
    people: People,
    now: datetime,
    counts: Mapping[str, int],
) -> Project:
    """Return a project; a third of them end, half of them name their field of science."""
    ends = number % 3 == 0
    leader = people.in_project(number)[0]
    return Project(
        uuid=uuid_of("project", number),
        slug=f"{SLUG}{number}",
        customer=organisations.customers[sizes.customer_of_project(number)],
        name=f"Load project {number:05d}: resolved simulations",
        description="Direct numerical simulation of a turbulent boundary layer with heat transfer."
        if number % 4
        else "",
        backend_id=f"project_4650{number:05d}" if number % 2 else "",
        oecd_fos_2007_code=CODES[number % len(CODES)] if number % 2 else None,
        is_industry=number % 20 == 0,
        start_date=date(2026, 1, 1) if number % 5 == 0 else None,
        end_date=FIRST_END + timedelta(days=number % 365) if ends else None,
        end_date_requested_by=leader if ends and number % 2 else None,
        end_date_updated_at=now if ends and number % 2 else None,
        resources_count=sum(counts.values()),
        marketplace_resource_count=dict(counts),
        created=now - timedelta(days=number % 700, seconds=number),
    )
