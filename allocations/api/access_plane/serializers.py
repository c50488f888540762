"""What is answered when the AAI is to be told or asked."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class ScimSyncAllResponse(serializers.Serializer[Any]):
    """What was begun, in words."""

    detail = serializers.CharField()


class ScimPullAttributesResponse(serializers.Serializer[Any]):
    """What was asked for, in words; nothing has changed yet by then."""

    detail = serializers.CharField()
    changed_fields = serializers.ListField(child=serializers.CharField())
