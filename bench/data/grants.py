"""Who holds which role: three people in each project, an owner for each organisation."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from bench.data.rows import put, uuid_of
from bench.data.sizes import MEMBERSHIPS_OF_MEMBER
from identity.models import Customer, Grant, Role
from identity.roles import RoleName, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from bench.data.organisations import Organisations
    from bench.data.people import People
    from identity.models import Project, User
    from marketplace.models import Offering

IN_PROJECT = (RoleName.PROJECT_MANAGER, RoleName.PROJECT_ADMIN, RoleName.PROJECT_MEMBER)
EXPIRES_EVERY = 10


class Giver:
    """Makes grants by one person at one time."""

    def __init__(self, by: User, now: datetime) -> None:
        """Look the roles up."""
        self._roles = {RoleName(role.name): role for role in Role.objects.all()}
        self._by, self._now = by, now

    def grant(
        self, uuid_key: str, user: User, role: RoleName, scope: Customer | Project | Offering
    ) -> Grant:
        """Return a grant; every tenth in a project expires."""
        number = int(uuid_key.rsplit("-", maxsplit=1)[-1])
        in_project = scope.scope_type is ScopeType.PROJECT
        expires = in_project and number % EXPIRES_EVERY == 0
        return Grant(
            uuid=uuid_of(f"grant/{uuid_key}", number),
            user=user,
            role=self._roles[role],
            scope_type=scope.scope_type.value,
            scope_id=scope.pk,
            scope_uuid=scope.uuid,
            scope_name=scope.name,
            customer_id=scope.pk if isinstance(scope, Customer) else scope.customer_id,
            project_id=scope.pk if in_project else None,
            created=self._now,
            created_by=self._by,
            expiration_time=self._now + timedelta(days=365) if expires else None,
        )


def seed(
    organisations: Organisations,
    projects: Sequence[Project],
    offerings: Sequence[Offering],
    people: People,
    now: datetime,
) -> None:
    """Store the grants."""
    giver = Giver(people.staff, now)
    put(
        [
            *in_organisations(giver, organisations, people),
            *in_projects(giver, projects, people),
            *in_offerings(giver, offerings, people),
        ]
    )


def in_organisations(giver: Giver, organisations: Organisations, people: People) -> Iterator[Grant]:
    """Yield an owner for each organisation."""
    for n, customer in enumerate(organisations.customers):
        owner = people.owner_of(n)
        yield giver.grant(f"owner-{n}", owner, RoleName.CUSTOMER_OWNER, customer)
    for n, provider in enumerate(organisations.providers):
        owner = people.providers[n]
        yield giver.grant(f"provider-{n}", owner, RoleName.CUSTOMER_OWNER, provider)


def in_projects(giver: Giver, projects: Sequence[Project], people: People) -> Iterator[Grant]:
    """Yield three people for each project, and the member with the token for the first few."""
    numbers = count()
    for n, project in enumerate(projects):
        for role, user in zip(IN_PROJECT, people.in_project(n), strict=True):
            yield giver.grant(f"project-{next(numbers)}", user, role, project)
    for n, project in enumerate(projects[:MEMBERSHIPS_OF_MEMBER]):
        yield giver.grant(f"member-{n}", people.member, RoleName.PROJECT_MEMBER, project)


def in_offerings(giver: Giver, offerings: Sequence[Offering], people: People) -> Iterator[Grant]:
    """Yield a manager for every other offering."""
    for n, offering in enumerate(offerings[::2]):
        manager = people.researchers[n % len(people.researchers)]
        yield giver.grant(f"offering-{n}", manager, RoleName.OFFERING_MANAGER, offering)
