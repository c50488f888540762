"""Pages of invitations: who is invited to what, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained, removal
from identity.lifecycle import INVITATION
from identity.models import Invitation, InvitationMail
from identity.services import invitations

if TYPE_CHECKING:
    from identity.models import Role


@admin.register(Invitation)
class InvitationAdmin(RecordAdmin):
    """People who are invited to roles under their addresses."""

    list_display = ("email", "role", "scope_name", "scope_type", "state", "expires")
    list_filter = ("state", AgeFilter, "scope_type", "role", "execution_state")
    list_select_related = ("role",)
    search_fields = ("email", "full_name", "scope_name", "created_by__username")
    search_help_text = "Address, name or scope; or the UUID of the invitation or the scope"
    uuids = ("uuid", "scope_uuid")
    ordering = ("-id",)
    fieldsets = (
        section(None, "email", "role", "scope_type", "scope_name", "customer", "project"),
        section("Standing", "state", "expires", "accepted_by", "created", "created_by"),
        section("The mail", "execution_state", "error_message", "extra_invitation_text"),
        section(
            "What was said of the person",
            "full_name",
            "native_name",
            "phone_number",
            "organization",
            "job_title",
            "civil_number",
            folded=True,
        ),
        section("Identifiers", "uuid", "scope_uuid"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "approve",
            "Approve",
            "Approved",
            explained(invitations.approve),
            states=INVITATION.sources("approve"),
        ),
        StaffAction(
            "reject",
            "Reject",
            "Rejected",
            explained(invitations.reject),
            states=INVITATION.sources("reject"),
        ),
        StaffAction(
            "send",
            "Send again",
            "Sent",
            explained(invitations.send),
            states=INVITATION.sources("send"),
            explanation="With a new link and a new end, in your name.",
        ),
        StaffAction(
            "cancel",
            "Withdraw",
            "Withdrawn",
            explained(invitations.cancel),
            states=INVITATION.sources("cancel"),
        ),
        removal(invitations.remove, "A role that came of it stays."),
    )

    def title_of(self, row: Invitation) -> str:
        """Return who is invited to what."""
        role: Role = row.role
        return f"{row.email} as {role} in {row.scope_name}"


@admin.register(InvitationMail)
class InvitationMailAdmin(RecordAdmin):
    """The mails of the last day, which are counted."""

    list_display = ("email", "asked_by", "created")
    list_select_related = ("asked_by",)
    search_fields = ("email", "asked_by__username")
    uuids = ()
    ordering = ("-id",)
    fieldsets = (section(None, "email", "asked_by", "created"),)
