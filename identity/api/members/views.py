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
        """Give a person a role."""
        scope, given = self.row(), self.data(UserRoleCreateInput)
        grant = members.grant(scope=scope, **given, actor=request.user, now=self.now)
        return self.answer(UserRoleExpirationTime(grant).data)

    @command(UserRoleUpdateInput, UserRoleExpirationTime)
    def update_user(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Let a person's role end at another time, or never."""
        scope, given = self.row(), self.data(UserRoleUpdateInput)
        grant = members.change(scope=scope, **given, actor=request.user, now=self.now)
        return self.answer(UserRoleExpirationTime(grant).data)

    @command(UserRoleDeleteInput)
    def delete_user(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Revoke a role from a user; without effect when the user does not have it."""
        scope, given = self.row(), self.data(UserRoleDeleteInput)
        given.pop("expiration_time", None)
        members.revoke(scope=scope, **given, actor=request.user, now=self.now)
        return self.answer()

    @listing(UserRoleDetailsOutput, filterset=UserRoleFilter, order=("created",))
    def list_users(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """List who holds which role."""
        scope = self.row()
        return self.page(Grant.objects.on(scope.scope_type, scope.pk).in_force())
