"""Bodies of the answers about group invitations."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.reads.outputs import Computed, EnumField, Omitted, Output, UrlField, UuidField
from identity.api.invitations.serializers import INVITED, InvitedOutput, nothing
from identity.models import GroupInvitation, Project
from identity.roles import ScopeType

SETTINGS = (
    "allow_custom_project_details",
    "allow_multiple_requests",
    "auto_approve",
    "auto_create_project",
    "custom_text",
    "is_public",
    "project_name_template",
    "project_role",
    "role",
    "user_affiliations",
    "user_email_patterns",
    "user_identity_sources",
)


class GroupInvitationOutput(InvitedOutput):
    """A link by which people ask for a role; it carries the UUID."""

    class Meta:
        model = GroupInvitation
        fields = (*INVITED, *SETTINGS, "created", "is_active", "scope_image", "url", "uuid")
        always = fields

    project_role = UuidField(source="project_role.uuid", allow_null=True)
    role = UuidField(source="role.uuid")
    scope_image = Computed(fn=nothing, output=serializers.CharField(allow_null=True))
    url = UrlField("user-group-invitation-detail")
    user_affiliations = serializers.ListField(child=serializers.CharField())
    user_email_patterns = serializers.ListField(child=serializers.CharField())
    user_identity_sources = serializers.ListField(child=serializers.CharField())


class GroupInvitationUpdateOutput(Output):
    """What can be changed of a link, as it is now."""

    class Meta:
        model = GroupInvitation
        fields = (*SETTINGS, "scope")

    project_role = UuidField(source="project_role.uuid", allow_null=True)
    role = UuidField(source="role.uuid")
    scope = Omitted(serializers.CharField(), reason="an invitation is not moved to another scope")
    user_affiliations = serializers.ListField(child=serializers.CharField())
    user_email_patterns = serializers.ListField(child=serializers.CharField())
    user_identity_sources = serializers.ListField(child=serializers.CharField())


class NestedProject(Output):
    """A project, by its names in requests."""

    class Meta:
        model = Project
        fields = always = ("url", "uuid")

    url = UrlField("project-detail")


class SubmitRequestAnswer(serializers.Serializer[Any]):
    """What became of a request at once."""

    uuid = serializers.CharField(source="request.uuid.hex")
    auto_approved = serializers.BooleanField(source="is_approved")
    project_created = serializers.BooleanField(source="created", allow_null=True)
    project_uuid = serializers.CharField(source="project.uuid.hex", allow_null=True, default=None)
    scope_name = serializers.CharField(source="request.invitation.scope_name")
    scope_type = EnumField(ScopeType, source="request.invitation.scope_type")
    scope_uuid = serializers.CharField(source="request.invitation.scope_uuid.hex")
