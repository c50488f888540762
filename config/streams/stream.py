"""One stream: the feed's events as Server-Sent Events, for as long as its reader may have them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

import orjson
from django.db import Error
from rest_framework.exceptions import APIException

from common.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from config.streams.hub import Hub
    from identity.services.feed import FeedPage

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
LIFE_SECONDS = 3600.0
RETRY_MILLISECONDS = 3000


class Stream:
    """What one client is sent; whoever closes it gives its place back, once."""

    def __init__(
        self, hub: Hub, ask: Callable[[str], FeedPage], first: FeedPage, person: int | None = None
    ) -> None:
        """Take how to read on from a cursor, which says anew who the reader is, and what is read.

        The place has been taken; it is counted as one of the person's.
        """
        self._hub, self._ask, self._first, self._person = hub, ask, first, person
        self._has_place = True

    def __iter__(self) -> Iterator[bytes]:
        """Return what is sent, piece by piece."""
        return self._pieces()

    def close(self) -> None:
        """Give the place back."""
        if self._has_place:
            self._has_place = False
            if self._person is not None:
                self._hub.unseat(self._person)
            self._hub.leave()

    def _pieces(self) -> Iterator[bytes]:
        until = monotonic() + LIFE_SECONDS
        yield b"retry: %d\n\n" % RETRY_MILLISECONDS
        part = self._first
        while True:
            yield b"".join(map(_event, part.events)) + _heartbeat(part.position)
            if not part.has_more:
                left = until - monotonic()
                self._hub.wait(part.position, min(HEARTBEAT_SECONDS, max(left, 0.0)))
            if self._hub.is_ending or monotonic() >= until:
                yield _end("come_again", "Connect again, with the last event's id.")
                return
            try:
                part = self._hub.read(partial(self._ask, str(part.position)))
            except (APIException, DomainError) as refused:
                yield _end(*_reason(refused))
                return
            except Error:
                log.exception("a stream cannot be read")
                yield _end("come_again", "The database does not answer.")
                return


def _event(event: dict[str, Any]) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (
        event["sequence"],
        event["event_type"].encode(),
        orjson.dumps(event),
    )


def _heartbeat(position: int) -> bytes:
    """Return a comment that keeps proxies from closing, and moves the reader's id on.

    A block without data is no event to readers, but its id counts: it passes what concerned others.
    """
    return b": at %d\nid: %d\n\n" % (position, position)


def _end(code: str, detail: str) -> bytes:
    return b"event: end\ndata: %s\n\n" % orjson.dumps({"code": code, "detail": detail})


def _reason(refused: APIException | DomainError) -> tuple[str, str]:
    code = refused.code if isinstance(refused, DomainError) else refused.get_codes()
    detail = refused.detail
    sentence = detail.get("detail", "") if isinstance(detail, Mapping) else detail
    return str(code), str(sentence)
