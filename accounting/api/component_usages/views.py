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
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.permissions import P

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

REPORT = Needs(P.REPORT_USAGE, on=("resource.offering", "resource.offering.customer"))


class ComponentUsageViewSet(Listed, Retrieved, ApiViewSet):
    """What an allocation (resource) used of a component in a month. The latest report counts."""

    model = ComponentUsage
    noun = Noun("a component usage", "component usages")
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
        """Report the usage of an allocation.

        As the site: the month's amounts by component type, of the month of `date` or the present
        one. They replace what was reported for the month; components that are not named stay. Past
        months of usage-based components are closed to all but staff (400).
        """
        data = self.data(ComponentUsageCreateInput)
        usage.set_usage(**data, actor=request.user, now=self.now)
        return self.answer()

    @command(ComponentUserUsageCreateInput, status=201)
    def set_user_usage(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report a person's part of a component usage.

        As the site, by username. It replaces the person's part; those of others stay.
        """
        row, part = self.row(), user_reported(self.data(ComponentUserUsageCreateInput))
        user_usages.set_user_usage(row, part, actor=request.user, now=self.now)
        return self.answer()

    @command(ComponentUserUsageBulkCreateInput, status=201)
    def set_user_usages(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report people's parts of a component usage.

        As the site, by username. The list replaces all parts: who is not named has none. Parts may
        come to more than the whole.
        """
        row, data = self.row(), self.data(ComponentUserUsageBulkCreateInput)
        parts = [user_reported(entry) for entry in data["usages"]]
        user_usages.set_user_usages(row, parts, actor=request.user, now=self.now)
        return self.answer()
