"""Counting who asks how often: in windows, in memory or in Redis, and nobody waits for a cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
import redis

from config.throttling import counters
from config.throttling.counters import MemoryCounter, RedisCounter
from config.throttling.limits import network_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = 1_800_000_000.0


def test_a_window_counts_for_itself_and_keys_do_not_know_of_each_other() -> None:
    memory = MemoryCounter()
    asked = [memory.count([("a", 60), ("b", 3600)], NOW) for _ in range(3)]
    assert asked == [[1, 1], [2, 2], [3, 3]]
    assert memory.count([("a", 60), ("b", 3600)], NOW + 60) == [1, 4]
    assert memory.count([("c", 60)], NOW) == [1]


def test_what_a_process_remembers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "MOST_KEYS", 10)
    memory = MemoryCounter()
    for number in range(100):
        memory.count([(str(number), 60)], NOW)
    assert len(memory._counts) <= 11


def test_a_cache_that_is_away_is_asked_once_and_the_process_counts_for_itself() -> None:
    shared = RedisCounter("redis://127.0.0.1:1/0")
    begun = time.monotonic()
    assert [shared.count([("a", 60)], NOW) for _ in range(3)] == [[1], [2], [3]]
    assert shared._left_alone_until > begun


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[str]:
    if shutil.which("redis-server") is None:
        assert not os.environ.get("CI"), "CI installs redis-server"
        pytest.skip("redis-server is not installed: `apt-get install redis-server` lets this run")
    at = tmp_path / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(at), "--save", ""]
    with subprocess.Popen([*command, "--dir", str(tmp_path)], stdout=subprocess.DEVNULL) as server:
        while not at.exists():
            assert server.poll() is None
            time.sleep(0.02)
        yield f"unix://{at}"
        server.terminate()


@pytest.mark.slow
def test_processes_with_one_cache_count_together(cache: str) -> None:
    first, second = RedisCounter(cache), RedisCounter(cache)
    assert first.count([("a", 60), ("b", 3600)], NOW) == [1, 1]
    assert second.count([("a", 60), ("b", 3600)], NOW) == [2, 2]
    assert first.count([("a", 60)], NOW + 60) == [1]
    assert 0 < int(redis.Redis.from_url(cache).ttl(f"efp:rate:a:{int(NOW // 60)}")) <= 61


def test_a_network_of_ipv6_is_one_client() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") == "2001:db8::/64"
    assert network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("unknown") == "unknown"
