"""Where an event belongs, which says who may read it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from identity.event_catalogue import Readers


@dataclass(frozen=True)
class EventScope:
    """The consumer's organisation and project, the provider and its offering, and the resource.

    Those who see the organisation or the project read an event on the consumer's side, the provider
    and the managers of the offering on the other. The resource lets nobody in: it is what events
    are looked up by. An event that belongs nowhere is for staff and for who did it.
    """

    customer_id: int | None = None
    project_id: int | None = None
    provider_id: int | None = None
    offering_uuid: UUID | None = None
    resource_uuid: UUID | None = None

    def about_resource(self, uuid: UUID) -> EventScope:
        """Return the scope of an event that is also looked up by a resource."""
        return replace(self, resource_uuid=uuid)

    def for_readers(self, readers: Readers) -> EventScope:
        """Return as much of the scope as lets in only those who may read events of a kind."""
        if not (readers.on_consumer_side or readers.on_provider_side):
            return EventScope()
        found = self
        if not readers.on_consumer_side:
            found = replace(found, customer_id=None, project_id=None)
        if not readers.on_provider_side:
            found = replace(found, provider_id=None, offering_uuid=None)
        return found
