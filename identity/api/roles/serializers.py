"""What a role looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework import serializers

from common.api.reads.outputs import Computed, Omitted, Output, UuidField
from identity.models import Role
from identity.permissions import allowed_by
from identity.roles import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

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

GLOBAL = "every organization has the same roles"


def permissions_of(name: str, custom: list[str]) -> list[str]:
    """Return what a role allows, by name."""
    return sorted(allowed_by(name, custom))


def in_language(code: str) -> Computed:
    """Return the description in a language, if there is one."""

    def text(translations: Mapping[str, str]) -> str | None:
        return translations.get(code)

    return Computed("translations", fn=text, output=serializers.CharField(allow_null=True))


class RoleDescriptionOutput(Output):
    """The description of a role, in English and in the languages in which there is one."""

    class Meta:
        model = Role
        fields: tuple[str, ...] = (
            "description",
            "description_en",
            *(f"description_{code}" for code in LANGUAGES),
        )

    description_ar = in_language("ar")
    description_cs = in_language("cs")
    description_da = in_language("da")
    description_de = in_language("de")
    description_en = serializers.CharField(source="description", allow_null=True)
    description_es = in_language("es")
    description_et = in_language("et")
    description_fr = in_language("fr")
    description_hr = in_language("hr")
    description_it = in_language("it")
    description_km = in_language("km")
    description_lt = in_language("lt")
    description_lv = in_language("lv")
    description_nb = in_language("nb")
    description_ru = in_language("ru")
    description_sv = in_language("sv")


class RoleOutput(RoleDescriptionOutput):
    """A role with what it allows."""

    class Meta:
        model = Role
        fields = (
            "content_type",
            "customer_name",
            "customer_uuid",
            *RoleDescriptionOutput.Meta.fields,
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
    permissions = Computed(
        "name",
        "permissions",
        fn=permissions_of,
        output=serializers.ListField(child=serializers.CharField()),
    )
    template_name = Omitted(serializers.CharField(allow_null=True), reason=GLOBAL)
    template_uuid = Omitted(UuidField(allow_null=True), reason=GLOBAL)
    users_count = serializers.IntegerField()
