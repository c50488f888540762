"""Lines that agents send of their logs, kept for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from allocations.models import AgentIdentity, AgentLog
from allocations.services.agents import AgentGone
from common.redaction import without_secrets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from allocations.agents import LogLevel

BATCH = 10_000
"""How many lines are deleted in one transaction."""


@dataclass(frozen=True)
class Line:
    """A line of an agent's log, at the time of its own clock."""

    identity: AgentIdentity
    timestamp: datetime
    level: LogLevel
    message: str
    module: str


@transaction.atomic
def store(lines: Sequence[Line], *, now: datetime) -> list[AgentLog]:
    """Store lines, all or none; whoever sends them was seen. They are their own record.

    :raises AgentGone: an agent was removed meanwhile.
    """
    senders = {line.identity.pk for line in lines}
    rows = AgentIdentity.objects.filter(pk__in=senders).order_by("pk")
    found = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    if len(found) < len(senders):
        raise AgentGone("The agent was removed in the meantime.")
    AgentIdentity.objects.filter(pk__in=found).update(last_seen=now)
    stored: list[AgentLog] = AgentLog.objects.bulk_create(
        [
            AgentLog(
                identity=line.identity,
                timestamp=line.timestamp,
                level=line.level,
                message=without_secrets(line.message),
                module=line.module,
                created=now,
            )
            for line in lines
        ]
    )
    return stored


def prune(*, now: datetime, kept_for: timedelta) -> int:
    """Throw away what was received longer ago than that; return how many lines it were."""
    pruned = 0
    while True:
        old = AgentLog.objects.filter(created__lt=now - kept_for).order_by("created")
        deleted, _ = AgentLog.objects.filter(
            pk__in=list(old.values_list("pk", flat=True)[:BATCH])
        ).delete()
        pruned += deleted
        if deleted < BATCH:
            return pruned
