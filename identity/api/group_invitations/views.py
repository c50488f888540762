"""`/api/user-group-invitations/`: links by which people ask for a role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import AUTHENTICATED, SCOPED, STAFF, Everyone, Rule
from common.api.actions import command, listing, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting
from identity.api.group_invitations.filters import GroupInvitationFilter
from identity.api.group_invitations.inputs import (
    GroupInvitationInput,
    GroupInvitationUpdateInput,
    SubmitRequestInput,
)
from identity.api.group_invitations.serializers import (
    GroupInvitationOutput,
    GroupInvitationUpdateOutput,
    NestedProject,
    SubmitRequestAnswer,
)
from identity.api.invitations.access import GivesRoles
from identity.models import GroupInvitation, Project
from identity.services import group_invitations, role_requests

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

PUBLIC_ONES = Everyone(anonymous=True, scoped=True)


class GroupInvitationViewSet(Listed, Retrieved, ApiViewSet):
    """A link by which people ask for a role, or are given it at once.

    Those who give roles in a scope see the links to it, and everybody the public ones. Who is
    logged in and has the link, which carries the UUID, reads it while it works.
    """

    model = GroupInvitation
    noun = Noun("a group invitation", "group invitations")
    output = GroupInvitationOutput
    filterset_class = GroupInvitationFilter
    default_order = ("-created",)
    access: ClassVar[dict[str, Rule]] = {
        "list": PUBLIC_ONES,
        "retrieve": PUBLIC_ONES,
        "create": GivesRoles("scope"),
        "update": GivesRoles(),
        "destroy": STAFF,
        "cancel": GivesRoles(),
        "projects": SCOPED,
        "submit_request": AUTHENTICATED,
    }

    def rows(self) -> Any:
        """Return the invitations that the caller may list, or opens by their link."""
        if self.action == "list":
            return super().rows()
        return GroupInvitation.objects.reached_by(self.request.user)

    create = creating(
        GroupInvitationInput,
        group_invitations.create,
        "Make a link by which people ask for a role.\n\nThe link carries the UUID and may be passed"
        " on. Where lists of addresses, affiliations or identity sources are given, a person has to"
        " be named by one of them. With `auto_approve` they are given the role at once, else by"
        " whoever may give it. With `auto_create_project`, for organizations, a project is made for"
        " each, and they get `project_role` in it. Only staff make one that everybody sees"
        " (`is_public`). Answers 409 where a role is concealed from the organization (staff may).",
    )

    @updates(GroupInvitationUpdateInput, GroupInvitationUpdateOutput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change {one} that still works.

        Its scope stays. From then on it is in the caller's name, in which roles are given at once.
        Answers 409 where it was withdrawn.
        """
        row, wanted = self.row(), self.data(GroupInvitationUpdateInput)
        changed = group_invitations.change(row, **wanted, actor=request.user, now=self.now)
        return self.reply(changed)

    destroy = deleting(
        group_invitations.remove,
        "Delete {one} and what was asked by it.\n\nRoles that came of it stay. To have it stop"
        " working, cancel it.",
    )

    @command()
    def cancel(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Withdraw {one}.

        Nobody asks by it any more. What was asked can still be decided. Answers 409 where it was
        withdrawn before.
        """
        group_invitations.cancel(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @listing(NestedProject, order=("name",))
    def projects(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the projects of the organization that {one} is to, as far as the caller sees them.

        Empty for one that is to a project or an offering.
        """
        row = self.row()
        seen = Project.objects.visible_to(request.user).present()
        return self.page(seen.filter(customer=row.scope_customer_id))

    @command(SubmitRequestInput, SubmitRequestAnswer)
    def submit_request(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask for the role of {one}.

        Whoever may give the role is told by mail. Where the invitation says so, the role is given
        at once (`auto_approved`). Answers 403 to who is not meant by it, 400 to who has asked, or
        has the role, and 409 where it was withdrawn, or after too many requests in 24 hours.
        """
        row, data = self.row(), self.data(SubmitRequestInput)
        outcome = role_requests.submit(row, **data, actor=request.user, now=self.now)
        return self.answer(SubmitRequestAnswer(outcome).data)
