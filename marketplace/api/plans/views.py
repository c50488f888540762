"""`/api/marketplace-plans/`: the plans of what the caller helps to provide."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting, updating
from identity.permissions import Permission
from marketplace.api.groups import GroupChanges
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


class PlanViewSet(GroupChanges, Listed, Retrieved, ApiViewSet):
    """A plan says what the components of an offering cost and how much of them it includes.

    You see the plans of the offerings that you help to provide; everybody finds those that can be
    ordered with the offerings of the catalogue.
    """

    model = Plan
    noun = Noun("a plan", "plans")
    output = ProviderPlanDetailsOutput
    filterset_class = PlanFilter
    default_order = ("name",)
    locks_first = ("offering",)
    related = ("offering__customer",)
    changed_with = staticmethod(plans.change)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": MANAGES,
        "update": MANAGES,
        "destroy": MANAGES,
        "archive": MANAGES,
        "update_prices": MANAGES,
        "update_quotas": MANAGES,
        **dict.fromkeys(GroupChanges.group_actions, MANAGES),
    }

    create = creating(
        ProviderPlanDetailsInput,
        plans.create,
        "Create {one}.\n\n"
        "In an offering, with a price of zero for each component; set prices with "
        "`update_prices`.",
    )

    update = updating(
        ProviderPlanDetailsInput,
        plans.change,
        "Update {one}.\n\n"
        "The offering stays. Answers 409 for another `unit` or `billing_mode` while allocations "
        "are under the plan.",
        keeps=("offering",),
    )
    destroy = deleting(
        plans.remove,
        "Delete {one}.\n\n"
        "Answers 409 where there are, or were, allocations or orders under it: archive it "
        "instead.",
    )

    @command()
    def archive(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Archive a plan.

        It cannot be ordered any more; allocations under it keep it. Answers 409 where it is
        archived already.
        """
        plans.archive(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command(PricesUpdateInput)
    def update_prices(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the prices of a plan.

        By component type; what is not named keeps its price. While allocations are under the plan
        the prices hold from the next month on (`future_prices`), otherwise at once.
        """
        plan, data = self.row(), self.data(PricesUpdateInput)
        plans.set_prices(plan, data["prices"], actor=request.user, now=self.now)
        return self.answer()

    @command(QuotasUpdateInput)
    def update_quotas(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the amounts that a plan includes.

        By component type; what is not named keeps its amount.
        """
        plan, data = self.row(), self.data(QuotasUpdateInput)
        plans.set_quotas(plan, data["quotas"], actor=request.user, now=self.now)
        return self.answer()
