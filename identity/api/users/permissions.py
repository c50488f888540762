"""The roles of a person, as `/api/users/` and `/api/users/me/` show them."""

from __future__ import annotations

from rest_framework import serializers

from common.api.reads.outputs import Computed, EnumField, Omitted, Output, UuidField
from identity.models import Grant
from identity.names import full_name
from identity.roles import ScopeType

NO_NESTED_SCOPES = "roles are held in organizations, projects and offerings, not in allocations"


def scope_name(
    scope_type: str, written_down: str, customer: str, project: str | None
) -> str | None:
    """Return the present name of a scope; that of an offering is the one at the time."""
    names = {ScopeType.CUSTOMER.value: customer, ScopeType.PROJECT.value: project}
    return names.get(scope_type, written_down)


class MePermissionOutput(Output):
    """A role of one's own."""

    class Meta:
        model = Grant
        fields: tuple[str, ...] = (
            "created",
            "created_by_full_name",
            "created_by_username",
            "customer_name",
            "customer_uuid",
            "expiration_time",
            "project_uuid",
            "resource_uuid",
            "role_description",
            "role_name",
            "role_uuid",
            "scope_name",
            "scope_type",
            "scope_uuid",
            "user_name",
            "user_slug",
            "user_uuid",
        )

    created_by_full_name = Computed(
        "created_by.first_name",
        "created_by.last_name",
        fn=full_name,
        output=serializers.CharField(),
    )
    created_by_username = serializers.CharField(source="created_by.username")
    customer_name = serializers.CharField(source="customer.name", allow_null=True)
    customer_uuid = UuidField(source="customer.uuid", allow_null=True)
    project_uuid = UuidField(source="project.uuid", allow_null=True)
    resource_uuid = Omitted(UuidField(allow_null=True), reason=NO_NESTED_SCOPES)
    role_description = serializers.CharField(source="role.description")
    role_name = serializers.CharField(source="role.name")
    role_uuid = UuidField(source="role.uuid")
    scope_name = Computed(
        "scope_type",
        "scope_name",
        "customer.name",
        "project.name",
        fn=scope_name,
        output=serializers.CharField(),
    )
    scope_type = EnumField(ScopeType, allow_null=True)
    user_name = Computed(
        "user.first_name", "user.last_name", fn=full_name, output=serializers.CharField()
    )
    user_slug = serializers.CharField(source="user.slug")
    user_uuid = UuidField(source="user.uuid")


class PermissionOutput(MePermissionOutput):
    """A role of a person, with who gave it."""

    class Meta:
        model = Grant
        fields = (
            *MePermissionOutput.Meta.fields,
            "is_active",
            "revoke_reason",
            "revoked_by_full_name",
            "revoked_by_username",
            "scope_is_removed",
            "source",
            "user_email",
            "user_username",
            "uuid",
        )

    is_active = serializers.BooleanField(allow_null=True)
    revoked_by_full_name = Computed(
        "revoked_by.first_name",
        "revoked_by.last_name",
        fn=full_name,
        output=serializers.CharField(allow_null=True),
    )
    revoked_by_username = serializers.CharField(source="revoked_by.username", allow_null=True)
    scope_is_removed = Computed("project.is_removed", fn=bool, output=serializers.BooleanField())
    source = Omitted(  # type: ignore[assignment]
        serializers.CharField(), reason="every role is given by a person"
    )
    user_email = serializers.CharField(source="user.email")
    user_username = serializers.CharField(source="user.username")
