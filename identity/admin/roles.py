"""Pages of roles: the system's own, and those that staff make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from common.admin import columns
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained, removal
from identity.models import Grant, Role
from identity.permissions import Permission, allowed_by
from identity.services import roles

if TYPE_CHECKING:
    Form = forms.ModelForm[Role]
else:
    Form = forms.ModelForm

CHOSEN = ("name", "content_type", "permissions")


class RoleForm(Form):
    """A role, of which each permission is chosen."""

    class Meta:
        model = Role
        fields = ("name", "content_type", "permissions", "description")

    permissions = forms.MultipleChoiceField(
        choices=[(one.value, one.value) for one in Permission],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Each has to mean something in the kind of scope.",
    )


@admin.register(Role)
class RoleAdmin(RecordAdmin):
    """The roles there are; what those of the system allow is decided in the code."""

    list_display = ("name", "description", "content_type", "is_system_role", "is_active")
    list_filter = ("is_system_role", "content_type", "is_active")
    search_fields = ("name", "description")
    ordering = ("id",)
    form = RoleForm
    asked = (*CHOSEN, "description")
    editable = (*CHOSEN, "description")
    create_with = staticmethod(roles.create)
    change_with = staticmethod(roles.change)
    fieldsets = (
        section(None, "name", "description", "content_type", "is_system_role", "is_active", "uuid"),
        section("What it allows", "permissions"),
    )
    related_tables = (
        RelatedTable(
            "Who holds it",
            Grant,
            (columns.person("user"), "scope_name", "expiration_time", "created"),
            joined=("user",),
            by="role",
            only={"is_active": True},
            limit=20,
            empty="Nobody.",
        ),
        ABOUT_THIS,
    )
    staff_actions = (
        StaffAction(
            "disable",
            "Disable",
            "Disabled",
            explained(roles.disable),
            when=lambda role: role.is_active,
            explanation="Everybody who holds it loses what it allows, here and at the sites.",
        ),
        StaffAction(
            "enable",
            "Enable",
            "Enabled",
            explained(roles.enable),
            when=lambda role: not role.is_active,
            explanation="Everybody who holds it has again what it allows.",
        ),
        removal(
            roles.remove,
            "Only a role that nobody ever held can be removed.",
            when=lambda role: not role.is_system_role,
        ),
    )

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        """Show what a system role allows, which is not in its row."""
        shown = super().get_fieldsets(request, obj)
        if obj is None or not obj.is_system_role:
            return shown
        return (*shown[:1], section("What it allows", "written"))

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        """Keep all but its description of a system role as it is."""
        fixed = (*CHOSEN, "written") if obj is not None and obj.is_system_role else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    @admin.display(description="permissions")
    def written(self, role: Role) -> str:
        """Return the permissions of a system role."""
        return ", ".join(sorted(allowed_by(role.name))) or "None."
