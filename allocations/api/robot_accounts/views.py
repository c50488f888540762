"""`/api/marketplace-robot-accounts/`: accounts for what works by itself with an allocation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from allocations.api.robot_accounts.filters import RobotAccountFilter
from allocations.api.robot_accounts.inputs import RobotAccountErrorInput, RobotAccountInput
from allocations.api.robot_accounts.serializers import (
    RobotAccountDetailsOutput,
    RobotAccountOutput,
)
from allocations.models import RobotAccount
from allocations.services import robot_accounts
from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command, creates, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import deleting
from identity.permissions import P

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

PROVIDER = ("resource.offering", "resource.offering.customer")
BOTH = ("resource.project", "resource.project.customer", *PROVIDER)

CHANGES = Needs(P.UPDATE_ROBOT_ACCOUNT, on=BOTH)
REPORTS = Needs(P.UPDATE_ROBOT_ACCOUNT, on=PROVIDER)
DELETES = Needs(P.DELETE_ROBOT_ACCOUNT, on=BOTH)


class RobotAccountViewSet(Listed, Retrieved, ApiViewSet):
    """A robot account: an account at a site for what works by itself with an allocation.

    You see those of your projects and of the offerings that you help to provide. The public keys of
    the people who act as it (`user_keys`) are shown to those who provide, while these people have a
    role in the project.
    """

    model = RobotAccount
    noun = Noun("a robot account", "robot accounts")
    output = RobotAccountDetailsOutput
    filterset_class = RobotAccountFilter
    default_order = ("created",)
    related = ("resource__project__customer", "resource__offering__customer")
    locks_first = ()
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": Needs(P.CREATE_ROBOT_ACCOUNT, on=BOTH),
        "update": CHANGES,
        "destroy": DELETES,
        "set_state_creating": REPORTS,
        "set_state_ok": REPORTS,
        "set_state_erred": REPORTS,
        "set_state_deleted": REPORTS,
        "set_state_request_deletion": DELETES,
    }

    @creates(RobotAccountInput, RobotAccountOutput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Create {one}.

        In state Requested, until the site says that it has made it. Those who act as it (`users`),
        by their own SSH keys, and who answers for it have a role in the project; `keys` are further
        public ones. The name is one that no other account at the offering has. It is 409 where the
        allocation is terminated.
        """
        data = self.data(RobotAccountInput)
        account = robot_accounts.create(**data, actor=request.user, now=self.now)
        return self._written(account, status=201)

    @updates(RobotAccountInput, RobotAccountOutput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update {one}.

        It stays with its allocation. Answers 409 where it is deleted.
        """
        account, data = self.row(), self.data(RobotAccountInput)
        return self._written(
            robot_accounts.change(account, **data, actor=request.user, now=self.now)
        )

    destroy = deleting(
        robot_accounts.remove,
        "Delete {one}.\n\nForgets it here. To have the site delete it, use"
        " `set_state_request_deletion`.",
    )

    @command(output=RobotAccountDetailsOutput)
    def set_state_creating(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Begin creating {one}.

        As the site, from state Requested or Error.
        """
        return self._move(request)

    @command(output=RobotAccountDetailsOutput)
    def set_state_ok(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report {one} as usable.

        As the site, from state Requested, Creating or Error.
        """
        return self._move(request)

    @command(RobotAccountErrorInput, RobotAccountDetailsOutput, input_optional=True)
    def set_state_erred(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report that something is wrong with {one}.

        As the site, from every state but Error and Deleted.
        """
        data = self.data(RobotAccountErrorInput)
        return self._move(request, error_message=data.get("error_message", ""))

    @command(output=RobotAccountDetailsOutput)
    def set_state_request_deletion(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask the site to delete {one}.

        From state OK or Error.
        """
        return self._move(request)

    @command(output=RobotAccountDetailsOutput)
    def set_state_deleted(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report {one} as deleted.

        As the site, from state Requested deletion. It stays on record.
        """
        return self._move(request)

    def _move(self, request: AuthenticatedRequest, *, error_message: str = "") -> Response:
        """Move the account by the action of the request, and answer it."""
        account = robot_accounts.move(
            self.row(),
            self.action or "",
            error_message=error_message,
            actor=request.user,
            now=self.now,
        )
        return self.reply(account, RobotAccountDetailsOutput)

    def _written(self, account: RobotAccount, status: int = 200) -> Response:
        """Answer the account with the URLs of its people, as it was written."""
        people = self.rendered(account, RobotAccountDetailsOutput).get("users", [])
        body = self.rendered(account, RobotAccountOutput)
        return self.answer({**body, "users": [person["url"] for person in people]}, status=status)
