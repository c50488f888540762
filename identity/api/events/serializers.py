"""What an event looks like."""

from __future__ import annotations

from rest_framework import serializers

from config.common.api.outputs import Computed, MapField, Output, UuidField
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
    uuid = UuidField()
