"""A site in memory, for tests and demonstrations: it does at once what it is not told to refuse."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from allocations.backends.base import Done

if TYPE_CHECKING:
    from allocations.backends.base import Limits, Outcome, Ref, Spec


class Unreachable(ConnectionError):
    """The site does not answer."""


class FakeBackend:
    """Keeps allocations in dictionaries; `script` holds the next answers or errors, in order."""

    can_stop = False

    def __init__(self) -> None:
        """Begin as a site without allocations."""
        self.script: deque[Outcome | Exception] = deque()
        self.calls: list[str] = []
        self.limits: dict[str, dict[str, int | float]] = {}

    def create(self, spec: Spec) -> Outcome:
        """Make the allocation; a second call with the same request finds it."""
        if scripted := self._next("create"):
            return scripted
        backend_id = spec.ref.backend_id or f"fake-{spec.slug}"
        self.limits[backend_id] = dict(spec.limits)
        return Done(backend_id)

    def set_limits(self, ref: Ref, limits: Limits) -> Outcome:
        """Replace the limits."""
        if scripted := self._next("set_limits"):
            return scripted
        self.limits[ref.backend_id] = dict(limits)
        return Done(ref.backend_id)

    def terminate(self, ref: Ref) -> Outcome:
        """Forget the allocation; that of an unknown one is done already."""
        if scripted := self._next("terminate"):
            return scripted
        self.limits.pop(ref.backend_id, None)
        return Done(ref.backend_id)

    def _next(self, call: str) -> Outcome | None:
        self.calls.append(call)
        answer = self.script.popleft() if self.script else None
        if isinstance(answer, Exception):
            raise answer
        return answer
