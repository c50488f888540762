"""The events of one row, at the row's own address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.api.actions import listing
from identity.api.events.filters import EventFilter
from identity.api.events.serializers import EventOutput
from identity.models import Event

if TYPE_CHECKING:
    from identity.api.requests import AuthenticatedRequest


class RowEvents:
    """Serves what happened to a row, to everybody who may see the row."""

    @listing(EventOutput, filterset=EventFilter, order=("-created",))
    def events(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """List the events of {one}.

        What happened to it, the latest first. Whoever may see {the} may read its events.
        """
        return self.page(Event.objects.about(self.row()))
