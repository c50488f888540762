"""Reasons that staff give for what they do: kept in the events that come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from identity import events

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def explained(service: Callable[..., Any], *, argument: str = "") -> Callable[..., Any]:
    """Return the service as one that takes a reason and has it recorded.

    Where the service has an `argument` for it, such as an order's comment, it is given there too.
    """

    def carry_out(row: Any, *, actor: Any, now: datetime, reason: str, **asked: Any) -> Any:
        extra = {argument: reason} if argument else {}
        with events.because(reason):
            return service(row, actor=actor, now=now, **asked, **extra)

    return carry_out
