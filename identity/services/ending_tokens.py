"""Personal access tokens that end soon: their holders are told in time, once for each token."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from identity import event_kinds as kinds
from identity import events
from identity.models import Token
from identity.services import periodic_rows

if TYPE_CHECKING:
    from datetime import datetime

TELLING = "identity.tasks.tell_of_ending_tokens"
"""The task that has people told."""
TOLD_BEFORE = timedelta(days=7)
"""How long before its end a holder is told of a token."""


def tell(*, now: datetime) -> int:
    """Have the holders told of the personal access tokens that end soon; return of how many.

    What was made for a shorter time than that is not told of: its end is known.
    """
    ending = Token.objects.filter(
        scopes__isnull=False,
        warned_at=None,
        expires_at__gt=now,
        expires_at__lte=now + TOLD_BEFORE,
        user__is_active=True,
    )
    untold = ending.exclude(created__gt=now - TOLD_BEFORE).select_related("user")

    @transaction.atomic
    def note(token: Token) -> int:
        same = Token.objects.filter(pk=token.pk, warned_at=None, expires_at=token.expires_at)
        if not same.update(warned_at=now):
            return 0  # it was revoked, or somebody else tells of it
        events.record(
            kinds.TOKEN_EXPIRING,
            token,
            actor=None,
            now=now,
            payload={"name": token.name, "prefix": token.prefix},
        )
        return 1

    return sum(periodic_rows.for_each(TELLING, untold, note, now=now))
