"""Throwing away what has served its time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from identity.models import IdempotencyKey
from identity.services import (
    credentials,
    data_accesses,
    emails,
    invitations,
    logouts,
    periodic_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PRUNING = "identity.tasks.prune"
ANSWERS_KEPT_FOR = timedelta(days=1)


def prune(*, now: datetime) -> dict[str, int]:
    """Delete dead tokens, old answers to repeat, old requests of addresses and old invitations."""
    pruned = {}
    for what, prune_some in PARTS.items():
        with periodic_rows.part(PRUNING, what, now=now):
            pruned[what] = prune_some(now)
    return pruned


def _answers(now: datetime) -> int:
    deleted, _ = IdempotencyKey.objects.filter(created__lt=now - ANSWERS_KEPT_FOR).delete()
    return deleted


PARTS: Mapping[str, Callable[[datetime], int]] = {
    "tokens": lambda now: credentials.prune(now=now),
    "answers": _answers,
    "institution_logins": lambda now: logouts.prune(now=now),
    "data_accesses": lambda now: data_accesses.prune(now=now),
    "email_confirmations": lambda now: emails.prune(now=now),
    "invitations": lambda now: invitations.prune(now=now),
}
"""What is thrown away, each by itself: one that fails does not keep the others."""
