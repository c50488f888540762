"""Pages of the fields of science."""

from __future__ import annotations

from django.contrib import admin

from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import removal
from identity.models import ScienceDomain, ScienceSubDomain
from identity.services import science


@admin.register(ScienceDomain)
class ScienceDomainAdmin(RecordAdmin):
    """Fields of science."""

    list_display = ("name", "code", "modified")
    list_filter = (AgeFilter,)
    search_fields = ("name", "code")
    ordering = ("code", "name")
    asked = editable = ("name", "code")
    create_with = science.domains.create
    change_with = science.domains.change
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        removal(
            science.remove_domain,
            "Its parts go with it; refused while projects are of one of them.",
        ),
    )


@admin.register(ScienceSubDomain)
class ScienceSubDomainAdmin(RecordAdmin):
    """Parts of fields of science."""

    list_display = ("name", "code", "domain", "modified")
    list_filter = (AgeFilter, "domain")
    list_select_related = ("domain",)
    search_fields = ("name", "code", "domain__name")
    uuids = ("uuid", "domain__uuid")
    ordering = ("code", "name")
    autocomplete_fields = ("domain",)
    asked = editable = ("domain", "name", "code")
    create_with = science.sub_domains.create
    change_with = science.sub_domains.change
    related_tables = (ABOUT_THIS,)
    staff_actions = (removal(science.sub_domains.remove),)
