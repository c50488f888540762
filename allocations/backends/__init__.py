"""The ways to sites: one backend per type of offering, named in a literal table."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import import_string

from common.errors import Invalid
from marketplace.components import OfferingType

if TYPE_CHECKING:
    from allocations.backends.base import Backend

BACKENDS: dict[str, str] = {
    OfferingType.BASIC: "allocations.backends.manual.ManualBackend",
    OfferingType.SLURM: "allocations.backends.agent.AgentBackend",
}
"""Type of offering -> class of its backend."""


class NoBackend(Invalid):
    """Nobody delivers offerings of this type."""

    code = "no_backend"


def name_of(offering: Any) -> str:
    """Return the dotted path of an offering's backend.

    :raises NoBackend: when its type has none.
    """
    try:
        return BACKENDS[offering.type]
    except KeyError:
        raise NoBackend(f"No backend for offerings of type {offering.type}.") from None


@cache
def load(name: str) -> Backend:
    """Return the backend with a dotted path, the same one each time."""
    backend: Backend = import_string(name)()
    return backend


def stoppable_types() -> frozenset[str]:
    """Return the types of offerings whose backends can stop at an order that they have begun."""
    return frozenset(kind for kind, name in BACKENDS.items() if load(name).can_stop)
