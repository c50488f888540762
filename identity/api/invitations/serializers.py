"""Bodies of the answers about invitations."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.reads.outputs import Computed, EnumField, Output, UrlField, UuidField
from identity.lifecycle import InvitationState, MailingState
from identity.models import Invitation
from identity.names import full_name
from identity.roles import ScopeType


def scope_description(scope_type: str, of_customer: str, of_project: str | None) -> str:
    """Return the description of an organisation or a project; offerings show their own."""
    described = {ScopeType.CUSTOMER: of_customer, ScopeType.PROJECT: of_project}
    return described.get(ScopeType(scope_type)) or ""


def nothing() -> None:
    """Return null: clients insist on the key of an image, and none are stored."""


def untold() -> str:
    """Return no message: how mails go is the inviter's business, but clients insist on the key."""
    return ""


class InvitedOutput(Output):
    """To what somebody is invited, and by whom: what invitations of both kinds say."""

    created_by_full_name = Computed(
        "created_by.first_name",
        "created_by.last_name",
        fn=full_name,
        output=serializers.CharField(),
    )
    created_by_image = Computed(fn=nothing, output=serializers.CharField(allow_null=True))
    created_by_username = serializers.CharField(source="created_by.username")
    customer_name = serializers.CharField(source="customer.name")
    customer_uuid = UuidField(source="customer.uuid")
    role_description = serializers.CharField(source="role.description")
    role_name = serializers.CharField(source="role.name")
    scope_description = Computed(
        "scope_type",
        "customer.description",
        "project.description",
        fn=scope_description,
        output=serializers.CharField(),
    )
    scope_type = serializers.CharField(allow_null=True)


INVITED = (
    "created_by_full_name",
    "created_by_image",
    "created_by_username",
    "customer_name",
    "customer_uuid",
    "role_description",
    "role_name",
    "scope_description",
    "scope_name",
    "scope_type",
    "scope_uuid",
)


class InvitationOutput(InvitedOutput):
    """An invitation of an address to a role."""

    class Meta:
        model = Invitation
        fields = (
            *INVITED,
            "civil_number",
            "created",
            "email",
            "error_message",
            "execution_state",
            "expires",
            "extra_invitation_text",
            "full_name",
            "job_title",
            "native_name",
            "organization",
            "phone_number",
            "role",
            "state",
            "url",
            "uuid",
        )
        always = fields

    execution_state = EnumField(MailingState)
    role = UuidField(source="role.uuid")
    state = EnumField(InvitationState)
    url = UrlField("user-invitation-detail")


class InvitationUpdateOutput(Output):
    """What can be changed of an invitation, as it is now."""

    class Meta:
        model = Invitation
        fields = always = ("email", "role")

    role = UuidField(source="role.uuid")


class VisibleInvitationDetails(InvitedOutput):
    """What whoever holds the link of an invitation is told of it."""

    class Meta:
        model = Invitation
        fields = always = (*INVITED, "email", "error_message", "execution_state", "state")

    error_message = Computed(fn=untold, output=serializers.CharField())
    execution_state = EnumField(MailingState)
    state = EnumField(InvitationState)


class InvitationCheck(serializers.Serializer[Any]):
    """To which address an invitation is, and whether it is for a person with a civil number."""

    email = serializers.EmailField()
    civil_number_required = serializers.BooleanField()


class InvitationDuplicate(serializers.Serializer[Any]):
    """An address that has an open invitation to a role already."""

    email = serializers.EmailField()
    role = serializers.UUIDField(format="hex")
    existing_invitation_uuid = serializers.UUIDField(format="hex", allow_null=True)


class InvitationExistingRole(serializers.Serializer[Any]):
    """An address of somebody who holds a role in the scope already."""

    email = serializers.EmailField()
    role = serializers.UUIDField(format="hex")
    existing_role = serializers.UUIDField(format="hex")
    existing_role_name = serializers.CharField()
    existing_role_description = serializers.CharField()
    is_same_role = serializers.BooleanField()


class InvitationDuplicateCheckAnswer(serializers.Serializer[Any]):
    """Which of some addresses need not be invited any more."""

    duplicates = InvitationDuplicate(many=True)
    existing_roles = InvitationExistingRole(many=True)
