"""Actions that are done at the same moment, each in a thread and on a connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable

RACERS = 6


def race(*actions: Callable[[], Any]) -> list[Any]:
    """Do all actions at once; return what each got, in their order: its result or its refusal."""
    start = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return action()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def race_same(action: Callable[[], Any]) -> list[Any]:
    """Do one action several times at once; return what each got: its result or its refusal."""
    return race(*[action] * RACERS)


def race_each(action: Callable[[int], Any], racers: int = RACERS) -> list[Any]:
    """Do an action at once for each number from 0; return what each got, or its refusal."""
    return race(*(partial(action, number) for number in range(racers)))


def at_once(action: Callable[[int], Any], racers: int = RACERS) -> list[Any]:
    """Do an action at once for each number from 0; return the results or raise a refusal."""
    got = race_each(action, racers)
    for one in got:
        if isinstance(one, Exception):
            raise one
    return got


def lost(got: list[Any], refusal: type[Exception]) -> int:
    """Count those who were refused by `refusal`."""
    return sum(isinstance(one, refusal) for one in got)
