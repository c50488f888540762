"""Room on the interpreter's stack, so that deep calls do not ask the system for it again and again.

CPython 3.11 takes its stack in pieces of 16 kB and gives a piece back when the call that needed it
returns. Where a loop calls across such a border, as templates and serializers do, every turn maps
and unmaps memory: a seventh of what pages of the admin took. A frame that is larger than a piece
gets one of its own, twice as large as it needs at most, and what it calls stands on the rest of it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SLOTS = 70_000  # of 8 bytes: more than half of a megabyte, so that nearly as much is left


def with_room(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same function, which has half a megabyte of stack in one piece."""

    def roomy(*args: Any, **kwargs: Any) -> Any:
        return call(*args, **kwargs)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=SLOTS)
    return functools.wraps(call)(roomy)
