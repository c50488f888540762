"""Writing what differs of a row, and nothing else, with the time of the change.

What changed is returned as the former values by column: nothing when nothing differed, the names
for an event's payload, and what there was before for whoever tells that too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.db.models import Model

    Former = dict[str, Any]


def differing(row: Model, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the wanted values that are not the row's already."""
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


def assign(row: Model, wanted: Mapping[str, Any]) -> Former:
    """Set the values that differ, and return the former ones.

    For a row that is checked as a whole before it is stored; the caller stores it.
    """
    changed = differing(row, wanted)
    former = {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    return former


def write(row: Model, wanted: Mapping[str, Any], *, now: datetime) -> Former:
    """Store the values that differ, set them on the row, and return the former ones."""
    changed = differing(row, wanted)
    if not changed:
        return {}
    stamp = {"modified": now} if hasattr(row, "modified") else {}
    type(row)._default_manager.filter(pk=row.pk).update(**changed, **stamp)
    former = assign(row, changed)
    assign(row, stamp)
    return former


def touch(row: Model, *, now: datetime) -> None:
    """Note that what a row consists of has changed: whoever keeps a copy reads it again."""
    type(row)._default_manager.filter(pk=row.pk).update(modified=now)
