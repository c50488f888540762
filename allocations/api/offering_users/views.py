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
from allocations.services import accounts, restrictions
from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command, reading, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting
from identity.api.events.row_events import RowEvents
from identity.permissions import P

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

MANAGE = Needs(P.MANAGE_OFFERING_USER, on=("offering", "offering.customer"))


class OfferingUserViewSet(RowEvents, Listed, Retrieved, ApiViewSet):
    """An account (offering user): a person's account at the site of an offering.

    You see your own, and those at the offerings that you help to provide; identity managers also
    those of the people whom their sources know.
    """

    model = OfferingUser
    noun = Noun("an account", "accounts")
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

    create = creating(
        OfferingUserInput,
        accounts.create,
        "Create {one}.\n\n"
        "For a person whose project holds an allocation of the offering. With a username it "
        "is OK at once, without one it is Requested.",
    )

    @updates(OfferingUserUpdateInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update an account.

        The username, as the site gives it. A Creating account is OK with that.
        """
        account, data = self.row(), self.data(OfferingUserUpdateInput)
        if "username" in data:
            accounts.set_username(
                account, username=data["username"] or "", actor=request.user, now=self.now
            )
        return self.reply(account)

    destroy = deleting(
        accounts.remove,
        "Delete {one}.\n\nForgets it here. To have the site delete it, use `request_deletion`.",
    )

    @command()
    def begin_creating(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Begin creating an account.

        As the site, from state Requested or Error creating.
        """
        return self._move(request)

    @command()
    def request_deletion(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Request the deletion of an account.

        From state OK: the site's agent is told.
        """
        return self._move(request)

    @command()
    def set_deleted(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report an account as deleted.

        As the site, from state Deleting.
        """
        return self._move(request)

    @command()
    def set_deleting(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Begin deleting an account.

        As the site, from state Requested deletion or Error deleting.
        """
        return self._move(request)

    @command()
    def set_error_creating(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report that an account could not be created.

        As the site, from Requested, Creating or a pending state.
        """
        return self._move(request)

    @command()
    def set_error_deleting(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report that an account could not be deleted.

        As the site, from state Requested deletion or Deleting.
        """
        return self._move(request)

    @command()
    def set_ok(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report an account as usable.

        As the site, from Requested, Creating, Error creating or a pending state.
        """
        return self._move(request)

    @command(OfferingUserStateTransitionInput)
    def set_pending_account_linking(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report that an account waits for linking.

        The person has to link an account of theirs at the site, as the comment and its URL say.
        From state Creating, Error creating or Pending additional validation.
        """
        return self._move(request, OfferingUserStateTransitionInput)

    @command(OfferingUserStateTransitionInput)
    def set_pending_additional_validation(
        self, request: AuthenticatedRequest, uuid: str
    ) -> Response:
        """Report that an account waits for validation.

        The site has to check the person further, as the comment says. From state Creating, Error
        creating or Pending account linking.
        """
        return self._move(request, OfferingUserStateTransitionInput)

    @command()
    def set_validation_complete(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report the validation of an account as complete.

        From a pending state: the account is OK.
        """
        return self._move(request)

    @command(OfferingUserUpdateRestrictionInput)
    def update_restricted(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Restrict an account, or lift that.

        The person is kept out of the site while it is restricted. Lifting it lets nobody in who has
        still to agree to the offering's terms of service.
        """
        account, data = self.row(), self.data(OfferingUserUpdateRestrictionInput)
        restrictions.set_restricted(account, **data, actor=request.user, now=self.now)
        return self.answer()

    @command(
        OfferingUserServiceProviderCommentInput,
        OfferingUserServiceProviderCommentOutput,
        methods=("patch",),
    )
    def update_comments(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update the provider's comment on an account.

        What the person reads about it, with a URL where to go.
        """
        account, data = self.row(), self.data(OfferingUserServiceProviderCommentInput)
        changed = accounts.set_comments(account, **data, actor=request.user, now=self.now)
        return self.answer(OfferingUserServiceProviderCommentOutput(changed).data)

    @command(OfferingUserUpdateRuntimeStateInput)
    def update_runtime_state(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report the runtime state of an account.

        How it stands for the person: active, or pending for linking or validation. From state OK,
        Creating, Error creating or a pending state.
        """
        account, data = self.row(), self.data(OfferingUserUpdateRuntimeStateInput)
        accounts.set_runtime_state(account, **data, actor=request.user, now=self.now)
        return self.answer()

    @reading(None, detail=False)
    def profile_field_warnings(self, request: AuthenticatedRequest) -> Response:
        """List the profile fields that must not be emptied.

        Always empty: no site insists on any.
        """
        return self.answer({})

    def _move(self, request: AuthenticatedRequest, wanted: type | None = None) -> Response:
        """Carry out the action of the table that the URL names."""
        account, data = self.row(), self.data(wanted) if wanted else {}
        action = str(self.action)
        accounts.move(account, action, **data, actor=request.user, now=self.now)
        return self.answer()
