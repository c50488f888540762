"""What a person lacks for an account at the offering, or to keep using it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.obstacles import THEMSELVES, Party, Reason, once

if TYPE_CHECKING:
    from datetime import datetime

AGREED = "Has the person agreed to the offering's terms of service?"
IS_ADMITTED = "Does the person meet what the platform and the offering ask of those with accounts?"
CONSENT = "POST /api/marketplace-user-offering-consents/"


@dataclass(frozen=True, kw_only=True)
class AdmissionFacts:
    """What is asked of a person at an offering and not met.

    `terms` are those in force, `agreed` the version of the person's consent, if there is one.
    `asks_consent` says that accounts wait for it; `deadline` is from when an older consent counts
    no more. `assurance` and `acr` are what is asked for where that is not met.
    """

    lacks_vetting: bool = False
    terms: str = ""
    has_agreed: bool = True
    agreed: str = ""
    asks_consent: bool = False
    deadline: datetime | None = None
    assurance: tuple[str, ...] = ()
    acr: tuple[str, ...] = ()

    @property
    def lacks_consent(self) -> bool:
        """Tell whether there are terms that the person would have to agree to."""
        return not self.has_agreed


PERSON: tuple[Reason[AdmissionFacts], ...] = (
    Reason(
        code="not_vetted",
        question=IS_ADMITTED,
        sentence="It was not looked at yet who the person is, which is asked for here.",
        how="Staff vet them, on the person's page; where the platform takes an institution's word,"
        " a login with it does.",
        lifted_by=(Party.STAFF, Party.INSTITUTION),
        told=THEMSELVES,
        when=lambda facts: once(facts.lacks_vetting),
    ),
    Reason(
        code="assurance_too_low",
        question=IS_ADMITTED,
        sentence="The person's institution does not assure as much of them as is asked:"
        " {assurance}.",
        how="They ask their institution, and log in again.",
        lifted_by=(Party.INSTITUTION, Party.PERSON),
        told=THEMSELVES,
        at=("GET /login/",),
        when=lambda facts: once(facts.assurance, assurance=facts.assurance),
    ),
    Reason(
        code="login_too_weak",
        question=IS_ADMITTED,
        sentence="The person did not log in the last time as is asked, with a second factor, say:"
        " {acr}.",
        how="They log in again so.",
        lifted_by=(Party.PERSON,),
        told=THEMSELVES,
        at=("GET /login/",),
        when=lambda facts: once(facts.acr, acr=facts.acr),
    ),
)

TERMS: tuple[Reason[AdmissionFacts], ...] = (
    Reason(
        code="offering_terms_outdated",
        question=AGREED,
        sentence="The person agreed to version {agreed} of the offering's terms of service, and the"
        " time for agreeing to version {terms} is over since {deadline}.",
        how="They agree to the version in force.",
        lifted_by=(Party.PERSON,),
        at=(CONSENT,),
        on="offering",
        when=lambda facts: once(
            facts.asks_consent and facts.lacks_consent and facts.agreed,
            agreed=facts.agreed,
            terms=facts.terms,
            deadline=facts.deadline or "its publication",
        ),
    ),
    Reason(
        code="offering_terms_not_accepted",
        question=AGREED,
        sentence="The person has not agreed to version {terms} of the offering's terms of service,"
        " which accounts there wait for.",
        how="They agree to them.",
        lifted_by=(Party.PERSON,),
        at=(CONSENT,),
        on="offering",
        when=lambda facts: once(
            facts.asks_consent and facts.lacks_consent and not facts.agreed, terms=facts.terms
        ),
    ),
    Reason(
        code="offering_terms_open",
        question=AGREED,
        sentence="The person has not agreed to version {terms} of the offering's terms of service:"
        " until they do, they order nothing there, and the site sees no more of them than their"
        " user name.",
        how="They agree to them.",
        lifted_by=(Party.PERSON,),
        stops=False,
        at=(CONSENT,),
        on="offering",
        when=lambda facts: once(facts.lacks_consent and not facts.asks_consent, terms=facts.terms),
    ),
)
