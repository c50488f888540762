"""Pages of keys of resources; their values are shown on none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from allocations.admin.fault_form import FaultForm
from allocations.lifecycle import API_KEY
from allocations.models import ResourceApiKey
from allocations.services import api_key_reports, api_keys
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User


def _give_up(key: ResourceApiKey, *, error_message: str, actor: User, now: datetime) -> None:
    api_key_reports.set_erred(key, error_message=error_message, actor=actor, now=now)


@admin.register(ResourceApiKey)
class ResourceApiKeyAdmin(RecordAdmin):
    """Keys that sites made for resources, or are to make."""

    list_display = (
        "__str__",
        columns.state,
        "pending_action",
        columns.of("resource.name", "resource"),
        columns.person("user"),
        "issued_at",
        "modified",
    )
    list_filter = ("state", "pending_action", "paused_by_limit", AgeFilter)
    list_select_related = ("resource", "user")
    search_fields = ("client_id", "resource__name", "user__username", "error_message")
    search_help_text = "Key, resource, person or error; or the UUID of key, resource or person"
    uuids = ("uuid", "resource__uuid", "user__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "resource", "client_id", columns.state, "pending_action", "user"),
        section("Limits", columns.pretty("limits"), "allowed_models", "paused_by_limit"),
        section("Usage", "usage_period", columns.pretty("current_usages")),
        section("Trouble", columns.paragraphs("error_message")),
        section("Record", "uuid", "created", "modified", "issued_at"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "rotate",
            "Rotate",
            "Rotation asked for",
            explained(api_keys.rotate),
            states=API_KEY.sources("rotate"),
            explanation="The site puts another value in the place of the key's.",
        ),
        StaffAction(
            "revoke",
            "Revoke",
            "Revocation asked for",
            explained(api_keys.revoke),
            states=API_KEY.sources("revoke"),
            explanation="The site takes the key away. One that it has not made is deleted at once.",
        ),
        StaffAction(
            "retry",
            "Try again",
            "Asked again",
            explained(api_keys.retry),
            states=API_KEY.sources("retry"),
            explanation="The site is asked again for what it could not do.",
        ),
        StaffAction(
            "set_erred",
            "Give up waiting",
            "Erred",
            _give_up,
            form=FaultForm,
            states=API_KEY.sources("set_erred"),
            explanation="For a key whose site does not answer; it can be tried again.",
        ),
    )

    def title_of(self, row: ResourceApiKey) -> str:
        """Return the key's public half and what it is for."""
        return f"{row} of {row.resource.name}"
