"""What keys look like: with their value to who may have it, without it to everybody else."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from allocations.lifecycle import ApiKeyAction, ApiKeyState
from allocations.models import ResourceApiKey
from common.api.reads.outputs import (
    Computed,
    EnumField,
    EnumOrBlankField,
    MapField,
    Output,
    UuidField,
)


class Amounts(MapField):
    """Numbers by component."""

    child = serializers.FloatField()


def full_name(first: str | None, last: str | None) -> str | None:
    """Return a person's name; None where there is no person."""
    return None if first is None else f"{first} {last}".strip()


class ResourceApiKeyStatusOutput(Output):
    """An API key without its value."""

    class Meta:
        model = ResourceApiKey
        always: tuple[str, ...] = (
            "allowed_models",
            "current_usages",
            "limits",
            "modified",
            "paused_by_limit",
            "pending_action",
            "resource_backend_id",
            "resource_uuid",
            "usage_period",
            "user_full_name",
            "user_uuid",
            "uuid",
        )
        fields: tuple[str, ...] = (*always, "client_id", "error_message", "issued_at", "state")

    resource_uuid = UuidField(source="resource.uuid")
    resource_backend_id = serializers.CharField(source="resource.backend_id")
    user_uuid = UuidField(source="user.uuid", allow_null=True)
    user_full_name = Computed(
        "user.first_name",
        "user.last_name",
        fn=full_name,
        output=serializers.CharField(allow_null=True),
    )
    state = EnumField(ApiKeyState)
    pending_action = EnumOrBlankField(ApiKeyAction)
    limits = Amounts(allow_null=True)
    current_usages = Amounts(allow_null=True)


class ResourceApiKeyOutput(ResourceApiKeyStatusOutput):
    """An API key with its value."""

    class Meta(ResourceApiKeyStatusOutput.Meta):
        always = (*ResourceApiKeyStatusOutput.Meta.always, "api_key")
        fields = (*ResourceApiKeyStatusOutput.Meta.fields, "api_key")

    api_key = Computed(fn=lambda: "", output=serializers.CharField())


class ResourceApiKeyUsageTotals(serializers.Serializer[Any]):
    """What the keys of an allocation were used for this month, by component."""

    usages = Amounts()
