"""`/api/roles/`: which roles there are and what they allow."""

from __future__ import annotations

from typing import Any, ClassVar

from common.api.access import PUBLIC, Rule
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.api.roles.filters import RoleFilter
from identity.api.roles.serializers import RoleOutput
from identity.models import Role


class RoleViewSet(Listed, Retrieved, ApiViewSet):
    """A role gives permissions in an organization, a project or an offering.

    They hold in what belongs to it as well. The roles are part of the service and are the same in
    every organization.
    """

    model = Role
    noun = Noun("a role", "roles")
    output = RoleOutput
    filterset_class = RoleFilter
    default_order = ("name",)
    access: ClassVar[dict[str, Rule]] = {"list": PUBLIC, "retrieve": PUBLIC}

    def rows(self) -> Any:
        """Return the roles with their number of holders, which the list can be ordered by."""
        return super().rows().for_api(self.request.user)
