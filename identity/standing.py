"""Whether somebody who is logged in may use the service yet, or has something to do first.

What has to be known of a person is read with their token, in the same query, and judged here.
Staff, and the accounts of programs (`User.is_machine`), are asked for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from common.errors import Forbidden
from common.rows import rows_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

COLUMNS = ("awaits_terms",)


@dataclass(frozen=True)
class Standing:
    """What is known of a person beside their own columns; each is a column of `columns`."""

    awaits_terms: bool = False


class PlatformTermsNotAccepted(Forbidden):
    """The person has not accepted the platform's terms of service in force."""

    code = "platform_terms_not_accepted"


def columns(user: str) -> dict[str, Any]:
    """Return the columns of a row's standing; `user` is the row's column of the person."""
    accepted = rows_of("identity.PlatformTermsAcceptance").filter(
        terms=OuterRef("pk"), user=OuterRef(OuterRef(user))
    )
    current = rows_of("identity.PlatformTerms").filter(is_current=True)
    return {"awaits_terms": Exists(current.filter(~Exists(accepted)))}


def standing_of(people: QuerySet[Any], user: Any) -> Standing:
    """Return a person's standing, of which nothing has been read yet."""
    row = people.filter(pk=user.pk).annotate(**columns("pk")).values(*COLUMNS).first()
    return Standing(**row) if row else Standing()


def refuse_newcomer(user: Any, standing: Standing) -> None:
    """Refuse whoever has something to do first.

    :raises PlatformTermsNotAccepted: the platform's terms are to be accepted.
    """
    if user.is_staff or user.is_machine:
        return
    if standing.awaits_terms:
        raise _refused(
            PlatformTermsNotAccepted,
            "Accept the terms of service of this platform first: /platform-terms/, or"
            " agree_with_policy with your own profile.",
        )


def _refused(error: type[Forbidden], sentence: str) -> Forbidden:
    return error({"detail": sentence, "code": error.code})
