"""What a site may report of a resource's team."""

from __future__ import annotations

from rest_framework import serializers

from allocations.lifecycle import SyncState
from common.api.inputs import Input
from common.api.reads.outputs import EnumField

HERE = "resource"
"""The only kind of scope there is: resources are not divided into projects of their own."""


class MemberSyncStatusEntryInput(Input):
    """What a site says of one person's access."""

    user_uuid = serializers.UUIDField(required=False)
    username = serializers.CharField(max_length=255, required=False, allow_blank=True)
    role_name = serializers.CharField(max_length=150)
    scope_type = serializers.ChoiceField(choices=(HERE, "resource_project"))
    resource_project_uuid = serializers.UUIDField(required=False)
    state = EnumField(SyncState)
    message = serializers.CharField(max_length=10_000, required=False, allow_blank=True)


class MemberSyncStatusReportInput(Input):
    """What a site says of the access of a team."""

    class Meta(Input.Meta):
        become_rows = ("statuses",)

    statuses = MemberSyncStatusEntryInput(many=True, max_length=10_000)  # type: ignore[call-arg]
