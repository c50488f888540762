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
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.permissions import P
from marketplace.services import locking

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

SETS = Needs(P.SET_RESOURCE_LIMITS, on=("resource.project", "resource.project.customer"))


class ComponentUserUsageLimitViewSet(Listed, Retrieved, ApiViewSet):
    """Limits on resources that the caller may see; the consumer's side sets those of its own."""

    model = ComponentUserUsageLimit
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
        """Limit what a person may use."""
        data = self.data(ComponentUserUsageLimitInput)
        return self.created(user_limits.create(**data, actor=request.user, now=self.now))

    @updates(ComponentUserUsageLimitInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change how much of the component the person may use."""
        row, data = self.row(), self.data(ComponentUserUsageLimitInput)
        return self.reply(user_limits.change(row, **data, actor=request.user, now=self.now))

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Remove the limit: the person may use all that the resource has."""
        user_limits.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    def lock(self, row: Any) -> None:
        """Lock the project and the resource first, as the services do."""
        locking.resource(row.resource)
        super().lock(row)
