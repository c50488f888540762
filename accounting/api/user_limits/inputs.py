"""What may be said of a person's limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from accounting.amounts import DECIMALS, MAX_DIGITS
from common.api.inputs import Input, UrlOrUuid, uuid_in_url
from marketplace.models import Resource

if TYPE_CHECKING:
    from uuid import UUID


class ComponentUserUsageLimitInput(Input):
    """How much of a component one person may use; without a value it is zero."""

    component = serializers.UUIDField()
    limit = serializers.DecimalField(
        max_digits=MAX_DIGITS, decimal_places=DECIMALS, min_value=0, required=False
    )
    resource = UrlOrUuid("marketplace-resource-detail", Resource)
    user = serializers.CharField(max_length=255)

    def validate_user(self, value: str) -> str | UUID:
        """Return the username at the site, or the UUID of the account whose URL it is."""
        if "/" not in value:
            return value
        named = uuid_in_url(value)
        if named is None:
            raise serializers.ValidationError("Invalid hyperlink - No URL match.")
        return named

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return what the service takes."""
        return {("account" if name == "user" else name): value for name, value in attrs.items()}
