"""Who may log in at which offering's site, as sites ask for it themselves.

Principals are read from the accounts as they are at the moment. That somebody could log in and may
no more is written down, so that a site is told also of those whose account or person is gone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from allocations import event_kinds as kinds
from allocations.access_plane.values import IN_USE
from allocations.lifecycle import AccountState
from allocations.models import OfferingUser, SiteAccess
from allocations.services import standings
from identity import events
from identity.models import User
from identity.services import cuids

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from identity.event_catalogue import Kind
    from marketplace.models import Offering

REVOKED_FOR = timedelta(days=90)
"""How long who lost access is told of: far longer than a certificate lives."""


@transaction.atomic
def follow(keys: Collection[int], *, now: datetime) -> int:
    """Write down where people may log in and where no more; return how many rows that changed.

    `keys` are the people's. It may run any number of times, for whatever reason.
    """
    people = User.objects.filter(pk__in=keys).order_by("pk")
    locked = list(people.select_for_update(no_key=True).values_list("pk", flat=True))
    known = cuids.of_people(locked)
    may = {
        (one.offering, key, known[key])
        for key, theirs in standings.of_people(known).items()
        for one in theirs
        if one.may_log_in
    }
    rows = SiteAccess.objects.filter(user__in=locked).select_related("offering")
    there = {(row.offering_id, row.user_id, row.cuid): row for row in rows}
    new = [
        SiteAccess(offering_id=offering, user_id=user, cuid=cuid, since=now)
        for offering, user, cuid in sorted(may - set(there))
    ]
    SiteAccess.objects.bulk_create(new)
    turned = [(row, what in may) for what, row in there.items() if (what in may) == bool(row.ended)]
    for row, is_back in turned:
        row.since, row.ended = (now, None) if is_back else (row.since, now)
        row.save(update_fields=["since", "ended"])
    for row in new:
        _record(kinds.SITE_ACCESS_GIVEN, row, now=now)
    for row, is_back in turned:
        _record(kinds.SITE_ACCESS_GIVEN if is_back else kinds.SITE_ACCESS_ENDED, row, now=now)
    return len(new) + len(turned)


def principals(offering: Offering, username: str) -> list[str]:
    """Return the CUIDs of those who may log in at an offering under a name, now."""
    if offering.state not in IN_USE:
        return []
    accounts = OfferingUser.objects.filter(
        offering=offering,
        username=username,
        state=AccountState.OK,
        is_restricted=False,
        user__is_active=True,
    )
    entitled: Any = standings.with_right(accounts).filter(has_right=True)
    named = entitled.annotate(linked=cuids.linked_as("user")).order_by("user__username")
    found = named.values_list("user__username", "linked")
    return [username for username, linked in found if cuids.is_cuid(username, linked)]


def revoked(offering: Offering, *, now: datetime) -> list[str]:
    """Return the CUIDs of those who could log in at an offering, and may no more."""
    rows = SiteAccess.objects.filter(offering=offering)
    still = rows.filter(cuid=OuterRef("cuid"), ended__isnull=True)
    lost = rows.filter(~Exists(still), ended__gt=now - REVOKED_FOR)
    return list(lost.order_by("cuid").values_list("cuid", flat=True).distinct())


def _record(kind: Kind, row: SiteAccess, *, now: datetime) -> None:
    events.record(
        kind,
        row,
        actor=None,
        now=now,
        payload={"cuid": row.cuid, "offering_uuid": row.offering.uuid.hex},
    )
