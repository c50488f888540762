"""Why a person cannot use what a project holds, as far as people and projects go. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.obstacles import THEMSELVES, Case, Party, Reason, once

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

IS_ACTIVE = "Is the person active?"
IS_LET_IN = "Has the person done what this platform asks before anything else?"
IS_THERE = "Are the organization and the project there, and is it the project's time?"
HAS_ROLE = "Does the person hold a role in the project that gives something now?"

ADD_MEMBER = "POST /api/projects/{project}/add_user/"


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """What is known of a person; `terms` is the version of the platform's that they are to accept.

    `missing` is what their profile lacks, where a complete one is insisted on.
    """

    is_active: bool = True
    deactivation_reason: str = ""
    is_refused: bool = False
    terms: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoleFacts:
    """A role that a person holds or held in a project."""

    name: str
    given: datetime | None = None
    is_held: bool = True
    is_enabled: bool = True
    expires: datetime | None = None
    ended: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Tell whether its time is over."""
        return self.expires is not None and self.expires <= now

    def gives(self, now: datetime) -> bool:
        """Tell whether it gives something now."""
        return self.is_held and self.is_enabled and not self.is_over(now)


@dataclass(frozen=True, kw_only=True)
class ProjectFacts:
    """What is known of a project, and of a person's roles in it, the latest first.

    `ends` is its last day, with its days of grace.
    """

    now: datetime
    organization: str = ""
    organization_is_removed: bool = False
    organization_is_blocked: bool = False
    organization_is_archived: bool = False
    is_removed: bool = False
    starts: date | None = None
    ends: date | None = None
    roles: tuple[RoleFacts, ...] = ()

    @property
    def has_role(self) -> bool:
        """Tell whether any role gives something now."""
        return any(role.gives(self.now) for role in self.roles)

    @property
    def member_since(self) -> datetime | None:
        """Since when the person holds a role that gives something now."""
        given = (role.given for role in self.roles if role.gives(self.now))
        return min(filter(None, given), default=None)


def _disabled(facts: ProjectFacts) -> Iterable[Case]:
    held = (r for r in facts.roles if r.is_held and not r.is_enabled and not r.is_over(facts.now))
    role = None if facts.has_role else next(held, None)
    return once(role, role=role.name) if role else ()


def _lost(facts: ProjectFacts) -> RoleFacts | None:
    """Return the role that a person without any had last."""
    if facts.has_role or _disabled(facts):
        return None
    return next(iter(facts.roles), None)


def _expired(facts: ProjectFacts) -> Iterable[Case]:
    role = _lost(facts)
    return once(role.is_over(facts.now), role=role.name, expires=role.expires) if role else ()


def _taken(facts: ProjectFacts) -> Iterable[Case]:
    role = _lost(facts)
    if role is None or role.is_over(facts.now):
        return ()
    return once(True, role=role.name, ended=role.ended or "some time ago")


PERSON: tuple[Reason[PersonFacts], ...] = (
    Reason(
        code="person_deactivated",
        question=IS_ACTIVE,
        sentence="The person is deactivated: they can log in nowhere.",
        remark="The reason given: {reason}",
        remarked_to=THEMSELVES,
        how="Staff activate them again, on the person's page.",
        lifted_by=(Party.STAFF,),
        at=("PATCH /api/users/{user}/",),
        when=lambda facts: once(not facts.is_active, reason=facts.deactivation_reason),
    ),
    Reason(
        code="vetting_refused",
        question=IS_LET_IN,
        sentence="The person was refused access to this platform.",
        how="Staff take the decision back, on the person's page.",
        lifted_by=(Party.STAFF,),
        told=THEMSELVES,
        when=lambda facts: once(facts.is_refused),
    ),
    Reason(
        code="platform_terms_not_accepted",
        question=IS_LET_IN,
        sentence="The person has not accepted this platform's terms of service {terms}.",
        how="They accept them on the page, or by agree_with_policy with their own profile.",
        lifted_by=(Party.PERSON,),
        told=THEMSELVES,
        at=("GET /platform-terms/", "PATCH /api/users/{user}/"),
        when=lambda facts: once(facts.terms, terms=facts.terms),
    ),
    Reason(
        code="profile_incomplete",
        question=IS_LET_IN,
        sentence="The person's profile lacks: {missing}.",
        how="They complete it on the page, or by changing their own profile.",
        lifted_by=(Party.PERSON,),
        told=THEMSELVES,
        at=("GET /profile/", "PATCH /api/users/{user}/"),
        when=lambda facts: once(
            facts.missing, missing=[name.replace("_", " ") for name in facts.missing]
        ),
    ),
)

