"""Pages of people's accounts at sites."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from allocations.lifecycle import ACCOUNT
from allocations.models import OfferingUser, UserAttributeConfig
from allocations.services import accounts, restrictions
from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.staff_actions import RemarkForm, StaffAction, StaffActionForm
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User


class CommentForm(RemarkForm):
    """What the person is told about their account."""

    comment = forms.CharField(
        label="Comment for the person",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
    )
    comment_url = forms.URLField(
        label="Address with more", required=False, max_length=255, assume_scheme="https"
    )
    field_order = ("comment", "comment_url", "reason")


class UsernameForm(StaffActionForm):
    """What the site calls the person."""

    username = forms.CharField(max_length=100)


def step(
    action: str, label: str, done: str, form: type[StaffActionForm] = RemarkForm, **more: Any
) -> StaffAction:
    """Return the action that takes an account along the table."""
    service = explained(partial(_move, action=action))
    return StaffAction(
        action, label, done, service, form=form, states=ACCOUNT.sources(action), **more
    )


def _move(account: OfferingUser, *, action: str, **asked: Any) -> OfferingUser:
    return accounts.move(account, action, **asked)


def _restrict(account: OfferingUser, *, actor: User, now: datetime) -> OfferingUser:
    return restrictions.set_restricted(account, is_restricted=True, actor=actor, now=now)


def _let_in(account: OfferingUser, *, actor: User, now: datetime) -> OfferingUser:
    return restrictions.set_restricted(account, is_restricted=False, actor=actor, now=now)


def _is_let_in(account: OfferingUser) -> bool:
    return not account.kept_out


def _is_kept_out(account: OfferingUser) -> bool:
    return account.kept_out


STEPS = (
    step("begin_creating", "Begin to create", "Being created"),
    step("set_ok", "Mark as OK", "OK"),
    step(
        "set_pending_account_linking",
        "Ask for account linking",
        "Asked for account linking",
        CommentForm,
    ),
    step(
        "set_pending_additional_validation",
        "Ask for validation",
        "Asked for validation",
        CommentForm,
    ),
    step("set_validation_complete", "Mark as validated", "Validated"),
    step("set_error_creating", "Mark as not creatable", "Not creatable"),
    step("request_deletion", "Ask for deletion", "Deletion asked for"),
    step("set_deleting", "Begin to delete", "Being deleted"),
    step("set_deleted", "Mark as deleted", "Deleted"),
    step("set_error_deleting", "Mark as not deletable", "Not deletable"),
)


OFFERING = columns.of("offering.name", "offering")


@admin.register(OfferingUser)
class OfferingUserAdmin(RecordAdmin):
    """People's accounts at the sites of offerings."""

    list_display = (
        columns.person("user"),
        columns.state,
        "username",
        OFFERING,
        "is_restricted",
        "created",
    )
    list_filter = ("state", "is_restricted", "withheld_for", AgeFilter, "offering")
    list_select_related = ("user", "offering")
    search_fields = (
        "username",
        "user__username",
        "user__email",
        "user__last_name",
        "offering__name",
    )
    search_help_text = "Account, person, e-mail or offering; or the UUID of one of them"
    uuids = ("uuid", "user__uuid", "offering__uuid")
    date_hierarchy = "created"
    ordering = ("-id",)
    autocomplete_fields = ("offering", "user")
    asked = ("offering", "user", "username")
    create_with = staticmethod(accounts.create)
    fieldsets = (
        section(None, "user", "offering", "username", columns.state),
        section("Kept out of the site", "is_restricted", "kept_out", "withheld_for"),
        section("From the site", "service_provider_comment", "service_provider_comment_url"),
        section(
            "Record",
            "uuid",
            "created",
            "modified",
            "propagation_date",
            columns.pretty("backend_metadata"),
        ),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        *STEPS,
        StaffAction(
            "set_username",
            "Set the account's name",
            "Named",
            accounts.set_username,
            form=UsernameForm,
            alone=True,
        ),
        StaffAction("restrict", "Keep out", "Kept out", explained(_restrict), when=_is_let_in),
        StaffAction(
            "let_in", "Let in again", "Let in again", explained(_let_in), when=_is_kept_out
        ),
    )

    def title_of(self, row: OfferingUser) -> str:
        """Return whose account it is, and where."""
        return f"{row.username or row.user} at {row.offering.name}"


@admin.register(UserAttributeConfig)
class UserAttributeConfigAdmin(RecordAdmin):
    """Which attributes of people the sites get to see."""

    list_display = (OFFERING, "exposed_fields", "modified")
    list_filter = (AgeFilter,)
    list_select_related = ("offering",)
    search_fields = ("offering__name", "offering__slug")
    uuids = ("uuid", "offering__uuid")
    date_hierarchy = "modified"
    ordering = ("offering__name", "id")
    fieldsets = (section(None, "offering", "exposed_fields", "created", "modified", "uuid"),)

    def title_of(self, row: UserAttributeConfig) -> str:
        """Return where the attributes are shown."""
        return row.offering.name
