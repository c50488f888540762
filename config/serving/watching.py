"""Watching many sockets for the few that have something to do.

waitress asks each of its connections anew, every time around, what it waits for; with hundreds that
takes longer than a small request. Here the kernel remembers, and is told what has changed.
"""

from __future__ import annotations

import select
import selectors
from collections import deque
from typing import TYPE_CHECKING, Any

from waitress import wasyncore

if TYPE_CHECKING:
    from collections.abc import Callable

FLAGS = {
    selectors.EVENT_READ: select.POLLIN,
    selectors.EVENT_WRITE: select.POLLOUT,
    selectors.EVENT_READ | selectors.EVENT_WRITE: select.POLLIN | select.POLLOUT,
}


class Watch:
    """The sockets of one process: `map` is waitress's, from descriptors to what they belong to."""

    def __init__(self) -> None:
        """Begin with none."""
        self.map: dict[int, Any] = {}
        self._selector = selectors.DefaultSelector()
        self._watched: dict[int, int] = {}
        self._changed: deque[Any] = deque()

    def changed(self, one: Any) -> None:
        """Look, before waiting again, what one of the map waits for; any thread may say so."""
        self._changed.append(one)

    def call_when_readable(self, descriptor: int, call: Callable[[], object]) -> None:
        """Call something when a descriptor, that is none of the map, can be read."""
        self._selector.register(descriptor, selectors.EVENT_READ, call)

    def forget(self, descriptor: int | None) -> None:
        """Watch a descriptor no more; it is about to be closed."""
        if descriptor is not None and self._watched.pop(descriptor, 0):
            self._selector.unregister(descriptor)

    def once(self, seconds: float) -> None:
        """Wait until something can be done, or time is over, and do it."""
        self._update()
        for key, events in self._selector.select(seconds):
            if key.data is not None:
                key.data()
                continue
            one = self.map.get(key.fd)
            if one is not None:
                wasyncore.readwrite(one, FLAGS[events])
                self._changed.append(one)
        self._update()

    def _update(self) -> None:
        while self._changed:
            one: Any = self._changed.popleft()
            descriptor = one._fileno  # noqa: SLF001 - waitress names it so, and has no other name
            if self.map.get(descriptor, self) is not one:
                continue  # it was closed since
            wanted = selectors.EVENT_READ if one.readable() else 0
            if not one.accepting and one.writable():
                wanted |= selectors.EVENT_WRITE
            self._want(descriptor, wanted)

    def _want(self, descriptor: int, wanted: int) -> None:
        had = self._watched.get(descriptor, 0)
        if had == wanted:
            return
        if not wanted:
            self.forget(descriptor)
            return
        self._watched[descriptor] = wanted
        if had:
            self._selector.modify(descriptor, wanted)
        else:
            self._selector.register(descriptor, wanted)