PROJECT: tuple[Reason[ProjectFacts], ...] = (
    Reason(
        code="organization_removed",
        question=IS_THERE,
        sentence="The organization {organization} was removed.",
        how="Its projects hold nothing any more; ask staff.",
        lifted_by=(Party.STAFF,),
        on="customer",
        when=lambda facts: once(facts.organization_is_removed, organization=facts.organization),
    ),
    Reason(
        code="organization_blocked",
        question=IS_THERE,
        sentence="The organization {organization} is blocked: nobody's role in it, or in what is"
        " its own, gives anything.",
        how="Staff lift that, on the organization's page.",
        lifted_by=(Party.STAFF,),
        at=("PATCH /api/customers/{customer}/",),
        on="customer",
        when=lambda facts: once(facts.organization_is_blocked, organization=facts.organization),
    ),
    Reason(
        code="organization_archived",
        question=IS_THERE,
        sentence="The organization {organization} is archived: it can order nothing, so that"
        " nothing can be renewed or extended.",
        how="Staff lift that, on the organization's page.",
        lifted_by=(Party.STAFF,),
        stops=False,
        at=("PATCH /api/customers/{customer}/",),
        on="customer",
        when=lambda facts: once(facts.organization_is_archived, organization=facts.organization),
    ),
    Reason(
        code="project_removed",
        question=IS_THERE,
        sentence="The project was removed.",
        how="What it held has ended; ask staff.",
        lifted_by=(Party.STAFF,),
        on="project",
        when=lambda facts: once(facts.is_removed),
    ),
    Reason(
        code="project_over",
        question=IS_THERE,
        sentence="The project is over since the end of {ends}: its allocations are ended.",
        how="Whoever may change the project gives it a later end date.",
        lifted_by=(Party.PROJECT, Party.STAFF),
        at=("PATCH /api/projects/{project}/",),
        on="project",
        when=lambda facts: once(
            facts.ends is not None and facts.ends < facts.now.date(), ends=facts.ends
        ),
    ),
    Reason(
        code="project_not_started",
        question=IS_THERE,
        sentence="The project begins on {starts}: what is ordered for it waits until then.",
        how="Wait for that day, or have the start date changed.",
        lifted_by=(Party.SERVICE, Party.PROJECT, Party.STAFF),
        stops=False,
        at=("PATCH /api/projects/{project}/",),
        on="project",
        when=lambda facts: once(
            facts.starts is not None and facts.starts > facts.now.date(), starts=facts.starts
        ),
    ),
    Reason(
        code="role_disabled",
        question=HAS_ROLE,
        sentence='The role "{role}" is disabled: it gives nothing to those who hold it.',
        how="Staff enable the role, or somebody gives the person another one.",
        lifted_by=(Party.STAFF, Party.PROJECT),
        at=(ADD_MEMBER,),
        on="project",
        when=_disabled,
    ),
    Reason(
        code="role_expired",
        question=HAS_ROLE,
        sentence='The person\'s role "{role}" ended by itself on {expires}.',
        how="Whoever manages the project's members gives it anew.",
        lifted_by=(Party.PROJECT, Party.STAFF),
        at=(ADD_MEMBER,),
        on="project",
        when=_expired,
    ),
    Reason(
        code="role_taken",
        question=HAS_ROLE,
        sentence='The person\'s role "{role}" was taken from them: {ended}.',
        how="Whoever manages the project's members gives them a role again.",
        lifted_by=(Party.PROJECT, Party.STAFF),
        at=(ADD_MEMBER,),
        on="project",
        when=_taken,
    ),
    Reason(
        code="role_missing",
        question=HAS_ROLE,
        sentence="The person holds no role in the project.",
        how="Whoever manages the project's members gives them one, or invites them.",
        lifted_by=(Party.PROJECT, Party.STAFF),
        at=(ADD_MEMBER, "POST /api/user-invitations/"),
        on="project",
        when=lambda facts: once(not facts.roles),
    ),
)
