"""The event feed: what happened, in order, for whoever may see it, from where they left off.

A cursor is the sequence of the last event that was looked at. A reader may rely on it because of
how the sequence is given (`outbox.put_in_order`): one dispatcher at a time does it, under a lock
that it keeps until its transaction is over, and it goes on from the highest number that it then
sees. So who sees a number sees every smaller one that will ever be, and nothing appears behind a
cursor. Primary keys and times have no such order: of two transactions the one that took the smaller
key may commit last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Max

from common.errors import Gone, Invalid
from common.stored import EARLIEST
from identity.event_form import payload_of
from identity.event_types import kinds_meant
from identity.models import Event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from identity.models import User

LATEST = "latest"
LIMIT = 100
MOST = 1000
WINDOW = 10_000
"""How far one reading looks: somebody whom few events concern must not make it read them all."""


class WrongCursor(Invalid):
    """The cursor is none that this feed has given."""

    code = "wrong_cursor"


class UnknownTypes(Invalid):
    """No event is of such a type, by whatever name."""

    code = "unknown_types"


class CursorTooOld(Gone):
    """Events that come after the cursor are not offered any more."""

    code = "cursor_too_old"


@dataclass(frozen=True)
class Bounds:
    """The cursors between which the feed can be read: before its first event, and at its last."""

    oldest: int
    latest: int


@dataclass(frozen=True)
class FeedPage:
    """Some events in order, where to go on, and whether there is more at once."""

    events: list[dict[str, Any]]
    position: int
    has_more: bool


def latest() -> int:
    """Return the highest sequence; 0 when nothing has happened yet."""
    return Event.objects.aggregate(last=Max("sequence"))["last"] or 0


def bounds(*, now: datetime) -> Bounds:
    """Return from where to where the feed can be read.

    The newest event beyond the retention is found by the index on times, however many there are.
    """
    horizon = now - timedelta(days=settings.EVENT_FEED_RETENTION_DAYS)
    # A time of before the calendar is no time: it must not end the feed.
    when = {"created__lt": horizon, "created__gt": EARLIEST}
    gone = Event.objects.filter(**when, sequence__isnull=False)
    last_gone = gone.order_by("-created", "-pk").values_list("sequence", flat=True).first()
    return Bounds(oldest=max(last_gone or 0, 0), latest=latest())


def position_of(cursor: str, within: Bounds) -> int:
    """Return the place that a cursor names; without one it is the oldest.

    :raises WrongCursor: it is no cursor, or one of the future.
    :raises CursorTooOld: it is from before the retention; `oldest` is where to start again.
    """
    if not cursor:
        return within.oldest
    if cursor == LATEST:
        return within.latest
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 18):
        raise WrongCursor({"after": ["This is not a cursor of the feed."]})
    position = int(cursor)
    if position > within.latest:
        raise WrongCursor({"after": ["The feed has not come to this cursor yet."]})
    if position < within.oldest:
        raise CursorTooOld(
            {
                "detail": "Events after this cursor are not kept in the feed any more.",
                "code": CursorTooOld.code,
                "oldest": str(within.oldest),
            }
        )
    return position


def kinds_of(words: Iterable[str]) -> frozenset[str] | None:
    """Return the kinds that words ask for: kinds, Waldur's names, groups; None is all of them.

    :raises UnknownTypes: a word stands for no kind.
    """
    meant = {word: kinds_meant(word) for word in words}
    if unknown := sorted(word for word, kinds in meant.items() if not kinds):
        raise UnknownTypes({"types": [f"{word} is not a type of events." for word in unknown]})
    return frozenset().union(*meant.values()) if meant else None


def read(
    cursor: str,
    *,
    kinds: frozenset[str] | None = None,
    limit: int = LIMIT,
    user: User,
    now: datetime,
) -> FeedPage:
    """Return what comes after a cursor, of what the user may see.

    The place to go on moves also when all that was looked at concerned others.

    :raises WrongCursor: it is no cursor, or one of the future.
    :raises CursorTooOld: it is from before the retention.
    """
    within = bounds(now=now)
    after = position_of(cursor, within)
    upto = min(after + WINDOW, within.latest)
    rows = Event.objects.visible_to(user).filter(sequence__gt=after, sequence__lte=upto)
    if kinds is not None:
        rows = rows.filter(kind__in=kinds)
    found = list(rows.for_form().order_by("sequence")[: limit + 1])
    if len(found) > limit:
        found = found[:limit]
        upto = found[-1].sequence
    return FeedPage([payload_of(event) for event in found], upto, has_more=upto < within.latest)
