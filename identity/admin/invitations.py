"""Pages of invitations: who is invited to what, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from common.admin import columns
from common.admin.filters import AgeFilter
from common.admin.records import RecordAdmin, section
from common.admin.related_tables import RelatedTable
from common.admin.staff_actions import StaffAction
from identity.admin.log import ABOUT_THIS
from identity.admin.reasons import explained, removal
from identity.lifecycle import INVITATION, ROLE_REQUEST
from identity.models import GroupInvitation, Invitation, InvitationMail, PermissionRequest
from identity.services import group_invitations, invitations, role_requests

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


@admin.register(GroupInvitation)
class GroupInvitationAdmin(RecordAdmin):
    """Links by which people ask for a role."""

    list_display = ("scope_name", "scope_type", "role", "is_active", "auto_approve", "created")
    list_filter = ("is_active", "is_public", "auto_approve", "auto_create_project", AgeFilter)
    list_select_related = ("role",)
    search_fields = ("scope_name", "custom_text", "created_by__username")
    uuids = ("uuid", "scope_uuid")
    ordering = ("-id",)
    fieldsets = (
        section(None, "role", "scope_type", "scope_name", "customer", "project", "custom_text"),
        section("Standing", "is_active", "is_public", "created", "created_by"),
        section(
            "Whom it is for",
            "user_affiliations",
            "user_email_patterns",
            "user_identity_sources",
            "auto_approve",
            "allow_multiple_requests",
        ),
        section(
            "Projects that are made",
            "auto_create_project",
            "project_name_template",
            "project_role",
            "allow_custom_project_details",
            folded=True,
        ),
        section("Identifiers", "uuid", "scope_uuid"),
    )
    related_tables = (
        RelatedTable(
            "What was asked",
            PermissionRequest,
            (columns.person("created_by"), "state", "created", columns.person("reviewed_by")),
            joined=("created_by", "reviewed_by"),
            by="invitation",
            limit=20,
            empty="Nothing.",
        ),
        ABOUT_THIS,
    )
    staff_actions = (
        StaffAction(
            "cancel",
            "Withdraw",
            "Withdrawn",
            explained(group_invitations.cancel),
            when=lambda row: row.is_active,
        ),
        removal(group_invitations.remove, "What was asked by it goes with it; roles stay."),
    )

    def title_of(self, row: GroupInvitation) -> str:
        """Return what the link is to."""
        return f"Link to {row.role} in {row.scope_name}"


@admin.register(PermissionRequest)
class PermissionRequestAdmin(RecordAdmin):
    """People who ask for a role by a link."""

    list_display = ("created_by", "invitation", "state", "created", "reviewed_by")
    list_filter = ("state", AgeFilter)
    list_select_related = ("created_by", "invitation", "reviewed_by")
    search_fields = ("created_by__username", "created_by__email", "invitation__scope_name")
    uuids = ("uuid", "invitation__uuid", "created_by__uuid")
    ordering = ("-id",)
    fieldsets = (
        section(None, "created_by", "invitation", "state", "created"),
        section("The project", "project_name", "project_description", "project"),
        section("Decision", "reviewed_by", "reviewed_at", "review_comment"),
        section("Identifiers", "uuid"),
    )
    related_tables = (ABOUT_THIS,)
    staff_actions = (
        StaffAction(
            "approve",
            "Approve",
            "Approved",
            explained(role_requests.approve, argument="comment"),
            states=ROLE_REQUEST.sources("approve"),
            explanation="The reason is what the person is told.",
        ),
        StaffAction(
            "reject",
            "Reject",
            "Rejected",
            explained(role_requests.reject, argument="comment"),
            states=ROLE_REQUEST.sources("reject"),
            explanation="The reason is what the person is told.",
        ),
        removal(role_requests.remove, "A role that came of it stays."),
    )

    def title_of(self, row: PermissionRequest) -> str:
        """Return who asks for what."""
        return f"{row.created_by}: {row.invitation}"
