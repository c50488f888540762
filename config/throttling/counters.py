"""Counting in windows of time: in Redis for all processes, or in the memory of each.

Without `CACHE_URL` each process counts for itself, so that a limit holds once for every process.
With it they count together; while Redis is away they count for themselves again, and nobody waits.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Protocol

import redis
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

MOST_KEYS = 100_000
"""How much a process remembers; beyond it, it forgets all and begins anew."""

REDIS_SECONDS = 0.25
"""How long an answer of Redis is waited for."""

LEFT_ALONE_SECONDS = 10.0
"""How long a Redis that did not answer is not asked again."""

Key = tuple[str, int]
"""What is counted, and the seconds of its window."""


class Counter(Protocol):
    """Whatever counts."""

    def count(self, keys: Sequence[Key], now: float) -> list[int]:
        """Count each key once, and return how often each was counted in its window."""


class MemoryCounter:
    """Counts in this process."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, int]] = {}

    def count(self, keys: Sequence[Key], now: float) -> list[int]:
        """Count each key once, and return how often each was counted in its window."""
        with self._lock:
            if len(self._counts) > MOST_KEYS:
                self._counts.clear()
            return [self._one(key, int(now // seconds)) for key, seconds in keys]

    def _one(self, key: str, window: int) -> int:
        last, count = self._counts.get(key, (window, 0))
        count = count + 1 if last == window else 1
        self._counts[key] = (window, count)
        return count


class RedisCounter:
    """Counts in Redis, by one round trip; in this process while Redis does not answer."""

    def __init__(self, url: str) -> None:
        """Connect with the first count."""
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            retry=None,
        )
        self._memory = MemoryCounter()
        self._left_alone_until = 0.0

    def count(self, keys: Sequence[Key], now: float) -> list[int]:
        """Count each key once, and return how often each was counted in its window."""
        if time.monotonic() < self._left_alone_until:
            return self._memory.count(keys, now)
        try:
            with self._redis.pipeline(transaction=False) as asked:
                for key, seconds in keys:
                    name = f"efp:rate:{key}:{int(now // seconds)}"
                    asked.incr(name)
                    asked.expire(name, seconds + 1)
                return [int(count) for count in asked.execute()[::2]]
        except redis.RedisError:
            log.warning("the cache does not answer; each process counts for itself", exc_info=True)
            self._left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
            return self._memory.count(keys, now)


COUNTER: Counter = RedisCounter(settings.CACHE_URL) if settings.CACHE_URL else MemoryCounter()
