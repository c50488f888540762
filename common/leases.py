"""Leases: work that stands in a table is one worker's for a while, tried again, and given up. Pure.

Whoever takes work says until when they may be waited for. Who dies with it leaves it to others once
that time is over; who fails gives it back, and it rests, longer after each failure.
`common.leased_rows` has the columns and the claims.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Backoff:
    """How long to wait after failures in a row: so many times as long each time, up to a limit."""

    first: timedelta
    longest: timedelta
    factor: int = 2

    def after(self, failures: int) -> timedelta:
        """Return how long to wait after so many failures; after none, not at all."""
        if failures < 1:
            return timedelta(0)
        pause = self.first
        for _ in range(1, failures):
            if pause >= self.longest:
                break
            pause *= self.factor
        return min(pause, self.longest)


@dataclass(frozen=True)
class Lease:
    """How long work is left to who took it, how long it rests when they fail, and how often."""

    lasts: timedelta
    backoff: Backoff
    most_attempts: int | None = None
    """After as many the work is given up; without a number it never is."""

    def is_worn_out(self, attempts: int) -> bool:
        """Tell whether work that was tried so often is not tried again."""
        return self.most_attempts is not None and attempts >= self.most_attempts

    def next_attempt(self, attempts: int, *, now: datetime) -> datetime | None:
        """Return when work is tried again whose latest attempt failed; None is never."""
        return None if self.is_worn_out(attempts) else now + self.backoff.after(attempts)
