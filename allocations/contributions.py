"""What the apps above add to what sites are told: of which kinds of their events."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from common.contributions import contributed_to

if TYPE_CHECKING:
    from identity.event_catalogue import Kind


@dataclass(frozen=True, kw_only=True)
class AllocationsContributions:
    """Kinds of events of the apps above; by default there are none."""

    read_with_resource: frozenset[Kind] = frozenset()
    """After which a site reads a resource again, and what comes with it."""

    settings_due: frozenset[Kind] = frozenset()
    """Whose payload is what a site is to set of a resource."""


@lru_cache(maxsize=1)
def contributions() -> AllocationsContributions:
    """Return what the composition root plugs in."""
    return contributed_to("allocations", AllocationsContributions)
