"""Which events a hook asks for: by kind and by the objects that they are about. No queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from identity.event_types import kinds_in, kinds_named

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERYTHING = "*"
NAMED_IN_PAYLOAD = ("customer_uuid", "offering_uuid", "project_uuid", "resource_uuid")


@dataclass(frozen=True)
class EventSelection:
    """The kinds of events asked for, and the objects that they must be about (none: any)."""

    kinds: frozenset[str]
    scopes: frozenset[UUID]

    @classmethod
    def of(cls, hook: Any) -> EventSelection:
        """Return a hook's filter: the types, groups and kinds that it names, taken together."""
        named = (kind for name in hook.event_types for kind in kinds_named(name))
        grouped = (kind for group in hook.event_groups for kind in kinds_in(group))
        kinds = frozenset((*hook.event_kinds, *named, *grouped))
        return cls(kinds, frozenset(map(UUID, hook.scopes)))

    def has_kind(self, kind: str) -> bool:
        """Tell whether events of a kind are asked for; `order.*` are all of orders, `*` is all."""
        noun = kind.split(".", maxsplit=1)[0]
        return not self.kinds.isdisjoint((kind, f"{noun}.*", EVERYTHING))

    def has_object(self, objects: Iterable[UUID]) -> bool:
        """Tell whether one of the objects that an event is about is asked for."""
        return not self.scopes or not self.scopes.isdisjoint(objects)

    def matches(self, event: Any) -> bool:
        """Tell whether an event is asked for."""
        return self.has_kind(event.kind) and self.has_object(about(event))


def about(event: Any) -> frozenset[UUID]:
    """Return the objects that an event is about: its subject, and where that belongs."""
    rows = (event.customer, event.provider, event.project)
    found = {event.subject_uuid, event.resource_uuid, *(row.uuid for row in rows if row)}
    return frozenset(found - {None}) | _named(event.payload)


def _named(payload: dict[str, Any]) -> frozenset[UUID]:
    texts = (payload.get(name) for name in NAMED_IN_PAYLOAD)
    return frozenset(UUID(text) for text in texts if isinstance(text, str) and len(text) == 32)
