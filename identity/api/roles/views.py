"""`/api/roles/`: which roles there are, what they allow, and those that staff make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import PUBLIC, STAFF, Rule
from common.api.actions import command
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting, updating
from identity.api.roles.filters import RoleFilter
from identity.api.roles.inputs import RoleDescriptionInput, RoleInput
from identity.api.roles.serializers import RoleDescriptionOutput, RoleOutput
from identity.models import Role
from identity.services import roles

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class RoleViewSet(Listed, Retrieved, ApiViewSet):
    """A role gives permissions in an organization, a project or an offering.

    They hold in what belongs to it as well. The system roles are part of the service; staff make
    others of the same permissions. All are the same in every organization; some may be concealed
    from one, where staff alone give them.
    """

    model = Role
    noun = Noun("a role", "roles")
    output = RoleOutput
    filterset_class = RoleFilter
    default_order = ("name",)
    access: ClassVar[dict[str, Rule]] = {
        "list": PUBLIC,
        "retrieve": PUBLIC,
        "create": STAFF,
        "update": STAFF,
        "destroy": STAFF,
        "enable": STAFF,
        "disable": STAFF,
        "update_descriptions": STAFF,
    }

    def rows(self) -> Any:
        """Return the roles with their number of holders, which the list can be ordered by."""
        return super().rows().for_api(self.request.user)

    create = creating(
        RoleInput,
        roles.create,
        "Create {one}.\n\n"
        "It allows the `permissions` in scopes of a kind (`content_type`: `customer`, `project` or "
        "`offering`) and in what belongs to them. Whoever gives it to somebody has to have all of "
        "them there.",
    )
    update = updating(
        RoleInput,
        roles.change,
        "Update {one}.\n\n"
        "Those who hold it may at once what it allows then. Answers 409 for a system role, of "
        "which only texts and `is_active` can be changed, and for another kind of scope once "
        "somebody held it.",
    )
    destroy = deleting(
        roles.remove,
        "Delete {one}.\n\n"
        "Answers 409 for a system role, and once somebody held it: disable it instead.",
    )

    @command()
    def enable(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Enable a role.

        Those who hold it have again what it allows, here and at the sites, and it can be given.
        """
        roles.enable(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command()
    def disable(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Disable a role.

        It gives nothing any more, and those who hold it lose at once what it allows, here and at
        the sites. They have it again once it is enabled.
        """
        roles.disable(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command(RoleDescriptionInput, RoleDescriptionOutput, methods=("put",), input_optional=True)
    def update_descriptions(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Describe a role in several languages.

        Also a system role. Languages that are not sent stay; null takes one away.
        """
        role, data = self.row(), self.data(RoleDescriptionInput)
        return self.reply(roles.change(role, **data, actor=request.user, now=self.now))
