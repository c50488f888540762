"""Pages of accounts of robots."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import admin

from allocations.admin.fault_form import FaultForm
from allocations.lifecycle import ROBOT_ACCOUNT
from allocations.models import RobotAccount
from allocations.services import robot_accounts
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained, removal

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User


def _move(action: str, account: RobotAccount, *, actor: User, now: datetime) -> None:
    robot_accounts.move(account, action, actor=actor, now=now)


def _err(account: RobotAccount, *, error_message: str, actor: User, now: datetime) -> None:
    robot_accounts.move(
        account, "set_state_erred", error_message=error_message, actor=actor, now=now
    )


@admin.register(RobotAccount)
class RobotAccountAdmin(RecordAdmin):
    """Accounts for what works by itself with an allocation."""

    list_display = (
        "__str__",
        columns.state,
        "type",
        columns.of("resource.name", "resource"),
        columns.person("responsible_user"),
        "modified",
    )
    list_filter = ("state", AgeFilter)
    list_select_related = ("resource", "responsible_user")
    search_fields = ("username", "type", "resource__name", "error_message")
    search_help_text = "Name, type, resource or error; or the UUID of account or resource"
    uuids = ("uuid", "resource__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    fieldsets = (
        section(None, "resource", "type", "username", columns.state, "description", "backend_id"),
        section("People and keys", "responsible_user", "users", "keys"),
        section(
            "Trouble", columns.paragraphs("error_message"), columns.paragraphs("error_traceback")
        ),
        section("Record", "uuid", "created", "modified"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "set_ok",
            "Set OK",
            "OK",
            explained(partial(_move, "set_state_ok")),
            states=ROBOT_ACCOUNT.sources("set_state_ok"),
            explanation="The site has made the account.",
        ),
        StaffAction(
            "set_erred",
            "Set erred",
            "Erred",
            _err,
            form=FaultForm,
            states=ROBOT_ACCOUNT.sources("set_state_erred"),
            explanation="Something is wrong with the account.",
        ),
        StaffAction(
            "request_deletion",
            "Request deletion",
            "Deletion asked for",
            explained(partial(_move, "set_state_request_deletion")),
            states=ROBOT_ACCOUNT.sources("set_state_request_deletion"),
            explanation="The site is to delete the account.",
        ),
        removal(robot_accounts.remove),
    )

    def title_of(self, row: RobotAccount) -> str:
        """Return its name and what it works with."""
        return f"{row} at {row.resource.name}"
