"""What a provider may say of a person's accounts."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from allocations.api.offering_users.inputs import AnyoneByUuid
from allocations.attributes import ATTRIBUTES
from allocations.services.membership import NOTHING_SHARED
from common.api.inputs import Input


class OfferingUserAttributeConfigInput(Input):
    """What a site sees of people, or not; what is not named stays as it is."""

    offering = serializers.UUIDField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """Add a flag for each attribute."""
        fields: dict[str, Any] = super().get_fields()
        for name in ATTRIBUTES:
            fields[f"expose_{name}"] = serializers.BooleanField(required=False)
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Name the attributes as the service does; the offering is the one that the URL names."""
        attrs.pop("offering", None)
        return {"exposed": {key.removeprefix("expose_"): flag for key, flag in attrs.items()}}


class SetOfferingsUsernameInput(Input):
    """A person, and their username at all offerings of the provider."""

    user_uuid = AnyoneByUuid(error_messages={"does_not_exist": NOTHING_SHARED})
    username = serializers.CharField(max_length=100)
