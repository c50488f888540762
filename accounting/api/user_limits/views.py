"""`/api/component-user-usage-limits/`: how much of a resource single people may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from accounting.api.user_limits.filters import ComponentUserUsageLimitFilter
from accounting.api.user_limits.inputs import ComponentUserUsageLimitInput
from accounting.api.user_limits.serializers import ComponentUserUsageLimitOutput
from accounting.models import ComponentUserUsageLimit
from accounting.services import user_limits
from common.api.access import SCOPED, Needs, Rule
from common.api.actions import creates, deletes, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.permissions import P
from marketplace.services import locking

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

SETS = Needs(P.SET_RESOURCE_LIMITS, on=("resource.project", "resource.project.customer"))


class ComponentUserUsageLimitViewSet(Listed, Retrieved, ApiViewSet):
    """How much of a component of an allocation (resource) one person may use.

    The site enforces it.
    """

    model = ComponentUserUsageLimit
    noun = Noun("a user usage limit", "user usage limits")
    output = ComponentUserUsageLimitOutput
    filterset_class = ComponentUserUsageLimitFilter
    related = ("resource__project__customer", "resource__offering", "component", "user")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": SETS,
        "update": SETS,
        "destroy": SETS,
    }

    @creates(ComponentUserUsageLimitInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Create a user usage limit.

        For somebody who has an account at the site. Answers 400 where the person has a limit on the
        component already.
        """
        data = self.data(ComponentUserUsageLimitInput)
        return self.created(user_limits.create(**data, actor=request.user, now=self.now))

    @updates(ComponentUserUsageLimitInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update a user usage limit.

        The amount; whose limit on what it is stays.
        """
        row, data = self.row(), self.data(ComponentUserUsageLimitInput)
        return self.reply(user_limits.change(row, **data, actor=request.user, now=self.now))

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Delete a user usage limit.

        The person may use all that the allocation has.
        """
        user_limits.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    def lock(self, row: Any) -> None:
        """Lock the project and the resource first, as the services do."""
        locking.resource(row.resource)
        super().lock(row)
