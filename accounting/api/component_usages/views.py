"""`/api/marketplace-component-usages/`: what resources used by component and month."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from accounting.api.component_usages.filters import ComponentUsageFilter
from accounting.api.component_usages.inputs import (
    ComponentUsageCreateInput,
    ComponentUserUsageBulkCreateInput,
    ComponentUserUsageCreateInput,
    user_reported,
)
from accounting.api.component_usages.serializers import ComponentUsageOutput
from accounting.models import ComponentUsage
from accounting.services import usage, user_usages
from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.permissions import P

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

REPORT = Needs(P.REPORT_USAGE, on=("resource.offering", "resource.offering.customer"))


class ComponentUsageViewSet(Listed, Retrieved, ApiViewSet):
    """Usages of the resources that the caller may see; sites report those of theirs."""

    model = ComponentUsage
    output = ComponentUsageOutput
    filterset_class = ComponentUsageFilter
    default_order = ("-date", "-pk")
    related = ("resource__offering__customer", "component")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "set_usage": REPORT,
        "set_user_usage": REPORT,
        "set_user_usages": REPORT,
    }

    @command(ComponentUsageCreateInput, status=201, detail=False)
    def set_usage(self, request: AuthenticatedRequest) -> Response:
        """Replace what is known of some components in a month."""
        data = self.data(ComponentUsageCreateInput)
        usage.set_usage(**data, actor=request.user, now=self.now)
        return self.answer()

    @command(ComponentUserUsageCreateInput, status=201)
    def set_user_usage(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Replace what is known of one person's part."""
        row, part = self.row(), user_reported(self.data(ComponentUserUsageCreateInput))
        user_usages.set_user_usage(row, part, actor=request.user, now=self.now)
        return self.answer()

    @command(ComponentUserUsageBulkCreateInput, status=201)
    def set_user_usages(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Replace what is known of people's parts: who is not named has none any more."""
        row, data = self.row(), self.data(ComponentUserUsageBulkCreateInput)
        parts = [user_reported(entry) for entry in data["usages"]]
        user_usages.set_user_usages(row, parts, actor=request.user, now=self.now)
        return self.answer()
