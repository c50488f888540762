"""What other identity services are answered."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


def words() -> serializers.ListField:
    """Return the type of a list of words."""
    return serializers.ListField(child=serializers.CharField())


class IdentityBridgeResult(serializers.Serializer[Any]):
    """The person, and what was changed."""

    uuid = serializers.UUIDField(format="hex")
    created = serializers.BooleanField()
    updated_fields = words()


class IdentityBridgeRemoveResult(serializers.Serializer[Any]):
    """The person, and whether they are deactivated by it."""

    uuid = serializers.UUIDField(format="hex")
    deactivated = serializers.BooleanField()


class IdentityBridgeAllowedFields(serializers.Serializer[Any]):
    """What a source may tell of a person."""

    allowed_fields = words()


class ISDUserCount(serializers.Serializer[Any]):
    """How many people a source knows."""

    isd = serializers.CharField()
    user_count = serializers.IntegerField()
    stale_user_count = serializers.IntegerField()
    oldest_sync = serializers.CharField(allow_null=True)


class IdentityManager(serializers.Serializer[Any]):
    """Somebody who reports for identity sources."""

    uuid = serializers.UUIDField(format="hex")
    full_name = serializers.CharField()
    managed_isds = words()


class IdentityBridgeStats(serializers.Serializer[Any]):
    """How many people the sources know, and by which rules."""

    enabled = serializers.BooleanField()
    allowed_attributes = words()
    deactivation_policy = serializers.CharField()
    stale_threshold_days = serializers.IntegerField()
    total_federated_users = serializers.IntegerField()
    total_active_federated_users = serializers.IntegerField()
    users_per_isd = ISDUserCount(many=True)
    identity_managers = IdentityManager(many=True)


class AttributeSourceDetail(serializers.Serializer[Any]):
    """Which source reported an attribute, and when."""

    source = serializers.CharField()  # type: ignore[assignment]
    timestamp = serializers.CharField()
    age_days = serializers.FloatField()
    is_stale = serializers.BooleanField()


class IdentityBridgeUserStatus(serializers.Serializer[Any]):
    """What identity sources reported of a person."""

    active_isds = words()
    managed_isds = words()
    is_federated = serializers.BooleanField()
    attribute_sources = serializers.DictField(child=AttributeSourceDetail())
    stale_attributes = words()
    effective_bridge_fields = words()
