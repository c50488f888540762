"""Opening something to some groups of organizations only, and to all of them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.actions import command
from identity.api.organization_groups import OrganizationGroupsInput

if TYPE_CHECKING:
    from identity.api.requests import AuthenticatedRequest


class GroupChanges:
    """Actions of a viewset whose rows the service `changed_with` opens to groups."""

    group_actions: ClassVar[tuple[str, ...]] = (
        "update_organization_groups",
        "delete_organization_groups",
    )
    changed_with: ClassVar[Any] = None

    @command(OrganizationGroupsInput, input_optional=True)
    def update_organization_groups(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Open {one} to some groups of organizations only.

        They take the place of the former ones. Others neither see {the} nor order it from then on;
        what they hold already stays. An empty list opens it to everybody.
        """
        row, data = self.row(), self.data(OrganizationGroupsInput)
        self.changed_with(row, **data, actor=request.user, now=self.now)
        return self.answer()

    @command(status=204)
    def delete_organization_groups(self: Any, request: AuthenticatedRequest, uuid: str) -> Any:
        """Open {one} to all organizations.

        Takes away the groups that it was open to.
        """
        row = self.row()
        self.changed_with(row, organization_groups=(), actor=request.user, now=self.now)
        return self.no_content()
