"""The times under plans of a resource, below the paths of the marketplace's resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db.models import F, Q

from accounting.api.filters import midnight
from accounting.api.plan_periods.serializers import ResourcePlanPeriodOutput
from accounting.ledger import month_of
from common.api.access import SCOPED, Rule
from common.api.actions import listing
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet
from marketplace.models import Resource

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class PlanPeriodViewSet(ApiViewSet):
    """The plan periods of a resource, for those who consume it."""

    model = Resource
    noun = Noun("an allocation", "allocations")
    visible = "consumed_by"
    access: ClassVar[dict[str, Rule]] = {"plan_periods": SCOPED}

    @listing(ResourcePlanPeriodOutput, paged=False)
    def plan_periods(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the plan periods of {one}.

        The times under a plan in which its usage is counted: the open one and those that ended this
        month, the earliest first, all at once.
        """
        begun = midnight(month_of(self.now))
        current = Q(end__isnull=True) | Q(end__gte=begun)
        periods = self.row().plan_periods.filter(current)
        periods = periods.order_by(F("start").asc(nulls_first=True), "pk")
        return self.answer(self.render(periods, ResourcePlanPeriodOutput, None))


class ProviderPlanPeriodViewSet(PlanPeriodViewSet):
    """The same for those who provide it."""

    noun = Noun("a provided allocation", "provided allocations")

    visible = "provided_by"
