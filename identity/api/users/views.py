"""`/api/users/`: oneself, one's colleagues, and for staff everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import auth
from rest_framework import serializers

from common.addresses import address_of
from common.api.access import PUBLIC, SCOPED, STAFF, SUPPORT, Own, Rule
from common.api.actions import command, creates, reading, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed
from common.api.writes import deleting
from identity.api.bridge.serializers import IdentityBridgeUserStatus
from identity.api.history import RowHistory
from identity.api.users.filters import UserFilter
from identity.api.users.inputs import (
    ConfirmEmailInput,
    PasswordChangeInput,
    UserEmailChangeInput,
    UserInput,
)
from identity.api.users.privacy import Privacy
from identity.api.users.serializers import (
    ColleagueOutput,
    PersonOutput,
    ProfileCompleteness,
    UserAuthToken,
    UserMeOutput,
    UserOutput,
)
from identity.api.users.staff_requests import StaffRequests
from identity.models import Token, User
from identity.profile import completeness_of
from identity.services import bridge, credentials, emails, user_removal, users

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

HIMSELF = Own("")


class PasswordSet(serializers.Serializer[Any]):
    """That it was done."""

    status = serializers.CharField()


class UserViewSet(Privacy, StaffRequests, RowHistory, Listed, ApiViewSet):
    """A person, or the account of a machine, who logs in.

    You see yourself and the people with whom you share an organization (customer) or a project;
    identity managers also see whom their sources know, staff and support everybody.
    """

    model = User
    noun = Noun("a person", "people")
    output = UserOutput
    filterset_class = UserFilter
    default_order = ("username",)
    never_replayed = frozenset({"refresh_token"})  # a secret that is shown once
    for_newcomers = frozenset(
        {
            *("me", "profile_completeness", "update", "partial_update"),
            *("token", "refresh_token"),
            *("change_password", "change_email", "cancel_change_email"),
        }
    )
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "me": SCOPED,
        "profile_completeness": SCOPED,
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
        "send_notification": STAFF,
        "update_actions": STAFF,
        "data_access": SUPPORT | HIMSELF,
        "data_access_history": SUPPORT | HIMSELF,
        "history": SUPPORT | HIMSELF,
        "history_at": SUPPORT | HIMSELF,
    }

    def list(self, request: Request) -> Response:
        """List people.

        Answers a page of the people that you may see. Staff and support get whole profiles; others
        get of their colleagues who they are.
        """
        return self.page(self.rows(), self._shown_of(None), self.filterset_class)

    def retrieve(self, request: Request, uuid: str) -> Response:
        """Get a person.

        The whole profile for the person themselves, staff and support; for others who the person
        is.
        """
        user = self.row()
        return self.reply(user, self._shown_of(user))

    @creates(UserInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Register a person.

        Without a password the person cannot log in by one until it is set.
        """
        data = self.data(UserInput)
        data.pop("agree_with_policy", None)
        data.pop("declares_export_control", None)
        return self.created(users.create(**data, actor=request.user, now=self.now))

    @updates(UserInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update a person's profile.

        Fields that only staff may change are ignored from others. A new e-mail address counts once
        the link that is mailed to it was opened; one that staff set counts at once. Whoever changes
        their own profile and has not agreed to the policy yet, or has not accepted the terms of
        service of the platform that are in force, has to send `agree_with_policy` as true.
        """
        user, changes = self.row(), self.data(UserInput)
        agrees = changes.pop("agree_with_policy", False)
        if changes.pop("declares_export_control", False):
            changes["export_control_date"] = user.export_control_date or self.now
        users.update(
            user, actor=request.user, now=self.now, wanted=changes, agree_with_policy=agrees
        )
        return self.reply(user)

    destroy = deleting(
        user_removal.remove,
        "Remove a person.\n\n"
        "Their roles, tokens, sessions, SSH keys and hooks end, and everything personal is "
        "erased, by a worker also from the records. What they did stays on record under a "
        "pseudonym. Answers 409 while they are the last PI of a project or the last owner of an "
        "organization.",
    )

    @reading(UserMeOutput, detail=False)
    def me(self, request: AuthenticatedRequest) -> Response:
        """Get your own profile.

        The person whom the token belongs to, with their roles in `permissions`; a personal access
        token is not told of roles, which may be in other places than its own.
        """
        return self.reply(request.user, PersonOutput if request.user.is_limited else UserMeOutput)

    @reading(ProfileCompleteness, detail=False)
    def profile_completeness(self, request: AuthenticatedRequest) -> Response:
        """Get what your profile lacks.

        What this platform asks everybody to say of themselves, and what of it you have not said;
        where it is enforced, nothing else can be done before that.
        """
        return self.answer(completeness_of(request.user))

    @command(PasswordChangeInput, PasswordSet)
    def change_password(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change a person's password.

        Whoever changes their own sends `old_password` too. All other tokens and sessions of the
        person end.
        """
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
        """Ask for another e-mail address for a person.

        A link is mailed to the new address; it becomes the person's once somebody opens the link
        (`POST /api/users/confirm_email/`). An earlier request that is not confirmed is dropped.
        """
        user, data = self.row(), self.data(UserEmailChangeInput)
        emails.request_confirmation(user, data["email"], actor=request.user, now=self.now)
        return self.answer()

    @command()
    def cancel_change_email(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Withdraw a request for another e-mail address.

        The address in use stays. Without such a request nothing happens.
        """
        emails.cancel(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command(ConfirmEmailInput, detail=False)
    def confirm_email(self, request: Request) -> Response:
        """Confirm an e-mail address.

        `code` is what the mailed link carries. It works once, until it expires or the request is
        withdrawn.
        """
        emails.confirm(self.data(ConfirmEmailInput)["code"], now=self.now)
        return self.answer()

    @reading(UserAuthToken)
    def token(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get what is known of a person's token.

        When it was created and how long it lives, of the token that was used last. The token itself
        is stored as a digest and cannot be read again.
        """
        return self.answer(UserAuthToken(credentials.latest(self.row())).data)

    @command(output=UserAuthToken)
    def refresh_token(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Replace a person's tokens by a new one.

        All tokens of the person end at once. The new one is in the answer and is shown only there.
        """
        token, plaintext = credentials.refresh(self.row(), actor=request.user, now=self.now)
        return self.answer({**UserAuthToken(token).data, "token": plaintext})

    @reading(IdentityBridgeUserStatus)
    def identity_bridge_status(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get what identity sources say of a person.

        Which sources know the person, and which attribute came from which source and when.
        """
        status = bridge.status_of(self.row(), now=self.now)
        return self.answer(IdentityBridgeUserStatus(status).data)

    def _shown_of(self, user: User | None) -> type[UserOutput]:
        caller: Any = self.request.user
        in_person = user == caller and not caller.is_limited
        in_full = caller.is_staff or caller.is_support or in_person
        return UserOutput if in_full else ColleagueOutput
