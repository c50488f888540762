"""Staff actions with reasons: what staff say of why they do it is kept in the events of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.admin.staff_actions import StaffAction
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


def removal(
    service: Callable[..., Any],
    explanation: str = "",
    *,
    when: Callable[[Any], bool] | None = None,
) -> StaffAction:
    """Return the staff action that stands where Django would delete: a service removes the row."""
    return StaffAction(
        "remove", "Remove", "Removed", explained(service), when=when, explanation=explanation
    )
