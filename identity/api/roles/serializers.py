"""What a role looks like."""

from __future__ import annotations

from rest_framework import serializers

from common.api.reads.outputs import Computed, Omitted, Output, UuidField
from identity.models import Role
from identity.permissions import MATRIX
from identity.roles import RoleName

SCOPES = (
    "call",
    "call_organizer",
    "customer",
    "offering",
    "project",
    "proposal",
    "resource",
    "resource_project",
    "service_provider",
)
"""The kinds of scope that clients know; only some of them have roles here."""

ENGLISH = "roles are described in English"
GLOBAL = "every organization has the same roles"


def permissions_of(name: str) -> list[str]:
    """Return what a role allows; a role that the policy does not know allows nothing."""
    known = name in set(RoleName)
    return sorted(MATRIX[RoleName(name)]) if known else []


class RoleOutput(Output):
    """A role with what it allows."""

    class Meta:
        model = Role
        fields = (
            "content_type",
            "customer_name",
            "customer_uuid",
            "description",
            "description_ar",
            "description_cs",
            "description_da",
            "description_de",
            "description_en",
            "description_es",
            "description_et",
            "description_fr",
            "description_hr",
            "description_it",
            "description_km",
            "description_lt",
            "description_lv",
            "description_nb",
            "description_ru",
            "description_sv",
            "is_active",
            "is_system_role",
            "name",
            "permissions",
            "template_name",
            "template_uuid",
            "users_count",
            "uuid",
        )

    content_type = serializers.ChoiceField(choices=SCOPES)
    customer_name = Omitted(serializers.CharField(allow_null=True), reason=GLOBAL)
    customer_uuid = Omitted(UuidField(allow_null=True), reason=GLOBAL)
    description_ar = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_cs = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_da = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_de = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_en = serializers.CharField(source="description", allow_null=True)
    description_es = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_et = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_fr = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_hr = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_it = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_km = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_lt = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_lv = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_nb = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_ru = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    description_sv = Omitted(serializers.CharField(allow_null=True), reason=ENGLISH)
    permissions = Computed(
        "name", fn=permissions_of, output=serializers.ListField(child=serializers.CharField())
    )
    template_name = Omitted(serializers.CharField(allow_null=True), reason=GLOBAL)
    template_uuid = Omitted(UuidField(allow_null=True), reason=GLOBAL)
    users_count = serializers.IntegerField()
