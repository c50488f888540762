"""What requests about roles carry."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.inputs import Input
from identity.api.inputs import Columns
from identity.models import Role
from identity.permissions import Permission
from identity.roles import LANGUAGES

PREFIX = "description_"


@extend_schema_field({})
class PermissionsField(serializers.Field[Any, Any, Any, Any]):
    """Permissions by name: a list of them, or an object that says true or false of each."""

    default_error_messages = {
        "not_a_list": "Expected a list of permissions.",
        "unknown": "Unknown permissions: {names}.",
    }

    def to_internal_value(self, data: Any) -> list[str]:
        """Return the names, each once."""
        if isinstance(data, dict):
            data = [name for name, allowed in data.items() if allowed is True]
        if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
            self.fail("not_a_list")
        if unknown := sorted(set(data) - set(Permission)):
            self.fail("unknown", names=", ".join(name[:50] for name in unknown[:10]))
        return sorted(set(data))

    def to_representation(self, value: Any) -> Any:
        """Return the names: inputs are not shown."""
        return list(value)


class DescriptionFields(Input):
    """The description of a role, by language; `description` is in English."""

    def get_fields(self) -> dict[str, Any]:
        """Return the fields with one for each language."""
        fields = super().get_fields()
        for code in ("en", *LANGUAGES):
            fields[f"{PREFIX}{code}"] = serializers.CharField(
                required=False, allow_null=True, allow_blank=True, max_length=255
            )
        return fields

    def to_internal_value(self, data: Any) -> Any:
        """Return what was sent, with the languages together under `translations`."""
        sent = super().to_internal_value(data)
        names = [name for name in sent if name.startswith(PREFIX)]
        texts = {name.removeprefix(PREFIX): sent.pop(name) for name in names}
        english = texts.pop("en", None)
        if english is not None:
            sent.setdefault("description", english)
        return {**sent, "translations": texts} if texts else sent


class RoleInput(DescriptionFields, Columns):
    """A role, and what it allows: the names of permissions, as `permissions` of roles show them."""

    class Meta:
        model = Role
        fields: ClassVar[tuple[str, ...]] = (
            "content_type",
            "description",
            "is_active",
            "name",
            "permissions",
        )
        required: ClassVar[tuple[str, ...]] = ("content_type", "name", "permissions")

    content_type = serializers.CharField(max_length=30)
    permissions = PermissionsField()


class RoleDescriptionInput(DescriptionFields, Columns):
    """The descriptions of a role; what is not sent stays."""

    class Meta:
        model = Role
        fields: ClassVar[tuple[str, ...]] = ("description",)
        required: ClassVar[tuple[str, ...]] = ()
