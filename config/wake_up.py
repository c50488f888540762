"""Waking the dispatcher after a commit, without the request ever waiting for the broker.

A thread of the process does the talking: a request only leaves a mark. Many marks become one
message, and a broker that is away delays nothing but this thread. A lost wake-up costs the seconds
until beat starts the dispatcher anyway.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


class WakeUp:
    """Calls `publish` soon after it was called itself, in a thread of its own.

    Messages keep `gap` seconds apart. After a failure it waits, longer each time up to
    `longest_pause`, and sends what was asked for meanwhile as one message.
    """

    def __init__(
        self, publish: Callable[[], object], *, gap: float = 0.05, longest_pause: float = 30.0
    ) -> None:
        """Take what sends the message."""
        self.publish, self.gap, self.longest_pause = publish, gap, longest_pause
        self._begin()

    def __call__(self) -> None:
        """Leave the mark, and see to it that the thread runs: a fork has only the calling one."""
        if self._process != os.getpid():
            self._begin()
        self._wanted.set()
        if not self._thread.is_alive():
            self._start()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._wanted = threading.Event()
        self._starting = threading.Lock()
        self._thread = self._new_thread()

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(target=self._run, name="wake-up", daemon=True)

    def _start(self) -> None:
        with self._starting:
            if self._thread.is_alive():
                return
            self._thread = self._new_thread()
            self._thread.start()

    def _run(self) -> None:
        pause = self.gap
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self.publish()
            except Exception:
                log.warning("the broker cannot be reached; beat will dispatch", exc_info=True)
                pause = min(pause * 2, self.longest_pause)
            else:
                pause = self.gap
            time.sleep(pause)
