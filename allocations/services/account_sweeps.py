"""Going over everybody's accounts from time to time: what no event told of is found here.

That the platform asks for something else now (vetting, consent, assurance, a way of logging in) is
a setting, of which nobody is told. Each sweep takes some of the people, so that all have been gone
over in an hour; whatever a person needs is compared and written, each account in a transaction.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q

from allocations.services import membership
from identity.models import Grant, User
from identity.roles import ScopeType
from identity.services import periodic_rows, vetting

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

TASK = "allocations.tasks.sweep_accounts"
EVERY = timedelta(minutes=5)
PARTS = 12
"""Of how many sweeps, one every `EVERY`, each goes over another part of the people."""


def sweep(*, now: datetime) -> int:
    """Bring the accounts of a part of the people to what is asked now; return of how many.

    Those whose turn failed before are tried again with every part.
    """

    def see_to(user: User) -> None:
        vetting.follow_assurance(user, now=now)
        membership.see_to(user, now=now)

    return len(periodic_rows.for_each(TASK, _in_turn(now), see_to, now=now))


def _in_turn(now: datetime) -> QuerySet[Any]:
    part = int(now.timestamp() // EVERY.total_seconds()) % PARTS
    failed = periodic_rows.failed_keys(TASK, User)
    projects = Grant.objects.filter(user=OuterRef("pk"), scope_type=ScopeType.PROJECT)
    people: Any = User.objects.filter(Exists(projects), is_removed=False)
    in_turn: QuerySet[Any] = people.annotate(part=F("pk") % PARTS)
    return in_turn.filter(Q(part=part) | Q(pk__in=failed))
