"""The whole catalogue of kinds of events, put together from the apps'. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounting import event_kinds as accounting
from allocations import event_kinds as allocations
from identity import event_kinds as identity
from identity.event_catalogue import Catalogue, Kind
from marketplace import event_kinds as marketplace
from notifications import event_kinds as notifications

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

MODULES = (identity, marketplace, allocations, accounting, notifications)


def declared_in(module: ModuleType) -> Iterator[Kind]:
    """Yield the kinds that a module declares."""
    return (value for value in vars(module).values() if isinstance(value, Kind))


CATALOGUE = Catalogue(kind for module in MODULES for kind in declared_in(module))
"""Every kind that is ever recorded."""
