"""`/api/marketplace-offering-users/`: people's accounts at sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from allocations.api.offering_users.filters import OfferingUserFilter
from allocations.api.offering_users.inputs import (
    OfferingUserInput,
    OfferingUserServiceProviderCommentInput,
    OfferingUserStateTransitionInput,
    OfferingUserUpdateInput,
    OfferingUserUpdateRestrictionInput,
    OfferingUserUpdateRuntimeStateInput,
)
from allocations.api.offering_users.serializers import (
    OfferingUserOutput,
    OfferingUserServiceProviderCommentOutput,
)
from allocations.models import OfferingUser
from allocations.services import accounts
from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command, creates, deletes, reading, updates
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.api.events.recorded import Recorded
from identity.permissions import P

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

MANAGE = Needs(P.MANAGE_OFFERING_USER, on=("offering", "offering.customer"))


class OfferingUserViewSet(Recorded, Listed, Retrieved, ApiViewSet):
    """Accounts: people see their own, a provider those at its offerings."""

    model = OfferingUser
    output = OfferingUserOutput
    filterset_class = OfferingUserFilter
    default_order = ("created",)
    related = ("offering__customer", "user")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "create": MANAGE,
        "update": MANAGE,
        "destroy": MANAGE,
        "begin_creating": MANAGE,
        "request_deletion": MANAGE,
        "set_deleted": MANAGE,
        "set_deleting": MANAGE,
        "set_error_creating": MANAGE,
        "set_error_deleting": MANAGE,
        "set_ok": MANAGE,
        "set_pending_account_linking": MANAGE,
        "set_pending_additional_validation": MANAGE,
        "set_validation_complete": MANAGE,
        "update_restricted": MANAGE,
        "update_comments": MANAGE,
        "update_runtime_state": MANAGE,
        "profile_field_warnings": SCOPED,
    }

    @creates(OfferingUserInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Open an account for a person."""
        data = self.data(OfferingUserInput)
        return self.created(accounts.create(**data, actor=request.user, now=self.now))

    @updates(OfferingUserUpdateInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Name the account as the site does."""
        account, data = self.row(), self.data(OfferingUserUpdateInput)
        if "username" in data:
            accounts.set_username(
                account, username=data["username"] or "", actor=request.user, now=self.now
            )
        return self.reply(account)

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Forget the account."""
        accounts.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @command()
    def begin_creating(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say that the site is making the account."""
        return self._move(request)

    @command()
    def request_deletion(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask the site to delete the account."""
        return self._move(request)

    @command()
    def set_deleted(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say that the site has deleted the account."""
        return self._move(request)

    @command()
    def set_deleting(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say that the site is deleting the account."""
        return self._move(request)

    @command()
    def set_error_creating(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say that the site could not make the account."""
        return self._move(request)

    @command()
    def set_error_deleting(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say that the site could not delete the account."""
        return self._move(request)

    @command()
    def set_ok(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say that the account can be used."""
        return self._move(request)

    @command(OfferingUserStateTransitionInput)
    def set_pending_account_linking(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the account to pending account linking, with a comment for the user."""
        return self._move(request, OfferingUserStateTransitionInput)

    @command(OfferingUserStateTransitionInput)
    def set_pending_additional_validation(
        self, request: AuthenticatedRequest, uuid: str
    ) -> Response:
        """Say that the site must check the person further."""
        return self._move(request, OfferingUserStateTransitionInput)

    @command()
    def set_validation_complete(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say that what was pending is settled."""
        return self._move(request)

    @command(OfferingUserUpdateRestrictionInput)
    def update_restricted(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Restrict the user's access at the offering, or lift the restriction."""
        account, data = self.row(), self.data(OfferingUserUpdateRestrictionInput)
        accounts.set_restricted(account, **data, actor=request.user, now=self.now)
        return self.answer()

    @command(
        OfferingUserServiceProviderCommentInput,
        OfferingUserServiceProviderCommentOutput,
        methods=("patch",),
    )
    def update_comments(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Tell the person something about the account."""
        account, data = self.row(), self.data(OfferingUserServiceProviderCommentInput)
        told = accounts.set_comments(account, **data, actor=request.user, now=self.now)
        return self.answer(OfferingUserServiceProviderCommentOutput(told).data)

    @command(OfferingUserUpdateRuntimeStateInput)
    def update_runtime_state(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say how the account stands for the person."""
        account, data = self.row(), self.data(OfferingUserUpdateRuntimeStateInput)
        accounts.set_runtime_state(account, **data, actor=request.user, now=self.now)
        return self.answer()

    @reading(None, detail=False)
    def profile_field_warnings(self, request: AuthenticatedRequest) -> Response:
        """Return which fields must not be emptied, by name: none, since no site insists on any."""
        return self.answer({})

    def _move(self, request: AuthenticatedRequest, wanted: type | None = None) -> Response:
        """Carry out the action of the table that the URL names."""
        account, data = self.row(), self.data(wanted) if wanted else {}
        action = str(self.action)
        accounts.move(account, action, **data, actor=request.user, now=self.now)
        return self.answer()
