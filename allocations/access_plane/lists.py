"""What a site is told of who may log in: lines for sshd, with what they are about. Pure.

Lines that begin with `#` are none for sshd. They say what the list is about and until when it may
be believed, so that a signature over all of it is one over that too. The times move in steps: a
list that says the same is the same text for a quarter of an hour, and its ETag too.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STEP = timedelta(minutes=15)
BELIEVED_FOR = timedelta(hours=24)
"""For how long a site may go on with a list when this service is away."""


def text_of(kind: str, about: Mapping[str, str], lines: Iterable[str], *, now: datetime) -> str:
    """Return a list as a site keeps it."""
    into_step = timedelta(seconds=int(now.timestamp()) % int(STEP.total_seconds()))
    issued = now.astimezone(UTC).replace(microsecond=0) - into_step
    said = {**about, "issued": _moment(issued), "expires": _moment(issued + BELIEVED_FOR)}
    head = [f"# efp-allocations {kind} 1", *(f"# {name} {value}" for name, value in said.items())]
    return "".join(f"{line}\n" for line in [*head, *lines])


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
