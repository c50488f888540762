"""For whom rows are read and rendered."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Hashable


class Principal(Protocol):
    """Who acts, as authentication makes it: `user.principal` of everybody who is logged in."""

    @property
    def fingerprint(self) -> Hashable | None:
        """Return all that queries may ask of the user, as a key; None while it may change."""

    @property
    def visibility(self) -> Hashable | None:
        """Return all that `visible_to` may ask of the user, as a key; None while it may change."""

    def reading(self) -> AbstractContextManager[None]:
        """Within the context nothing is changed, so that what was asked of the user is cached."""


@dataclass(frozen=True)
class Caller:
    """For whom a page is rendered: the host in its URLs, and the user its queries know."""

    base: str
    user: Any

    @property
    def _principal(self) -> Principal | None:
        return getattr(self.user, "principal", None)

    @property
    def fingerprint(self) -> Hashable | None:
        """Return all that queries may ask of the user, as a key; None: no statement is cached."""
        principal = self._principal
        return None if principal is None else principal.fingerprint

    @property
    def visibility(self) -> Hashable | None:
        """Return all that decides which rows the user sees, as a key; None: nothing is cached."""
        principal = self._principal
        return None if principal is None else principal.visibility

    def reading(self) -> AbstractContextManager[None]:
        """Return a context that only reads: the user's grants are asked for once within it."""
        principal = self._principal
        return nullcontext() if principal is None else principal.reading()
