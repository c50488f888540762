"""What requests about people carry."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from common.api.inputs import AddressField, Input
from identity.api.inputs import Columns, NotKept, Words
from identity.api.users.serializers import GENDERS, NO_IMAGES
from identity.models import User


class UserInput(Columns):
    """A new person, or the whole of a profile."""

    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = (
            "active_isds",
            "address",
            "affiliations",
            "agree_with_policy",
            "birth_date",
            "can_use_personal_access_tokens",
            "country_of_residence",
            "declares_export_control",
            "deactivation_reason",
            "description",
            "eduperson_assurance",
            "email",
            "first_name",
            "gender",
            "image",
            "is_active",
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
            "personal_title",
            "phone_number",
            "place_of_birth",
            "preferred_language",
            "slug",
            "token_lifetime",
            "username",
        )
        required: ClassVar[tuple[str, ...]] = ("username", "email")

    active_isds = Words()
    affiliations = Words()
    agree_with_policy = serializers.BooleanField()
    declares_export_control = serializers.BooleanField()
    eduperson_assurance = Words()
    email = AddressField()
    gender = serializers.ChoiceField(choices=GENDERS, allow_null=True)
    image = NotKept(f"{NO_IMAGES.capitalize()}.")
    managed_isds = Words()
    nationalities = Words()


class UserEmailChangeInput(Input):
    """The address that somebody wants."""

    email = AddressField()


class ConfirmEmailInput(Input):
    """What the mailed link carries."""

    code = serializers.CharField(max_length=500)


class PasswordChangeInput(Input):
    """A new password; whoever changes their own sends the old one too."""

    old_password = serializers.CharField(
        max_length=1000, trim_whitespace=False, required=False, allow_null=True, default=None
    )
    new_password = serializers.CharField(max_length=1000, trim_whitespace=False)
