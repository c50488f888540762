"""What the file refers to, read from the database once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.presets.loader.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


class StoredRows:
    """Rows by model and UUID; those that are stored while loading are added."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._rows: dict[tuple[Any, UUID], Any] = {}

    def read(self, model: Any, uuids: Iterable[UUID]) -> None:
        """Read the rows of a model that there are; one query."""
        for row in model._default_manager.filter(uuid__in=list(uuids)):
            self.add(row)

    def add(self, row: Any) -> None:
        """Remember a row."""
        self._rows[type(row), row.uuid] = row

    def find(self, model: Any, uuid: UUID) -> Any:
        """Return a row that was read or stored, or None."""
        return self._rows.get((model, uuid))

    def get(self, model: Any, uuid: UUID, key: str) -> Any:
        """Return the row that `key` of another one refers to, also one that is not of the file.

        :raises Fault: when there is no such row.
        """
        found = self.find(model, uuid) or model._default_manager.filter(uuid=uuid).first()
        if found is None:
            raise Fault(f"{key}: there is no {model._meta.verbose_name} {uuid.hex}")
        self.add(found)
        return found
