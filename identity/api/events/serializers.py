"""What an event looks like."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from config.common.api.outputs import Computed, MapField, Output, UuidField
from identity.models import Event


def context(
    payload: dict[str, Any], subject_type: str, subject: UUID, source: str, target: str, *rest: Any
) -> dict[str, Any]:
    """Return everything about an event under Waldur's keys, without what is not known."""
    resource, *named = rest
    names = (
        "user_uuid",
        "user_username",
        "customer_uuid",
        "customer_name",
        "project_uuid",
        "project_name",
        "provider_uuid",
        "provider_name",
    )
    known = {
        **dict(zip(names, named, strict=True)),
        f"{subject_type}_uuid": subject,
        "resource_uuid": subject if subject_type == "resource" else resource,
        "old_state": source or None,
        "new_state": target or None,
        **payload,
    }
    return {
        key: value.hex if isinstance(value, UUID) else value
        for key, value in known.items()
        if value is not None
    }


class EventOutput(Output):
    """Something that happened."""

    class Meta:
        model = Event
        fields = ("context", "created", "event_type", "message", "uuid")

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
    event_type = serializers.CharField(source="kind")
    uuid = UuidField()
