"""`/api/user-invitations/`: people invited to roles under their e-mail addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api.access import AUTHENTICATED, PUBLIC, SCOPED, STAFF, Rule
from common.api.actions import command, reading, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting
from identity.api.invitations.access import GivesRoles
from identity.api.invitations.filters import InvitationFilter
from identity.api.invitations.inputs import (
    InvitationDuplicateCheckInput,
    InvitationInput,
    InvitationUpdateInput,
    TokenInput,
)
from identity.api.invitations.serializers import (
    InvitationCheck,
    InvitationDuplicateCheckAnswer,
    InvitationOutput,
    InvitationUpdateOutput,
    VisibleInvitationDetails,
)
from identity.models import Invitation
from identity.services import invitation_answers, invitation_checks, invitation_links, invitations

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class InvitationViewSet(Listed, Retrieved, ApiViewSet):
    """An invitation of an e-mail address to a role.

    Those who give roles in a scope see the invitations to it, and everybody those that wait for
    them under the address of their profile.
    """

    model = Invitation
    noun = Noun("an invitation", "invitations")
    output = InvitationOutput
    filterset_class = InvitationFilter
    default_order = ("-created",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": GivesRoles("scope"),
        "update": GivesRoles(),
        "destroy": STAFF,
        "remove": STAFF,
        "send": GivesRoles(),
        "cancel": GivesRoles(),
        "check": PUBLIC,
        "details": AUTHENTICATED,
        "accept": AUTHENTICATED,
        "check_duplicates": GivesRoles("scope"),
        "approve": STAFF,
        "reject": STAFF,
    }

    create = creating(
        InvitationInput,
        invitations.create,
        "Invite somebody to a role.\n\nA mail with a link goes to the address; whoever reads it has"
        " three weeks to accept, unless the platform says otherwise. Whoever may give the role may"
        " invite to it. An invitation to a project that has not begun waits until it does (state"
        " `project`), and where the platform wants that, one of somebody who is not staff until"
        " staff approve it (`requested`). Answers 400 where the address has an open invitation to"
        " the role, or its person the role itself, and where it is not of a kind that the platform,"
        " the organization or the project takes; 409 after too many mails in 24 hours, by the"
        " caller or to the address, and where the role is concealed from the organization (staff"
        " may).",
    )

    @updates(InvitationUpdateInput, InvitationUpdateOutput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change the address or the role of {one} that is still open.

        Another address gets a mail with a new link, and the former link does not work any more.
        From then on the invitation is in the caller's name.
        """
        row, wanted = self.row(), self.data(InvitationUpdateInput)
        changed = invitations.change(row, **wanted, actor=request.user, now=self.now)
        return self.reply(changed)

    destroy = deleting(
        invitations.remove,
        "Delete {one}.\n\nA role that came of it stays. To withdraw one, cancel it.",
    )

    @command(url_path="delete")  # a method called `delete` would be what answers DELETE
    def remove(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Delete {one}, as `DELETE` does.

        A role that came of it stays. To withdraw one, cancel it.
        """
        invitations.remove(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command()
    def send(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Mail {one} again.

        With a new link and a new end; the former link does not work any more. Also for one that has
        expired. From then on it is in the caller's name. Answers 409 in any other state, and after
        too many mails in 24 hours.
        """
        invitations.send(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command()
    def cancel(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Withdraw {one} that is still open.

        Its link leads to a page that says so. Answers 409 where it is over.
        """
        invitations.cancel(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command(output=InvitationCheck)
    def check(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Tell to which address a link is.

        In the place of the UUID stands what the link of the mail ends in. Nobody has to be logged
        in. Answers 404 unless the invitation can still be accepted.
        """
        found = invitation_checks.pending(uuid, now=self.now)
        return self.answer(
            {"email": found.email, "civil_number_required": bool(found.civil_number)}
        )

    @reading(VisibleInvitationDetails)
    def details(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Tell what a link invites to, and where the invitation stands.

        In the place of the UUID stands what the link of the mail ends in; who was invited under the
        address of their own profile may give the UUID.
        """
        found, _ = invitation_links.find_for(uuid, request.user)
        return self.reply(found)

    @command()
    def accept(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take the role that one is invited to.

        In the place of the UUID stands what the link of the mail ends in; who was invited under the
        address of their own profile may give the UUID. The address has to be the caller's
        confirmed one, unless the platform lets whoever has the link accept (403). Answers 409
        where the invitation is over, what it is to was removed, or whoever invited may not give
        the role any more; 400 where the caller has the role.
        """
        invitation_answers.accept(uuid, actor=request.user, now=self.now)
        return self.answer()

    @command(
        InvitationDuplicateCheckInput,
        InvitationDuplicateCheckAnswer,
        detail=False,
        url_path="check-duplicates",
    )
    def check_duplicates(self, request: AuthenticatedRequest) -> Response:
        """Tell which addresses need not be invited any more.

        `duplicates` are those that have an open invitation to the same role in the scope,
        `existing_roles` those whose person holds a role there, this one or another. Nothing is told
        of people who hold none there.
        """
        data = self.data(InvitationDuplicateCheckInput)
        return self.answer(InvitationDuplicateCheckAnswer(invitation_checks.known(**data)).data)

    @command(TokenInput, detail=False)
    def approve(self, request: AuthenticatedRequest) -> Response:
        """Approve the invitation that a mail asks about.

        The token is that of the mail. The invitation is mailed then.
        """
        token = self.data(TokenInput)["token"]
        invitations.approve_by(token, actor=request.user, now=self.now)
        return self.answer()

    @command(TokenInput, detail=False)
    def reject(self, request: AuthenticatedRequest) -> Response:
        """Refuse the invitation that a mail asks about.

        The token is that of the mail. Nothing is mailed.
        """
        token = self.data(TokenInput)["token"]
        invitations.reject_by(token, actor=request.user, now=self.now)
        return self.answer()
