"""Pages of the roles that are concealed from organizations."""

from __future__ import annotations

from django.contrib import admin

from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import removal
from identity.models import RoleConcealment
from identity.services import concealments


@admin.register(RoleConcealment)
class RoleConcealmentAdmin(RecordAdmin):
    """Roles that staff alone give in an organization and in what belongs to it."""

    list_display = ("role", "customer", "created")
    list_filter = ("role", AgeFilter)
    list_select_related = ("role", "customer")
    search_fields = ("role__name", "customer__name")
    uuids = ("uuid", "customer__uuid", "role__uuid")
    ordering = ("-id",)
    autocomplete_fields = ("customer",)
    asked = ("customer", "role")
    create_with = staticmethod(concealments.create)
    related_tables = (ABOUT_THIS,)
    staff_actions = (removal(concealments.remove, "The role can be given there again."),)
