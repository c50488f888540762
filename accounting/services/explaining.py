"""Why a person cannot use an allocation: all that is known, in order, as whoever asks may know it.

Who may ask about others manages the project's members, helps to provide the offering, or is staff
or support. Whoever may do nothing here yet, or no more, hears of themselves alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from accounting.obstacles import REASONS as USAGE
from accounting.services import obstacles as usage
from accounting.slurm_messages import LONGEST, explaining, recognize
from allocations.models import OfferingUser
from allocations.obstacles.account import REASONS as ACCOUNT
from allocations.obstacles.admission import PERSON as ADMISSION
from allocations.obstacles.admission import TERMS
from allocations.obstacles.login import REASONS as LOGIN
from allocations.obstacles.site import REASONS as SITE
from allocations.services import obstacles as delivery
from common.errors import Forbidden, Invalid, Missing
from common.obstacles import Party, found, questions, told_to
from identity.models import Grant, User
from identity.obstacles import PERSON, PROJECT
from identity.permissions import P
from identity.roles import ScopeType
from identity.services import obstacles as people
from marketplace.obstacles import REASONS as ALLOCATION
from marketplace.services import obstacles as allocations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from common.obstacles import Reason, Told
    from identity.obstacles import ProjectFacts
    from marketplace.models import Resource

ORDER: tuple[tuple[str, tuple[Reason[Any], ...]], ...] = (
    ("person", PERSON),
    ("admission", ADMISSION),
    ("project", PROJECT),
    ("allocation", ALLOCATION),
    ("usage", USAGE),
    ("admission", TERMS),
    ("account", ACCOUNT),
    ("login", LOGIN),
    ("site", SITE),
)
"""All reasons in the order in which they are told, with the facts that each table is about."""

OF_THEMSELVES = frozenset({"person", "project"})
"""The facts that whoever may do nothing here hears of."""


class AboutOthers(Forbidden):
    """Somebody asks about another person who may ask about themselves alone."""

    code = "about_others"


class NobodyThere(Missing):
    """The person is nobody whom the asker knows of."""


class TooLong(Invalid):
    """What Slurm says is longer than anything that it says."""

    code = "too_long"


@dataclass(frozen=True)
class SlurmAnswer:
    """What a message of Slurm's means, and what explains it."""

    text: str
    message: str | None
    meaning: str
    explained_by: Sequence[str]
    ask: Sequence[Party]


@dataclass(frozen=True)
class Explanation:
    """Why a person cannot use an allocation; `rows` are what the obstacles' operations are on."""

    person: User
    resource: Resource
    checked_at: datetime
    obstacles: Sequence[Told]
    checked: Sequence[str]
    slurm: SlurmAnswer | None
    rows: Mapping[str, Any]

    @property
    def is_usable(self) -> bool:
        """Tell whether nothing is known that stops the person."""
        return not any(one.stops for one in self.obstacles)


def explain(
    resource: Resource, *, about: UUID | None, slurm: str = "", asker: User, now: datetime
) -> Explanation:
    """Say why a person cannot use an allocation; about nobody else, why the asker cannot.

    :raises AboutOthers: the asker may ask about themselves alone.
    :raises NobodyThere: they know of no such person.
    :raises TooLong: of what Slurm says.
    """
    if len(slurm) > LONGEST:
        raise TooLong({"slurm": [f"Give at most {LONGEST} characters of it."]})
    parties = _parties(resource, asker)
    person = asker
    if about is not None and about != asker.uuid:
        if not parties:
            raise AboutOthers(
                "Those who manage the project's members, the Hosting Entity and staff may ask about"
                " others."
            )
        person = _person(resource, about, parties, asker)
    else:
        parties = parties | {Party.PERSON}
    return _explanation(resource, person, slurm, parties, asker=asker, now=now)


def _parties(resource: Resource, asker: User) -> frozenset[Party]:
    """Return who somebody is in this beside themselves."""
    project, offering = resource.project, resource.offering
    is_party = {
        Party.PROJECT: asker.may(P.CREATE_PROJECT_MEMBER, project, project.customer),
        Party.PROVIDER: asker.may(P.VIEW_PROVIDER_SIDE, offering, offering.customer),
        Party.STAFF: asker.is_staff or asker.is_support,
    }
    return frozenset(party for party, holds in is_party.items() if holds)


