"""Links by which people ask for a role, and what they asked."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.audience import OPEN, Audiences
from common.json_column import JsonColumn
from common.models import Timestamped, choices, one_of, text
from identity.event_scope import EventScope
from identity.invitation_querysets import GroupInvitationQuerySet, PermissionRequestQuerySet
from identity.lifecycle import RequestState
from identity.models.event_subject import EventSubject
from identity.models.grant import Role
from identity.models.invitation import InvitedTo
from identity.models.people import User
from identity.models.project import Project
from identity.roles import ScopeType


class GroupInvitation(InvitedTo, EventSubject, Timestamped):
    """A role that whoever has the link may ask for, or is given at once.

    The link carries the UUID: it is made to be passed on, and by itself gives nothing but the right
    to ask. Who is named by none of the lists may not; without lists everybody may. With
    `auto_create_project` a project of the organization is made, and the role given in it is
    `project_role`.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("group_invitation",)

    audiences: ClassVar[Audiences] = OPEN

    is_active = models.BooleanField(default=True)
    is_public = models.BooleanField(default=False)
    auto_approve = models.BooleanField(default=False)
    auto_create_project = models.BooleanField(default=False)
    allow_multiple_requests = models.BooleanField(default=False)
    allow_custom_project_details = models.BooleanField(default=False)
    project_name_template = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null on the wire
    project_role = models.ForeignKey(
        Role, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    user_affiliations = JsonColumn(default=list, of=str, blank=True)
    user_email_patterns = JsonColumn(default=list, of=str, blank=True)
    user_identity_sources = JsonColumn(default=list, of=str, blank=True)
    custom_text = text(long=True)

    objects = GroupInvitationQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["customer", "is_active"], name="group_invitation_by_customer"),
        )

    @property
    def scope_customer_id(self) -> int | None:
        """The key of the organisation that it is to; None when it is to a part of one."""
        return self.scope_id if self.scope_type == ScopeType.CUSTOMER else None

    def __str__(self) -> str:
        return f"whoever has the link as {self.role_id} in {self.scope_name}"


class PermissionRequest(EventSubject, Timestamped):
    """Somebody asks for the role of a group invitation.

    `state` is written by `identity.services.role_requests` only. `project` is the one that was made
    when it was approved.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("permission_request",)

    audiences: ClassVar[Audiences] = OPEN

    invitation = models.ForeignKey(
        GroupInvitation, on_delete=models.CASCADE, related_name="requests"
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=choices(RequestState), default=RequestState.PENDING
    )
    reviewed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_comment = models.TextField(null=True, blank=True)  # noqa: DJ001 - null on the wire
    project_name = text(length=500)
    project_description = text(long=True)
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PermissionRequestQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("state", RequestState, "permission_request_state"),
            models.UniqueConstraint(
                fields=["invitation", "created_by"],
                condition=Q(state="pending"),
                name="one_open_request_a_person",
            ),
        )
        indexes = (
            models.Index(fields=["created_by", "created"], name="permission_request_by_person"),
        )

    def __str__(self) -> str:
        return f"{self.created_by_id} by {self.invitation_id}"

    def event_scope(self) -> EventScope:
        """Return the scope of its invitation."""
        return self.invitation.event_scope()
