"""Whether somebody who is logged in may use the service yet, or has something to do first.

What has to be known of a person is read with their token, in the same query, and judged here.
Staff, and the accounts of programs (`User.is_machine`), are asked for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Now

from common.errors import Forbidden
from common.rows import rows_of
from identity.profile import completeness_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

COLUMNS = ("awaits_terms", "vetting")


class VettingOutcome(StrEnum):
    """What was decided about who a person is; without a decision they are unvetted."""

    VETTED = "vetted"
    REFUSED = "refused"


@dataclass(frozen=True)
class PersonalStanding:
    """What is known of a person beside their own columns; each is a column of `columns`."""

    awaits_terms: bool = False
    vetting: str | None = None


class VettingRefused(Forbidden):
    """It was decided that the person may not come in."""

    code = "vetting_refused"


class PlatformTermsNotAccepted(Forbidden):
    """The person has not accepted the platform's terms of service in force."""

    code = "platform_terms_not_accepted"


class ProfileIncomplete(Forbidden):
    """The person has not said of themselves what the platform asks."""

    code = "profile_incomplete"


class NotVetted(Forbidden):
    """The platform lets people in once it knows who they are, and that is not so yet."""

    code = "not_vetted"


def columns(user: str) -> dict[str, Any]:
    """Return the columns of a row's standing; `user` is the row's column of the person."""
    accepted = rows_of("identity.PlatformTermsAcceptance").filter(
        terms=OuterRef("pk"), user=OuterRef(OuterRef(user))
    )
    current = rows_of("identity.PlatformTerms").filter(is_current=True)
    return {
        "awaits_terms": Exists(current.filter(~Exists(accepted))),
        "vetting": Subquery(_in_force(user).values("outcome")[:1]),
    }


def is_refused(user: str = "pk") -> Q:
    """Return the condition on a row that its person may not come in; `user` is its column."""
    return Q(Exists(_in_force(user).filter(outcome=VettingOutcome.REFUSED)))


def standing_of(people: QuerySet[Any], user: Any) -> PersonalStanding:
    """Return a person's standing, of which nothing has been read yet."""
    row = people.filter(pk=user.pk).annotate(**columns("pk")).values(*COLUMNS).first()
    return PersonalStanding(**row) if row else PersonalStanding()


def fetch(people: QuerySet[Any], users: Iterable[Any]) -> None:
    """Read the standings of several people at once, as each would read its own."""
    several = list(users)
    rows = people.filter(pk__in={user.pk for user in several}).annotate(**columns("pk"))
    found = {row.pop("pk"): row for row in rows.values("pk", *COLUMNS)}
    for user in several:
        user.standing = PersonalStanding(**found.get(user.pk, {}))


def note(user: Any, row: Any) -> None:
    """Take a person's standing from a row that was read with its `columns`."""
    user.standing = PersonalStanding(**{name: getattr(row, name) for name in COLUMNS})


def refuse_newcomer(
    user: Any, standing: PersonalStanding, *, only_reads: bool, for_newcomers: bool
) -> None:
    """Refuse whoever has something to do first; what is `for_newcomers` they may do before it.

    Of who was refused nothing is written any more, and nothing read but who they are.

    :raises VettingRefused: it was decided that they may not come in.
    :raises PlatformTermsNotAccepted: the platform's terms are to be accepted.
    :raises ProfileIncomplete: the profile lacks something that has to be there.
    :raises NotVetted: they write, and who they are has to be known first.
    """
    if user.is_of_staff or user.is_machine:
        return
    if standing.vetting == VettingOutcome.REFUSED and not (for_newcomers and only_reads):
        raise _refused(VettingRefused, "You were refused access to this platform.")
    if for_newcomers:
        return
    if standing.awaits_terms:
        raise _refused(
            PlatformTermsNotAccepted,
            "Accept the terms of service of this platform first: /platform-terms/, or"
            " agree_with_policy with your own profile.",
        )
    profile = completeness_of(user)
    if profile["enforcement_enabled"] and not profile["is_complete"]:
        missing = ", ".join(profile["missing_fields"])
        raise _refused(ProfileIncomplete, f"Complete your profile first: {missing}.")
    if settings.REGISTRATION.needs_vetting and not only_reads and not standing.vetting:
        raise _refused(NotVetted, "This platform has to know first who you are: ask its staff.")


def _in_force(user: str) -> Any:
    held = Q(ended_at__isnull=True) & (Q(valid_until__isnull=True) | Q(valid_until__gt=Now()))
    return rows_of("identity.Vetting").filter(held, user=OuterRef(user))


def _refused(error: type[Forbidden], sentence: str) -> Forbidden:
    return error({"detail": sentence, "code": error.code})