def _person(resource: Resource, about: UUID, parties: frozenset[Party], asker: User) -> User:
    """Return somebody whom the asker knows of: by the project, or by an account at the offering.

    :raises NobodyThere: there is no such person.
    """
    grants = Grant.objects.on(ScopeType.PROJECT, resource.project_id)
    accounts = OfferingUser.objects.live().filter(offering=resource.offering_id)
    known = Q(pk__in=User.objects.visible_to(asker).values("pk"))
    if Party.PROJECT in parties:
        known |= Q(pk__in=grants.values("user"))
    if Party.PROVIDER in parties:
        known |= Q(pk__in=grants.in_force().values("user")) | Q(pk__in=accounts.values("user"))
    found_one: User | None = (
        User.objects.get_queryset().filter(known, uuid=about, is_removed=False).first()
    )
    if found_one is None:
        raise NobodyThere("No User matches the given query.")
    return found_one


def _explanation(
    resource: Resource,
    person: User,
    slurm: str,
    parties: frozenset[Party],
    *,
    asker: User,
    now: datetime,
) -> Explanation:
    project = people.of_project(resource.project, person, now=now)
    facts, rows = _facts(resource, person, project, now=now)
    order = ORDER
    if not _hears_all(resource, parties, project, asker):
        order = tuple((of, table) for of, table in ORDER if of in OF_THEMSELVES)
    holding = [one for of, table in order for one in found(table, facts[of])]
    told = told_to(parties, holding)
    return Explanation(
        person=person,
        resource=resource,
        checked_at=now,
        obstacles=told,
        checked=questions(reason for _, table in order for reason in table),
        slurm=_answer(slurm, told) if slurm.strip() else None,
        rows=rows,
    )


def _hears_all(
    resource: Resource, parties: frozenset[Party], project: ProjectFacts, asker: User
) -> bool:
    """Tell whether the asker is more than somebody who has lost, or has not yet got, a place."""
    if parties != {Party.PERSON}:
        return True
    try:
        asker.check_standing(only_reads=True, for_newcomers=False)
    except Forbidden:
        return False
    scopes = (resource.project, resource.project.customer)
    return project.has_role or asker.may(P.VIEW_RESOURCE, *scopes)


def _facts(
    resource: Resource, person: User, project: ProjectFacts, *, now: datetime
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return all that is known, by what it is about, and the rows that were looked at."""
    offering = resource.offering
    standing = people.standing(person)
    of_person = people.of_person(person, standing)
    order = allocations.open_order(resource)
    site = delivery.at_the_site(person, offering)
    state = usage.state_of(resource)
    asked = delivery.of_admission(person, offering, standing)
    is_member = project.has_role and of_person.is_active and not of_person.is_refused
    facts = {
        "person": of_person,
        "admission": asked,
        "project": project,
        "allocation": allocations.of_allocation(resource, order, now=now),
        "usage": usage.of_usage(resource, site.account, state, now=now),
        "account": delivery.of_account(site.account, resource, asked=asked, is_member=is_member),
        "login": delivery.of_login(person, offering, site),
        "site": delivery.of_site(person, resource, project),
    }
    rows = {
        "user": person,
        "customer": resource.project.customer,
        "project": resource.project,
        "resource": resource,
        "offering": offering,
        "order": order,
        "account": site.account,
        "entitled": site.entitled,
        "policy": state.policy if state else None,
    }
    return facts, rows


def _answer(text: str, obstacles: Sequence[Told]) -> SlurmAnswer:
    """Return what a text of Slurm's means, and which of the obstacles explain it."""
    said = recognize(text)
    if said is None:
        return SlurmAnswer(
            text=text,
            message=None,
            meaning="This is no message of Slurm's that is known here. What is listed is all that"
            " is known of the person and the allocation; for the rest ask the site.",
            explained_by=(),
            ask=(Party.PROVIDER,),
        )
    meaning = said.meaning
    codes = explaining(meaning, [one.code for one in obstacles])
    if not codes:
        sentence = f"{meaning.sentence} Nothing that is known here explains it. {meaning.otherwise}"
        return SlurmAnswer(text, said.message, sentence, (), meaning.ask)
    by = list(dict.fromkeys(p for one in obstacles if one.code in codes for p in one.lifted_by))
    ask = [party for party in by if party is not Party.SERVICE] or by
    stops = any(one.stops for one in obstacles if one.code in codes)
    sentence = f"{meaning.sentence} What is listed {'explains' if stops else 'may explain'} it."
    return SlurmAnswer(text, said.message, sentence, codes, ask)
