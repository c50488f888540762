"""What an event looks like."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.reads.outputs import Computed, MapField, Output
from identity.event_form import context
from identity.event_types import wire_name
from identity.models import Event


class EventOutput(Output):
    """Something that happened."""

    class Meta:
        model = Event
        fields = ("context", "created", "event_type", "kind", "message", "uuid")

    context = Computed(  # type: ignore[assignment]
        "payload",
        "subject_type",
        "subject_uuid",
        "source",
        "target",
        "resource_uuid",
        "actor.uuid",
        "actor.username",
        "customer.uuid",
        "customer.name",
        "project.uuid",
        "project.name",
        "provider.uuid",
        "provider.name",
        fn=context,
        output=MapField(),
    )
    event_type = Computed("kind", fn=wire_name, output=serializers.CharField())


class EventCount(serializers.Serializer[Any]):
    """How many events there are."""

    count = serializers.IntegerField()


class EventStats(serializers.Serializer[Any]):
    """How many events there were in a month."""

    year = serializers.IntegerField()
    month = serializers.IntegerField()
    count = serializers.IntegerField()


class EventMetadataResponse(serializers.Serializer[Any]):
    """Groups of events by name, each with the types in it."""

    event_groups = serializers.DictField(child=serializers.ListField())


WORDS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
"""The schema of several words."""

GROUPS: dict[str, Any] = {"type": "object", "additionalProperties": WORDS}
"""The schema of groups of events by name, each with the types in it."""
