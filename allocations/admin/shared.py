"""Pages of accounts of programs and of courses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin

from allocations.admin.fault_form import FaultForm
from allocations.lifecycle import SHARED_ACCOUNT, CourseAccountState
from allocations.models import CourseAccount, CustomerServiceAccount, ProjectServiceAccount
from allocations.services import shared_accounts
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User

TOLD = ("email", "description")
TOLD_OF_PROGRAM = (*TOLD, "preferred_identifier")


STAFF_ACTIONS = (
    StaffAction(
        "set_ok",
        "Mark as OK",
        "OK",
        explained(shared_accounts.set_ok),
        states=SHARED_ACCOUNT.sources("set_ok"),
    ),
    StaffAction(
        "set_erred",
        "Mark as erred",
        "Erred",
        shared_accounts.set_erred,
        form=FaultForm,
        states=SHARED_ACCOUNT.sources("set_erred"),
    ),
    StaffAction(
        "close",
        "Close",
        "Closed",
        explained(shared_accounts.close),
        states=SHARED_ACCOUNT.sources("close"),
        explanation="Sites take the account out. Its name is not given again.",
    ),
)
ROTATE = StaffAction(
    "rotate_key",
    "Give another key",
    "Key made",
    explained(shared_accounts.rotate_key),
    states=frozenset(CourseAccountState) - {CourseAccountState.CLOSED},
    alone=True,
    reveals=str,
    explanation="The old key is void at once. The new one is shown once.",
)


class SharedAccountAdmin(RecordAdmin):
    """What the pages have in common, whoever owns the accounts."""

    owner: ClassVar[str]
    search_help_text = "Account, e-mail or owner; or the UUID of one of them"
    list_filter = ("state", AgeFilter)
    date_hierarchy = "created"
    ordering = ("-id",)
    related_tables = (ABOUT_THIS,)
    staff_actions: tuple[StaffAction, ...] = STAFF_ACTIONS
    editable: tuple[str, ...] = TOLD
    change_with = staticmethod(shared_accounts.change)

    def title_of(self, row: Any) -> str:
        """Return the account's name and whose it is."""
        return f"{row.username} of {getattr(row, self.owner).name}"


class ProgramAccountAdmin(SharedAccountAdmin):
    """What the pages of accounts with a key have in common."""

    editable = TOLD_OF_PROGRAM
    staff_actions = (*STAFF_ACTIONS, ROTATE)


@admin.register(ProjectServiceAccount)
class ProjectServiceAccountAdmin(ProgramAccountAdmin):
    """Accounts of programs that work for projects."""

    owner = "project"
    list_display = ("username", columns.state, columns.of("project.name", "project"), "created")
    list_select_related = ("project",)
    search_fields = ("username", "email", "project__name")
    uuids = ("uuid", "project__uuid")
    autocomplete_fields = ("project",)
    asked = ("project", "username", *TOLD_OF_PROGRAM)
    fieldsets = (
        section(None, "project", "username", columns.state, *TOLD_OF_PROGRAM),
        section("Trouble", "error_message", "error_traceback"),
        section("Record", "uuid", "created", "modified", "expires_at"),
    )

    def create(self, fields: dict[str, Any], *, actor: User, now: datetime) -> Any:
        """Open an account; its key is made anew to be seen."""
        return shared_accounts.open_for_project(**fields, actor=actor, now=now)[0]


@admin.register(CustomerServiceAccount)
class CustomerServiceAccountAdmin(ProgramAccountAdmin):
    """Accounts of programs that work for all projects of organisations."""

    owner = "customer"
    list_display = ("username", columns.state, columns.of("customer.name", "customer"), "created")
    list_select_related = ("customer",)
    search_fields = ("username", "email", "customer__name")
    uuids = ("uuid", "customer__uuid")
    autocomplete_fields = ("customer",)
    asked = ("customer", "username", *TOLD_OF_PROGRAM)
    fieldsets = (
        section(None, "customer", "username", columns.state, *TOLD_OF_PROGRAM),
        section("Trouble", "error_message", "error_traceback"),
        section("Record", "uuid", "created", "modified", "expires_at"),
    )

    def create(self, fields: dict[str, Any], *, actor: User, now: datetime) -> Any:
        """Open an account; its key is made anew to be seen."""
        return shared_accounts.open_for_customer(**fields, actor=actor, now=now)[0]


@admin.register(CourseAccount)
class CourseAccountAdmin(SharedAccountAdmin):
    """Accounts for those who take courses."""

    owner = "project"
    list_display = (
        "username",
        columns.state,
        columns.of("project.name", "project"),
        columns.person("user"),
        "created",
    )
    list_select_related = ("project", "user")
    search_fields = ("username", "email", "project__name", "user__username")
    uuids = ("uuid", "project__uuid", "user__uuid")
    autocomplete_fields = ("project", "user")
    asked = ("project", "username", "user", *TOLD)
    create_with = staticmethod(shared_accounts.open_for_course)
    fieldsets = (
        section(None, "project", "username", columns.state, "user", *TOLD),
        section("Trouble", "error_message", "error_traceback"),
        section("Record", "uuid", "created", "modified"),
    )
