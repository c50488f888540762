"""What the streams of one process share: places, readers of the database, and who wakes them.

A stream waits nearly all of its life, so it has no connection of its own: what it asks of the
database is done by a few readers, each with a connection that it keeps. One thread looks whether
the feed has gone on, and wakes all streams when it has.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import Error, close_old_connections, connection

from identity.services import feed

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

TICK = 0.5
READERS = 8


class NoPlace(Exception):
    """There are as many streams as this process serves."""


class Hub:
    """The streams of this process."""

    def __init__(self, *, places: int, each: int | None = None) -> None:
        """Take how many streams there may be at once, and of one person."""
        self._places = threading.BoundedSemaphore(places)
        self._each, self._seated = each, Counter[int]()
        self._changed = threading.Condition()
        self._starting = threading.Lock()
        self._watch: threading.Thread | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._latest = 0
        self._is_asked_to_end: Callable[[], bool] = lambda: False
        self.is_ending = False

    def end_with(self, worker: Any) -> None:
        """End when gunicorn's worker is asked to, or has lost its master."""
        self._is_asked_to_end = lambda: not worker.alive or worker.ppid != os.getppid()

    def enter(self, question: Callable[[], Answer]) -> Answer:
        """Take a place, and return what a reader found out; what it raises gives the place back.

        :raises NoPlace: all are taken, or the process ends.
        """
        if self.is_ending or not self._places.acquire(blocking=False):
            raise NoPlace
        try:
            self._start()
            return self.read(question)
        except BaseException:
            self.leave()
            raise

    def seat(self, person: int) -> bool:
        """Count a stream as one of a person's, unless they have as many as one may have."""
        with self._starting:
            if self._each is not None and self._seated[person] >= self._each:
                return False
            self._seated[person] += 1
            return True

    def unseat(self, person: int) -> None:
        """Count one of a person's streams no more."""
        with self._starting:
            self._seated[person] -= 1
            if self._seated[person] <= 0:
                del self._seated[person]

    def _start(self) -> None:
        """See to it that there are readers and a watch: after a fork there would be none."""
        with self._starting:
            if self._readers is None:
                self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
            if self._watch is None or not self._watch.is_alive():
                self._watch = threading.Thread(target=self._look, name="watch", daemon=True)
                self._watch.start()

    def leave(self) -> None:
        """Give a place back."""
        self._places.release()

    def read(self, question: Callable[[], Answer]) -> Answer:
        """Return what a reader found out; whatever it raises is raised here."""
        if self._readers is None:
            raise RuntimeError("only who has a place may ask")
        return self._readers.submit(_on_a_live_connection, question).result()

    def wait(self, position: int, seconds: float) -> None:
        """Wait until the feed has gone on from a position, the process ends, or time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_ending or self._latest > position, seconds)

    def _look(self) -> None:
        while not self.is_ending:
            found = self._latest
            try:
                found = feed.latest()
            except Error:
                log.warning("the feed cannot be read; streams wait", exc_info=True)
                connection.close()
            ending = self._is_asked_to_end()
            with self._changed:
                if ending or found != self._latest:
                    self._latest, self.is_ending = found, ending
                    self._changed.notify_all()
                self._changed.wait(TICK)
        connection.close()


def _on_a_live_connection(question: Callable[[], Answer]) -> Answer:
    close_old_connections()
    try:
        return question()
    finally:
        close_old_connections()


HUB = Hub(places=settings.EVENT_STREAM_THREADS, each=settings.STREAMS_PER_PERSON)
