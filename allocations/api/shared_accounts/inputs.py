"""What may be said of a program's account."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.inputs import AddressField, Input, RelatedUuid
from identity.models import Customer, Project


def not_null(value: Any) -> Any:
    """Refuse null, which the contract's schema allows and Waldur's service does not."""
    if value is None:
        raise serializers.ValidationError("This field may not be null.")
    return value


class ServiceAccountInput(Input):
    """What a program's account is for, and what it shall be called if that can be."""

    username = serializers.CharField(max_length=100, required=False, allow_blank=True)
    preferred_identifier = serializers.CharField(max_length=255, required=False, allow_blank=True)
    email = AddressField(required=False, allow_blank=True)
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    error_traceback = serializers.CharField(
        required=False, allow_blank=True, help_text="Ignored: it is for sites to say."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Leave out what is not the caller's to say."""
        attrs.pop("error_traceback", None)
        return attrs


class ProjectServiceAccountInput(ServiceAccountInput):
    """A program's account for a project."""

    project = RelatedUuid(Project, allow_null=True)

    def validate_project(self, value: Any) -> Any:
        """Ask for a project."""
        return not_null(value)


class CustomerServiceAccountInput(ServiceAccountInput):
    """A program's account for an organization."""

    customer = RelatedUuid(Customer, allow_null=True)

    def validate_customer(self, value: Any) -> Any:
        """Ask for an organisation."""
        return not_null(value)
