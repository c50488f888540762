"""`/api/user-permission-requests/`: people who ask for a role by a link."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api.access import SCOPED, STAFF, Own, Rule
from common.api.actions import command
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import deleting
from identity.api.invitations.access import GivesRoles
from identity.api.permission_requests.filters import PermissionRequestFilter
from identity.api.permission_requests.serializers import (
    CancelRequestAnswer,
    PermissionRequestOutput,
    ReviewCommentInput,
)
from identity.models import PermissionRequest
from identity.services import role_requests

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class PermissionRequestViewSet(Listed, Retrieved, ApiViewSet):
    """That somebody asks for a role by the link of a group invitation.

    Those who give roles in a scope see what is asked there, and everybody what they asked.
    """

    model = PermissionRequest
    noun = Noun("a request for a role", "requests for roles")
    output = PermissionRequestOutput
    filterset_class = PermissionRequestFilter
    default_order = ("-created",)
    related = ("invitation__role", "created_by")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "destroy": STAFF,
        "approve": GivesRoles("invitation"),
        "reject": GivesRoles("invitation"),
        "cancel_request": STAFF | Own("created_by"),
    }

    destroy = deleting(role_requests.remove, "Delete {one}.\n\nA role that came of it stays.")

    @command(ReviewCommentInput)
    def approve(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Give the role that is asked for.

        In the caller's name; where the invitation says so, a project is made first. The person is
        told by mail. Answers 400 where they have the role meanwhile, 409 where the request was
        decided or withdrawn, they may not log in any more, what the role is in was removed, or it
        is concealed from the organization (staff may).
        """
        data = self.data(ReviewCommentInput)
        role_requests.approve(self.row(), **data, actor=request.user, now=self.now)
        return self.answer()

    @command(ReviewCommentInput)
    def reject(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Do not give the role that is asked for.

        The person is told by mail, with the comment. Answers 409 where the request was decided or
        withdrawn.
        """
        data = self.data(ReviewCommentInput)
        role_requests.reject(self.row(), **data, actor=request.user, now=self.now)
        return self.answer()

    @command(output=CancelRequestAnswer)
    def cancel_request(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Withdraw a request of one's own.

        Answers 409 where it was decided or withdrawn.
        """
        row = self.row()
        role_requests.cancel(row, actor=request.user, now=self.now)
        invitation = row.invitation
        scope_uuid = invitation.scope_uuid.hex
        return self.answer(
            {"uuid": row.uuid.hex, "scope_name": invitation.scope_name, "scope_uuid": scope_uuid}
        )
