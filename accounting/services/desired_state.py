"""The state that an offering's site should be in, handed out whole and counted.

Whoever rebuilds a site wants one answer of one moment, and whoever keeps one wants to know whether
anything has changed since. The state is read in one snapshot; that what was handed out last was
something else is noted by a compare-and-swap, so that of two who read at once the one with the
older state never gets the higher number, but reads again.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson
from django.db import connection, transaction

from accounting.models import DesiredState
from accounting.services import site_state
from common.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from marketplace.models import Offering

ATTEMPTS = 10


class Unsettled(Conflict):
    """The state changed whenever it had been read."""

    code = "unsettled"


@dataclass(frozen=True)
class HandedOut:
    """A state with its hash, and how many were handed out until it, itself included."""

    generation: int
    digest: str
    state: dict[str, Any]


def hand_out(offering: Offering, *, now: datetime) -> HandedOut:
    """Return the state that an offering's site should be in, and count it when it is another one.

    When nothing has changed, nothing is written.

    :raises Unsettled: others were handed out another state each time that it was read.
    """
    for _ in range(ATTEMPTS):
        with one_snapshot():
            last = DesiredState.objects.filter(offering=offering).first()
            state = site_state.read(offering)
        digest = digest_of(state)
        if last is not None and last.digest == digest:
            return HandedOut(last.generation, digest, state)
        generation = _note(offering, last, digest, now=now)
        if generation is not None:
            return HandedOut(generation, digest, state)
    raise Unsettled("The state changes faster than it can be read. Try again.")


def digest_of(state: dict[str, Any]) -> str:
    """Return the hash of a state: SHA-256 of its JSON with sorted keys and without white space."""
    return f"sha256:{sha256(orjson.dumps(state, option=orjson.OPT_SORT_KEYS)).hexdigest()}"


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let all that is read within the context be of one moment.

    Within a transaction of somebody else's, which has its level already, that one's level holds.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _note(
    offering: Offering, last: DesiredState | None, digest: str, *, now: datetime
) -> int | None:
    """Keep what is handed out now, and return its generation.

    None when somebody else was handed out another state meanwhile; one who was handed out the same
    has counted it already.
    """
    noted = {"digest": digest, "changed_at": now}
    if last is None:
        first = {"generation": 1, **noted}
        row, _ = DesiredState.objects.get_or_create(offering=offering, defaults=first)
    else:
        same = DesiredState.objects.filter(pk=last.pk, generation=last.generation)
        if same.update(generation=last.generation + 1, **noted):
            return last.generation + 1
        row = DesiredState.objects.get(pk=last.pk)
    return row.generation if row.digest == digest else None
