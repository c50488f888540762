"""Deeds that are done at the same moment, each in a thread and on a connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable

RACERS = 6


def race(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all deeds at once; return what each got, in their order: its result or its refusal."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return deed()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def race_same(deed: Callable[[], Any]) -> list[Any]:
    """Do one deed several times at once; return what each got: its result or its refusal."""
    return race(*[deed] * RACERS)


def race_each(deed: Callable[[int], Any], racers: int = RACERS) -> list[Any]:
    """Do a deed at once for each number from 0; return what each got: its result or its refusal."""
    return race(*(partial(deed, number) for number in range(racers)))


def at_once(deed: Callable[[int], Any], racers: int = RACERS) -> list[Any]:
    """Do a deed at once for each number from 0; return the results, or raise the first refusal."""
    got = race_each(deed, racers)
    for one in got:
        if isinstance(one, Exception):
            raise one
    return got


def lost(got: list[Any], refusal: type[Exception]) -> int:
    """Count those who were refused by `refusal`."""
    return sum(isinstance(one, refusal) for one in got)
