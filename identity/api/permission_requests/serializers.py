"""Bodies of the requests and answers about requests for roles."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.inputs import Input
from common.api.reads.outputs import Computed, EnumField, Output, UrlField, UuidField
from identity.lifecycle import RequestState
from identity.models import PermissionRequest
from identity.names import full_name


def text(value: str | None) -> str:
    """Return a text that clients insist on."""
    return value or ""


class PermissionRequestOutput(Output):
    """That somebody asks for a role, and what was decided."""

    class Meta:
        model = PermissionRequest
        fields = (
            "created",
            "created_by_email",
            "created_by_full_name",
            "created_by_username",
            "customer_name",
            "customer_uuid",
            "invitation",
            "project_description",
            "project_name",
            "project_name_template",
            "review_comment",
            "reviewed_at",
            "reviewed_by_full_name",
            "reviewed_by_username",
            "role_description",
            "role_name",
            "scope_name",
            "scope_uuid",
            "state",
            "url",
            "uuid",
        )
        always = fields

    created_by_email = serializers.CharField(source="created_by.email")
    created_by_full_name = Computed(
        "created_by.first_name",
        "created_by.last_name",
        fn=full_name,
        output=serializers.CharField(),
    )
    created_by_username = serializers.CharField(source="created_by.username")
    customer_name = serializers.CharField(source="invitation.customer.name")
    customer_uuid = UuidField(source="invitation.customer.uuid")
    invitation = UrlField("user-group-invitation-detail", source="invitation.uuid")
    project_name_template = Computed(
        "invitation.project_name_template", fn=text, output=serializers.CharField()
    )
    reviewed_by_full_name = Computed(
        "reviewed_by.first_name",
        "reviewed_by.last_name",
        fn=full_name,
        output=serializers.CharField(allow_null=True),
    )
    reviewed_by_username = serializers.CharField(source="reviewed_by.username", allow_null=True)
    role_description = serializers.CharField(source="invitation.role.description")
    role_name = serializers.CharField(source="invitation.role.name")
    scope_name = serializers.CharField(source="invitation.scope_name")
    scope_uuid = UuidField(source="invitation.scope_uuid")
    state = EnumField(RequestState)
    url = UrlField("user-permission-request-detail")


class ReviewCommentInput(Input):
    """What the reviewer says of their decision."""

    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class CancelRequestAnswer(serializers.Serializer[Any]):
    """Which request was withdrawn."""

    uuid = serializers.CharField()
    scope_name = serializers.CharField()
    scope_uuid = serializers.CharField()
