"""Four actions that organisations, projects and offerings share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.api.actions import command, listing
from identity.api.members.filters import UserRoleFilter
from identity.api.members.serializers import (
    UserRoleCreateInput,
    UserRoleDeleteInput,
    UserRoleDetailsOutput,
    UserRoleExpirationTime,
    UserRoleUpdateInput,
)
from identity.models import Grant
from identity.services import members

if TYPE_CHECKING:
    from identity.api.requests import AuthenticatedRequest


class Members:
    """Lists, adds, changes and removes the members of a row; the viewset declares who may."""

    @command(UserRoleCreateInput, UserRoleExpirationTime, status=201)
    def add_user(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Give a person a role in {one}.

        The role has to be one for this kind of scope (`GET /api/roles/`). It holds until
        `expiration_time`, or for good without one. Answers 400 where the person has the role
        already, and 409 where it is concealed from the organization (staff may). Nobody gives
        themselves a role that lasts longer than the one by which they give it (403).
        """
        scope, given = self.row(), self.data(UserRoleCreateInput)
        grant = members.grant(scope=scope, **given, actor=request.user, now=self.now)
        return self.answer(UserRoleExpirationTime(grant).data)

    @command(UserRoleUpdateInput, UserRoleExpirationTime)
    def update_user(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Change when a person's role in {one} ends.

        The role has to be held. `expiration_time` is the new end; null lets the role last for good.
        Nobody prolongs a role of their own.
        """
        scope, given = self.row(), self.data(UserRoleUpdateInput)
        grant = members.change(scope=scope, **given, actor=request.user, now=self.now)
        return self.answer(UserRoleExpirationTime(grant).data)

    @command(UserRoleDeleteInput)
    def delete_user(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Take a role in {one} from a person.

        The person loses at once what the role allows. Where they do not have the role, nothing
        happens and the answer is the same.
        """
        scope, given = self.row(), self.data(UserRoleDeleteInput)
        given.pop("expiration_time", None)
        members.revoke(scope=scope, **given, actor=request.user, now=self.now)
        return self.answer()

    @listing(UserRoleDetailsOutput, filterset=UserRoleFilter, order=("created",))
    def list_users(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """List the people who have a role in {one}.

        Only roles that hold now; a person with two roles is there twice.
        """
        scope = self.row()
        return self.page(Grant.objects.on(scope.scope_type, scope.pk).in_force())
