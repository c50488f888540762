"""What a member of a resource's team looks like to the site that serves them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from allocations.lifecycle import AccountState
from common.api.reads.outputs import EnumField


class ProjectUserOutput(serializers.Serializer[Any]):
    """A member, their strongest role, and their account at the resource's offering."""

    url = serializers.URLField()
    uuid = serializers.UUIDField(format="hex")
    username = serializers.CharField()
    full_name = serializers.CharField()
    email = serializers.CharField(required=False)
    role = serializers.CharField()
    expiration_time = serializers.DateTimeField(allow_null=True)
    offering_user_username = serializers.CharField(allow_null=True)
    offering_user_state = EnumField(AccountState, allow_null=True)


class MemberSyncStatusReportResultOutput(serializers.Serializer[Any]):
    """How many entries were stored, and whom none was stored of."""

    stored = serializers.IntegerField()
    skipped = serializers.ListField(child=serializers.CharField())
