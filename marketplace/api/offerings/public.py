"""`/api/marketplace-public-offerings/`: the catalogue, for everybody to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework.exceptions import NotFound

from common.api.access import PUBLIC, Rule
from common.api.actions import listing, reading
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved, as_uuid
from marketplace.api.offerings.filters import PublicOfferingFilter
from marketplace.api.offerings.serializers import PublicOfferingDetailsOutput
from marketplace.api.plans.serializers import BasePublicPlanOutput
from marketplace.models import Offering, Plan

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response


class PublicOfferingViewSet(Listed, Retrieved, ApiViewSet):
    """An offering of the catalogue: what can be ordered, or is paused.

    Everybody may read shared offerings, also without a token; who is logged in also finds those
    that are open to their organizations.
    """

    model = Offering
    noun = Noun("a catalogue offering", "catalogue offerings")
    output = PublicOfferingDetailsOutput
    filterset_class = PublicOfferingFilter
    default_order = ("name",)
    visible = "orderable_by"
    access: ClassVar[dict[str, Rule]] = {
        "list": PUBLIC,
        "retrieve": PUBLIC,
        "plans": PUBLIC,
        "plan": PUBLIC,
    }

    @listing(BasePublicPlanOutput, order=("name",))
    def plans(self, request: Request, uuid: str) -> Response:
        """List the plans of a catalogue offering.

        The plans that you can order under: all at once, unless `page` or `page_size` asks for a
        page.
        """
        plans = self._plans().order_by("name", "pk")
        if {"page", "page_size"} & set(request.query_params):
            return self.page(plans)
        shown = self.chosen(BasePublicPlanOutput, detail=False)
        body = self.render(plans, BasePublicPlanOutput, shown)
        return self.answer(body, headers={"X-Result-Count": str(len(body))})

    @reading(BasePublicPlanOutput, url_path=r"plans/(?P<plan_uuid>[^/.]+)")
    def plan(self, request: Request, uuid: str, plan_uuid: str) -> Response:
        """Get a plan of a catalogue offering.

        With its prices and the amounts that it includes.
        """
        found = self._plans().filter(uuid=as_uuid(plan_uuid, Plan)).first()
        if found is None:
            raise NotFound("No Plan matches the given query.")
        return self.reply(found)

    def _plans(self) -> Any:
        return Plan.objects.orderable_by(self.request.user).filter(offering=self.row())
