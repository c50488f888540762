"""What requests about group invitations carry."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from common.api.inputs import Input, check_name
from identity.api.inputs import Words
from identity.api.invitations.inputs import ScopeUrl
from identity.api.members.serializers import RoleField

LONGEST_TEXT = 4000


class Patterns(serializers.ListField):
    """A few patterns of addresses."""

    def __init__(self, **kwargs: Any) -> None:
        """Bound the list."""
        pattern = serializers.CharField(max_length=255, validators=[check_name])
        super().__init__(child=pattern, max_length=100, **kwargs)


class GroupInvitationInput(Input):
    """What a link lets people ask for, and who may."""

    class Meta:
        lists_of_texts: ClassVar[tuple[str, ...]] = ("user_email_patterns",)

    role = RoleField()
    scope = ScopeUrl()
    allow_custom_project_details = serializers.BooleanField(required=False)
    allow_multiple_requests = serializers.BooleanField(required=False)
    auto_approve = serializers.BooleanField(required=False)
    auto_create_project = serializers.BooleanField(required=False)
    custom_text = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)
    is_public = serializers.BooleanField(required=False)
    project_name_template = serializers.CharField(
        max_length=255,
        required=False,
        allow_null=True,
        allow_blank=True,
        validators=[check_name],
    )
    project_role = RoleField(required=False, allow_null=True)
    user_affiliations = Words(required=False)
    user_email_patterns = Patterns(required=False)
    user_identity_sources = Words(required=False)


class GroupInvitationUpdateInput(GroupInvitationInput):
    """What changes about a link."""

    role = RoleField(required=False)
    scope = ScopeUrl(required=False)


class SubmitRequestInput(Input):
    """What the person wants their project to be called, where the link lets them say it."""

    project_name = serializers.CharField(
        max_length=500, required=False, allow_blank=True, validators=[check_name]
    )
    project_description = serializers.CharField(max_length=4096, required=False, allow_blank=True)
