"""What is known of a person and a project that may keep the one from using what the other holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.end_dates import effective_end_date
from identity.models import Grant, User
from identity.obstacles import PersonFacts, ProjectFacts, RoleFacts
from identity.profile import completeness_of
from identity.roles import ScopeType
from identity.services import platform_terms
from identity.standing import PersonalStanding, VettingOutcome, standing_of

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Project

MOST_ROLES = 20
"""How many of a person's roles in a project are looked at, the latest first."""


def standing(person: User) -> PersonalStanding:
    """Return a person's standing as it is now, whatever was read of it before."""
    return standing_of(User.objects.get_queryset(), person)


def of_person(person: User, standing: PersonalStanding) -> PersonFacts:
    """Return what is known of a person; staff and programs are asked for nothing."""
    is_asked = not (person.is_of_staff or person.is_machine)
    profile = completeness_of(person)
    lacks = is_asked and profile["enforcement_enabled"]
    terms = platform_terms.current()
    return PersonFacts(
        is_active=person.is_active,
        deactivation_reason=person.deactivation_reason,
        is_refused=standing.vetting == VettingOutcome.REFUSED,
        terms=terms.version if terms and is_asked and standing.awaits_terms else "",
        missing=tuple(profile["missing_fields"]) if lacks else (),
    )


def of_project(project: Project, person: User, *, now: datetime) -> ProjectFacts:
    """Return what is known of a project, with its organization, and of a person's roles in it."""
    organization = project.customer
    grants = Grant.objects.on(ScopeType.PROJECT, project.pk).filter(user=person)
    latest = grants.select_related("role").order_by("-is_active", "-created", "-pk")
    return ProjectFacts(
        now=now,
        organization=organization.name,
        organization_is_removed=organization.is_removed,
        organization_is_blocked=organization.blocked,
        organization_is_archived=organization.archived,
        is_removed=project.is_removed,
        starts=project.start_date,
        ends=effective_end_date(
            project.end_date, project.grace_period_days, organization.grace_period_days
        ),
        roles=tuple(
            RoleFacts(
                name=grant.role.description or grant.role.name,
                given=grant.created,
                is_held=grant.is_active,
                is_enabled=grant.role.is_active,
                expires=grant.expiration_time,
                ended=grant.revoked_at,
            )
            for grant in latest[:MOST_ROLES]
        ),
    )
