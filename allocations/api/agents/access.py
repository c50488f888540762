"""Who registers agents beside those who provide the offering: whoever speaks for a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.api.access import Either, follow, named
from identity.access import speaks_for_a_source
from marketplace.lifecycle import OfferingState

if TYPE_CHECKING:
    from identity.models import User

OPEN = frozenset({OfferingState.ACTIVE, OfferingState.PAUSED})


@dataclass(frozen=True)
class ForASource(Either):
    """A manager of an identity source, at an offering that is neither a draft nor archived."""

    path: str
    at_once: bool = False

    def __str__(self) -> str:
        return f"an identity manager, where {named((self.path,))} is active or paused"

    def allows(self, user: User, target: Any) -> bool:
        """Ask the user, and the offering that the path leads to."""
        offering = follow(target, self.path)
        return speaks_for_a_source(user) and offering is not None and offering.state in OPEN


@dataclass(frozen=True)
class OwnOfASource(Either):
    """A manager of an identity source who registered the agent that the path leads from."""

    path: str
    at_once: bool = False

    def __str__(self) -> str:
        return "an identity manager who registered the agent"

    def allows(self, user: User, target: Any) -> bool:
        """Ask the user, and who registered it."""
        return speaks_for_a_source(user) and follow(target, self.path) == user
