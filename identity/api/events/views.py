"""`/api/events/`: the log of what happened, as far as it concerns the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import SCOPED, Rule
from common.api.actions import reading
from common.api.operation_texts import Noun
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
    """An event is the record of a change: what happened to which object, who did it and when.

    You see the events of what you may see. Nobody changes events.
    """

    model = Event
    noun = Noun("an event", "events")
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
        """Count events.

        How many events the same parameters would list.
        """
        return self.answer({"count": self.filtered(self.rows(), EventFilter).count()})

    @reading(GROUPS, detail=False)
    def event_groups(self, request: AuthenticatedRequest) -> Response:
        """List the groups of event types.

        Each group with the types in it, by which hooks and filters may name them.
        """
        return self.answer(event_types.names_by_group())

    @reading(WORDS, detail=False)
    def scope_types(self, request: AuthenticatedRequest) -> Response:
        """List the types of objects that events are about.

        By which `feature` may select events.
        """
        return self.answer(sorted(event_types.catalogue().nouns))


class EventMetadataViewSet(ApiViewSet):
    """The types of events."""

    access: ClassVar[dict[str, Rule]] = {"events": SCOPED}

    @reading(EventMetadataResponse, detail=False)
    def events(self, request: AuthenticatedRequest) -> Response:
        """List the event types by group, under Waldur's names.

        The groups and types that Waldur has a name for, as its clients offer them for hooks.
        """
        return self.answer({"event_groups": event_types.waldur_names_by_group()})


class EventStatsViewSet(ApiViewSet):
    """The number of events by month."""

    model = Event
    noun = Noun("a month", "months")
    output = EventStats
    filterset_class = EventFilter
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED}

    def list(self, request: AuthenticatedRequest) -> Response:
        """Count events by month.

        Answers a page of months with the number of the events in each that the parameters select,
        the earliest first.
        """
        rows: Any = self.filtered(self.rows(), EventFilter)
        page = Page(rows.by_month(), request.query_params, request.build_absolute_uri(request.path))
        return self.answer(list(page.rows), headers=page.headers)
