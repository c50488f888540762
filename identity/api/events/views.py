"""`/api/events/`: the log of what happened, as far as it concerns the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import SCOPED, Rule
from common.api.actions import reading
from common.api.paging import Page
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity import event_types
from identity.api.events.filters import EventFilter
from identity.api.events.serializers import (
    GROUPS,
    WORDS,
    EventCount,
    EventMetadataResponse,
    EventOutput,
    EventStats,
)
from identity.models import Event

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class EventViewSet(Listed, Retrieved, ApiViewSet):
    """Events, the latest first; nobody changes them."""

    model = Event
    output = EventOutput
    filterset_class = EventFilter
    default_order = ("-created",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "count": SCOPED,
        "event_groups": SCOPED,
        "scope_types": SCOPED,
    }

    @reading(EventCount, detail=False, filterset=EventFilter)
    def count(self, request: AuthenticatedRequest) -> Response:
        """Return how many events there are, of those that the query asks for."""
        return self.answer({"count": self.filtered(self.rows(), EventFilter).count()})

    @reading(GROUPS, detail=False)
    def event_groups(self, request: AuthenticatedRequest) -> Response:
        """Return the groups, each with the types of events in it, as events are told."""
        return self.answer(event_types.names_by_group())

    @reading(WORDS, detail=False)
    def scope_types(self, request: AuthenticatedRequest) -> Response:
        """Return what an event can happen to."""
        return self.answer(sorted(event_types.SUBJECTS))


class EventMetadataViewSet(ApiViewSet):
    """The types of events, for editors of subscriptions."""

    access: ClassVar[dict[str, Rule]] = {"events": SCOPED}

    @reading(EventMetadataResponse, detail=False)
    def events(self, request: AuthenticatedRequest) -> Response:
        """List event groups with the event types in each."""
        return self.answer({"event_groups": event_types.waldur_names_by_group()})


class EventStatsViewSet(ApiViewSet):
    """How much happened."""

    model = Event
    output = EventStats
    filterset_class = EventFilter
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED}

    def list(self, request: AuthenticatedRequest) -> Response:
        """Answer a page of months with the number of events in each, the earliest first."""
        rows: Any = self.filtered(self.rows(), EventFilter)
        page = Page(rows.by_month(), request.query_params, request.build_absolute_uri(request.path))
        return self.answer(list(page.rows), headers=page.headers)
