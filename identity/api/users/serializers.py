"""Bodies of the requests and answers about people."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import is_password_usable
from rest_framework import serializers

from common.api.json_shapes import TEXT, TRUTH, JsonField, list_of, record
from common.api.reads.outputs import (
    Computed,
    MapField,
    Nested,
    Omitted,
    Output,
    UrlField,
)
from common.api.reads.visibility import open_keys
from identity import access
from identity.api.users.permissions import MePermissionOutput, PermissionOutput
from identity.models import User
from identity.names import full_name
from identity.profile import COLUMNS, completeness

TOKENS_ARE_HASHED = "only the digest of a token is stored; it is shown once, by the login"
NO_PASSKEYS = "passkeys are not served"
NO_ADDRESSES = "addresses of clients are not kept with the person"
NO_IMAGES = "images are not stored"

NOT_FOR_COLLEAGUES = frozenset({"has_active_session", "is_admin_deactivated", "permissions"})
"""Keys that are private though no column of theirs is: what they tell is in no single column."""

GENDERS = ("female", "male", "unknown")


class ProfileCompleteness(serializers.Serializer[Any]):
    """What a profile lacks."""

    enforcement_enabled = serializers.BooleanField()
    is_complete = serializers.BooleanField()
    mandatory_fields = serializers.ListField(child=serializers.CharField())
    missing_fields = serializers.ListField(child=serializers.CharField())


PROFILE_COMPLETENESS = record(
    {
        "enforcement_enabled": TRUTH,
        "is_complete": TRUTH,
        "mandatory_fields": list_of(TEXT),
        "missing_fields": list_of(TEXT),
    }
)


class PersonOutput(Output):
    """A person as shown to themselves, to staff and to support; without their roles."""

    class Meta:
        model = User
        fields = (
            "active_isds",
            "address",
            "affiliations",
            "agree_with_policy",
            "agreement_date",
            "attribute_sources",
            "birth_date",
            "can_use_personal_access_tokens",
            "civil_number",
            "country_of_residence",
            "date_joined",
            "deactivation_reason",
            "description",
            "details",
            "eduperson_assurance",
            "email",
            "first_name",
            "full_name",
            "gender",
            "has_active_session",
            "has_passkey",
            "has_usable_password",
            "identity_provider_fields",
            "identity_provider_label",
            "identity_provider_management_url",
            "identity_provider_name",
            "identity_source",
            "image",
            "ip_address",
            "is_active",
            "is_admin_deactivated",
            "is_identity_manager",
            "is_staff",
            "is_support",
            "job_title",
            "last_name",
            "managed_isds",
            "middle_name",
            "nationalities",
            "nationality",
            "native_name",
            "notifications_enabled",
            "organization",
            "organization_address",
            "organization_country",
            "organization_registry_code",
            "organization_type",
            "organization_vat_code",
            "passkey_count",
            "personal_title",
            "phone_number",
            "place_of_birth",
            "preferred_language",
            "primary_gid",
            "registration_method",
            "requested_email",
            "should_protect_user_details",
            "slug",
            "token",
            "token_expires_at",
            "token_lifetime",
            "uid_number",
            "url",
            "username",
            "uuid",
        )

    url = UrlField("user-detail")
    active_isds = serializers.ListField(child=serializers.CharField())
    affiliations = serializers.ListField(child=serializers.CharField())
    agree_with_policy = Omitted(
        serializers.BooleanField(), reason="it is only written; `agreement_date` tells when"
    )
    attribute_sources = MapField()
    details = MapField()
    eduperson_assurance = serializers.ListField(child=serializers.CharField())
    full_name = Computed("first_name", "last_name", fn=full_name, output=serializers.CharField())
    gender = serializers.ChoiceField(choices=GENDERS, allow_null=True)
    has_active_session = serializers.BooleanField()
    has_passkey = Omitted(serializers.BooleanField(), reason=NO_PASSKEYS)
    has_usable_password = Computed(
        "password", fn=is_password_usable, output=serializers.BooleanField()
    )
    identity_provider_fields = Omitted(
        serializers.ListField(child=serializers.CharField()),
        reason="no field of a profile is kept by an identity provider",
    )
    identity_provider_label = Computed(
        "identity_source", fn=lambda source: source or "Local DB", output=serializers.CharField()
    )
    identity_provider_management_url = Omitted(
        serializers.CharField(), reason="no identity provider is connected"
    )
    identity_provider_name = Computed(
        "identity_source", fn=lambda source: source or "Local DB", output=serializers.CharField()
    )
    image = Omitted(serializers.CharField(allow_null=True), reason=NO_IMAGES)
    ip_address = Omitted(serializers.CharField(allow_null=True), reason=NO_ADDRESSES)
    is_admin_deactivated = Computed(
        "is_active", fn=lambda active: not active, output=serializers.BooleanField()
    )
    managed_isds = serializers.ListField(child=serializers.CharField())
    nationalities = serializers.ListField(child=serializers.CharField())
    passkey_count = Omitted(serializers.IntegerField(), reason=NO_PASSKEYS)
    requested_email = Computed(
        "requested_email",
        fn=lambda email: email or None,
        output=serializers.CharField(allow_null=True),
    )
    should_protect_user_details = Omitted(
        serializers.BooleanField(), reason="no profile is kept by an identity provider"
    )
    token = Omitted(serializers.CharField(), reason=TOKENS_ARE_HASHED)
    token_expires_at = Omitted(
        serializers.DateTimeField(allow_null=True), reason="a person has several tokens"
    )


class UserOutput(PersonOutput):
    """A person with their roles."""

    class Meta:
        model = User
        fields = (*PersonOutput.Meta.fields, "permissions")

    permissions = Nested(
        PermissionOutput, source="grants", many=True, where=access.in_force(), order_by=("pk",)
    )


class UserMeOutput(PersonOutput):
    """The person who asks, with their roles."""

    class Meta:
        model = User
        fields = (*PersonOutput.Meta.fields, "permissions", "profile_completeness")

    ip_address = Omitted(serializers.CharField(), reason=NO_ADDRESSES)
    permissions = Nested(
        MePermissionOutput, source="grants", many=True, where=access.in_force(), order_by=("pk",)
    )
    profile_completeness = Computed(
        *COLUMNS.values(), fn=completeness, output=JsonField(PROFILE_COMPLETENESS)
    )


FOR_COLLEAGUES = open_keys(UserOutput) - NOT_FOR_COLLEAGUES


class ColleagueOutput(UserOutput):
    """A person as shown to those who share an organisation or a project with them.

    Who reads a column is declared in `identity.audiences`.
    """

    class Meta:
        model = User
        fields = tuple(name for name in UserOutput.Meta.fields if name in FOR_COLLEAGUES)


class BasicUserOutput(Output):
    """Who somebody is, and no more."""

    class Meta:
        model = User
        fields: tuple[str, ...] = (
            "email",
            "full_name",
            "image",
            "native_name",
            "url",
            "username",
            "uuid",
        )

    full_name = Computed("first_name", "last_name", fn=full_name, output=serializers.CharField())
    image = Omitted(serializers.CharField(allow_null=True), reason=NO_IMAGES)
    url = UrlField("user-detail")


class UserAuthToken(serializers.Serializer[Any]):
    """What is known of a token; the token itself only when it was just issued."""

    created = serializers.DateTimeField()
    token = serializers.CharField(required=False)
    user_first_name = serializers.CharField(source="user.first_name")
    user_is_active = serializers.BooleanField(source="user.is_active")
    user_last_name = serializers.CharField(source="user.last_name")
    user_token_lifetime = serializers.IntegerField(source="lifetime", allow_null=True)
    user_username = serializers.CharField(source="user.username")
