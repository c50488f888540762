"""`/api/events/`: the log of what happened, as far as it concerns the caller."""

from __future__ import annotations

from typing import ClassVar

from config.common.api.access import SCOPED, Rule
from config.common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.api.events.filters import EventFilter
from identity.api.events.serializers import EventOutput
from identity.models import Event


class EventViewSet(Listed, Retrieved, ApiViewSet):
    """Events, the latest first; nobody changes them."""

    model = Event
    output = EventOutput
    filterset_class = EventFilter
    default_order = ("-created",)
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED, "retrieve": SCOPED}
