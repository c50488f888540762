"""`/api/users/`: oneself, one's colleagues, and for staff everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import auth
from rest_framework import serializers

from common.addresses import address_of
from common.api.access import PUBLIC, SCOPED, STAFF, SUPPORT, Own, Rule
from common.api.actions import command, creates, deletes, reading, updates
from common.api.viewsets import ApiViewSet, Listed
from identity.api.bridge.serializers import IdentityBridgeUserStatus
from identity.api.users.filters import UserFilter
from identity.api.users.inputs import (
    ConfirmEmailInput,
    PasswordChangeInput,
    UserEmailChangeInput,
    UserInput,
)
from identity.api.users.serializers import (
    ColleagueOutput,
    UserAuthToken,
    UserMeOutput,
    UserOutput,
)
from identity.models import Token, User
from identity.services import bridge, credentials, emails, farewell, users

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

HIMSELF = Own("")


class PasswordSet(serializers.Serializer[Any]):
    """That it was done."""

    status = serializers.CharField()


class UserViewSet(Listed, ApiViewSet):
    """People."""

    model = User
    output = UserOutput
    filterset_class = UserFilter
    default_order = ("username",)
    never_replayed = frozenset({"refresh_token"})  # a secret that is shown once
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "me": SCOPED,
        "create": STAFF,
        "update": STAFF | HIMSELF,
        "destroy": STAFF,
        "change_password": STAFF | HIMSELF,
        "change_email": STAFF | HIMSELF,
        "cancel_change_email": STAFF | HIMSELF,
        "confirm_email": PUBLIC,
        "token": STAFF | HIMSELF,
        "refresh_token": STAFF | HIMSELF,
        "identity_bridge_status": SUPPORT,
    }

    def list(self, request: AuthenticatedRequest) -> Response:
        """Answer a page of people, in full for staff and support."""
        return self.page(self.rows(), self._shown_of(None), self.filterset_class)

    def retrieve(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Retrieve a user; in full for the user, staff and support."""
        user = self.row()
        return self.reply(user, self._shown_of(user))

    @creates(UserInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Register a person."""
        data = self.data(UserInput)
        data.pop("agree_with_policy", None)
        return self.created(users.create(**data, actor=request.user, now=self.now))

    @updates(UserInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change a profile."""
        user, changes = self.row(), self.data(UserInput)
        agrees = changes.pop("agree_with_policy", False)
        users.update(
            user, actor=request.user, now=self.now, changes=changes, agree_with_policy=agrees
        )
        return self.reply(user)

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Remove a person; what they did stays on record, without anything personal."""
        farewell.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @reading(UserMeOutput, detail=False)
    def me(self, request: AuthenticatedRequest) -> Response:
        """Retrieve the current user."""
        return self.reply(request.user)

    @command(PasswordChangeInput, PasswordSet)
    def change_password(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set a password; other tokens and sessions of the person end."""
        user, data = self.row(), self.data(PasswordChangeInput)
        own = request.auth if isinstance(request.auth, Token) and user == request.user else None
        users.change_password(
            user,
            **data,
            address=address_of(request),
            keeping=own,
            actor=request.user,
            now=self.now,
        )
        if user == request.user and own is None:
            auth.update_session_auth_hash(request, user)
        return self.answer({"status": "password set"})

    @command(UserEmailChangeInput)
    def change_email(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask for another address; it counts once the link that is mailed there was opened."""
        user, data = self.row(), self.data(UserEmailChangeInput)
        emails.ask(user, data["email"], actor=request.user, now=self.now)
        return self.answer()

    @command()
    def cancel_change_email(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Withdraw the wish for another address."""
        emails.cancel(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command(ConfirmEmailInput, detail=False)
    def confirm_email(self, request: Request) -> Response:
        """Confirm an address by what the mailed link carries; whoever has it may."""
        emails.confirm(self.data(ConfirmEmailInput)["code"], now=self.now)
        return self.answer()

    @reading(UserAuthToken)
    def token(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Tell of the token that was used last; itself it is not known any more."""
        return self.answer(UserAuthToken(credentials.latest(self.row())).data)

    @command(output=UserAuthToken)
    def refresh_token(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Replace every token of the person by a new one, which is shown this once."""
        token, plaintext = credentials.refresh(self.row(), actor=request.user, now=self.now)
        return self.answer({**UserAuthToken(token).data, "token": plaintext})

    @reading(IdentityBridgeUserStatus)
    def identity_bridge_status(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Tell what other identity services told of the person."""
        told = bridge.status_of(self.row(), now=self.now)
        return self.answer(IdentityBridgeUserStatus(told).data)

    def _shown_of(self, user: User | None) -> type[UserOutput]:
        caller: Any = self.request.user
        in_full = caller.is_staff or caller.is_support or user == caller
        return UserOutput if in_full else ColleagueOutput
