"""`/api/marketplace-plans/`: the plans of what the caller helps to provide."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command, creates, deletes, updates
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.permissions import Permission
from marketplace.api.plans.filters import PlanFilter
from marketplace.api.plans.serializers import (
    PricesUpdateInput,
    ProviderPlanDetailsInput,
    ProviderPlanDetailsOutput,
    QuotasUpdateInput,
)
from marketplace.models import Plan
from marketplace.services import plans

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

MANAGES = Needs(Permission.MANAGE_PLANS, on=("offering", "offering.customer"))


class PlanViewSet(Listed, Retrieved, ApiViewSet):
    """Plans of offerings."""

    model = Plan
    output = ProviderPlanDetailsOutput
    filterset_class = PlanFilter
    default_order = ("name",)
    locks_first = ("offering",)
    related = ("offering__customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": MANAGES,
        "update": MANAGES,
        "destroy": MANAGES,
        "archive": MANAGES,
        "update_prices": MANAGES,
        "update_quotas": MANAGES,
    }

    @creates(ProviderPlanDetailsInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Add a plan to an offering."""
        data = self.data(ProviderPlanDetailsInput)
        return self.created(plans.create(**data, actor=request.user, now=self.now))

    @updates(ProviderPlanDetailsInput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change a plan; its offering stays."""
        plan, data = self.row(), self.data(ProviderPlanDetailsInput)
        data.pop("offering", None)
        return self.reply(plans.change(plan, **data, actor=request.user, now=self.now))

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Delete a plan that was never ordered."""
        plans.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @command()
    def archive(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take a plan off the list."""
        plans.archive(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command(PricesUpdateInput)
    def update_prices(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set prices; where allocations are under the plan, from the next month on."""
        plan, data = self.row(), self.data(PricesUpdateInput)
        plans.set_prices(plan, data["prices"], actor=request.user, now=self.now)
        return self.answer()

    @command(QuotasUpdateInput)
    def update_quotas(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the amounts that the plan includes."""
        plan, data = self.row(), self.data(QuotasUpdateInput)
        plans.set_quotas(plan, data["quotas"], actor=request.user, now=self.now)
        return self.answer()
