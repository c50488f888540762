"""Writing what differs, and nothing else, with the time of the change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.db.models import Model


def write(row: Model, wanted: Mapping[str, Any], *, now: datetime) -> tuple[str, ...]:
    """Store the columns whose values differ from the row's, and return their names."""
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if changed:
        stamp = {"modified": now} if hasattr(row, "modified") else {}
        type(row)._default_manager.filter(pk=row.pk).update(**changed, **stamp)
        for name, value in {**changed, **stamp}.items():
            setattr(row, name, value)
    return tuple(changed)


def touch(row: Model, *, now: datetime) -> None:
    """Note that what a row consists of has changed: whoever keeps a copy reads it again."""
    type(row)._default_manager.filter(pk=row.pk).update(modified=now)
