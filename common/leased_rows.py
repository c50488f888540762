"""Rows that stand for work: the columns of a lease, and how workers take rows and give them back.

A model says by `lease` how long, how often and how far apart. What a row is taken for, in which
order, and what else happens when it is settled are its service's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.db import models
from django.db.models import Q

from common.leases import Lease
from common.models import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

IS_OPEN = Q(delivered_at__isnull=True, dead=False)
"""The condition that a delivery is still to be made."""


def is_free(now: datetime) -> Q:
    """Return the condition that nobody has a row, or whoever had it is over time."""
    return Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)


def is_due(now: datetime) -> Q:
    """Return the condition that a row is free and does not rest."""
    return is_free(now) & Q(next_attempt_at__lte=now)


def begun_anew(now: datetime) -> dict[str, Any]:
    """Return the columns of a delivery that is to be made as if it had never been tried."""
    return {"next_attempt_at": now, "claimed_until": None, "attempts": 0, "dead": False}


class Leased(models.Model):
    """Work on which one worker at a time is, and which rests after a failure."""

    lease: ClassVar[Lease]
    lease_columns: ClassVar[tuple[str, ...]] = ("next_attempt_at", "claimed_until", "last_error")

    next_attempt_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    last_error = text(long=True)

    class Meta:
        abstract = True

    def is_due(self, now: datetime) -> bool:
        """Tell whether the row is free and does not rest."""
        is_free = self.claimed_until is None or self.claimed_until <= now
        return is_free and self.next_attempt_at <= now

    def take(self, *, now: datetime) -> bool:
        """Begin an attempt, for which the row is left to the caller; tell whether there is one."""
        self.claimed_until = now + self.lease.lasts
        return True

    def rest(self, error: str, *, until: datetime) -> None:
        """Give the row back after a failure: nobody takes it before a moment."""
        self.last_error, self.claimed_until, self.next_attempt_at = error, None, until


class Attempted(Leased):
    """Work whose attempts are counted as they begin, so that those count that kill a worker."""

    lease_columns = (*Leased.lease_columns, "attempts")

    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def take(self, *, now: datetime) -> bool:
        """Begin an attempt and count it; tell whether there is one."""
        self.attempts += 1
        return super().take(now=now)

    def fail(self, error: str, *, now: datetime) -> bool:
        """Give the row back after a failed attempt; tell whether there will be another one."""
        again = self.lease.next_attempt(self.attempts, now=now)
        self.rest(error, until=again or self.next_attempt_at)
        return again is not None


class Delivery(Attempted):
    """Something to be delivered at least once: open, delivered, or given up (`dead`)."""

    lease_columns = (*Attempted.lease_columns, "delivered_at", "dead")
    worn_out: ClassVar[str] = "The worker died at every attempt."

    delivered_at = models.DateTimeField(null=True, blank=True)
    dead = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def take(self, *, now: datetime) -> bool:
        """Begin an attempt, or give up what has killed its worker at every one."""
        if self.lease.is_worn_out(self.attempts):
            self.give_up(self.worn_out)
            return False
        return super().take(now=now)

    def fail(self, error: str, *, now: datetime) -> bool:
        """End a failed attempt: there will be another one, or the delivery is given up."""
        self.dead = not super().fail(error, now=now)
        return not self.dead

    def settle(self, *, now: datetime) -> None:
        """End an attempt that went well; also one whose lease was over by then."""
        self.delivered_at, self.claimed_until, self.dead, self.last_error = now, None, False, ""

    def give_up(self, error: str) -> None:
        """Make no further attempt, and keep the reason; without a new one, the last error."""
        self.dead, self.claimed_until, self.last_error = True, None, error or self.last_error


Row = TypeVar("Row", bound=Leased)


def claim(rows: QuerySet[Row], *, now: datetime, at_most: int = 1) -> list[Row]:
    """Take the first of the rows that are due and that nobody else is taking at the moment.

    In the caller's transaction; rows that have no attempt left are given up on the way.
    """
    due = rows.filter(is_due(now)).select_for_update(skip_locked=True, of=("self",))
    while found := list(due[:at_most]):
        taken = [row for row in found if row.take(now=now)]
        store(found)
        if taken:
            return taken
    return []


def store(rows: Sequence[Leased]) -> None:
    """Save what became of some rows of one model."""
    if rows:
        model = type(rows[0])
        model._default_manager.bulk_update(rows, model.lease_columns)
