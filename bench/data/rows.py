"""Storing many rows at once, each under a UUID that is the same in every run."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.models import UuidModel

Row = TypeVar("Row", bound="UuidModel")

BATCH = 2000
NAMESPACE = uuid5(NAMESPACE_URL, "urn:efp:seed_load")


def uuid_of(noun: str, number: int) -> UUID:
    """Return the UUID of the row with this number."""
    return uuid5(NAMESPACE, f"{noun}/{number}")


def put(rows: Sequence[Row]) -> None:
    """Store the rows that are not there yet, and give every row its primary key."""
    if not rows:
        return
    objects = type(rows[0])._default_manager
    known = dict(objects.values_list("uuid", "pk")) if objects.exists() else {}
    for row in rows:
        row.pk = known.get(row.uuid)
    objects.bulk_create([row for row in rows if row.pk is None], batch_size=BATCH)
