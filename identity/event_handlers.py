"""What acts on events: `config.wiring` says which handler on which kinds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID


@dataclass(frozen=True)
class Handler:
    """A function of an event's UUID; it may be called again with the same one.

    `name` is what deliveries in the database call it. It stays as it is when the function is
    renamed or moved, so that what waits is still handled.
    """

    name: str
    function: Callable[[UUID], None]

    def __call__(self, event_uuid: UUID) -> None:
        """Act on an event."""
        self.function(event_uuid)


def handler(name: str) -> Callable[[Callable[[UUID], None]], Handler]:
    """Make a function a handler of events, under the name that deliveries keep."""

    def named(function: Callable[[UUID], None]) -> Handler:
        return Handler(name, function)

    return named
