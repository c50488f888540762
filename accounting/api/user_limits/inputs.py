"""What may be said of a person's limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers
from rest_framework.fields import empty

from accounting.amounts import DECIMALS, MAX_DIGITS
from config.common.api.inputs import Input, UrlOrUuid, uuid_in_url
from marketplace.models import Resource

if TYPE_CHECKING:
    from uuid import UUID


class AccountField(serializers.CharField):
    """An account at a site: the username there, or the account's URL."""

    def run_validation(self, data: Any = empty) -> Any:
        """Return the username, or the UUID in the URL."""
        text: str = super().run_validation(data)
        if "/" not in text:
            return text
        named: UUID | None = uuid_in_url(text)
        if named is None:
            raise serializers.ValidationError("Invalid hyperlink - No URL match.")
        return named


class ComponentUserUsageLimitInput(Input):
    """A limit to be set; one that is not named is nothing, as in Waldur."""

    component = serializers.UUIDField()
    limit = serializers.DecimalField(
        max_digits=MAX_DIGITS, decimal_places=DECIMALS, min_value=0, required=False
    )
    resource = UrlOrUuid("marketplace-resource-detail", Resource)
    user = AccountField(max_length=255)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return what the service takes."""
        return {("account" if name == "user" else name): value for name, value in attrs.items()}
