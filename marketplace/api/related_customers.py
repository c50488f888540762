"""`/api/marketplace-related-customers/{uuid}/`: who holds allocations of an organization's."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from common.api.access import SCOPED, Rule
from common.api.actions import listing
from common.api.filters import ApiFilterSet, Contains, Exact
from common.api.operation_texts import Noun
from common.api.reads.outputs import Output
from common.api.viewsets import ApiViewSet
from identity.models import Customer
from marketplace.models import Resource

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class BasicCustomerOutput(Output):
    """An organization by name."""

    class Meta:
        model = Customer
        fields = always = ("name", "uuid")


class BasicCustomerFilter(ApiFilterSet):
    """Organizations by name."""

    name = Contains("name")
    name_exact = Exact("name")


class RelatedCustomerViewSet(ApiViewSet):
    """An organization, and those that hold allocations of its offerings."""

    model = Customer
    noun = Noun("an organization", "organizations")
    access: ClassVar[dict[str, Rule]] = {"holders": SCOPED}

    @listing(BasicCustomerOutput, filterset=BasicCustomerFilter, order=("name",))
    def holders(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the organizations that hold allocations of an organization's offerings.

        Those whose allocations (resources) you see, also ended ones.
        """
        held = Resource.objects.visible_to(request.user).filter(offering__customer=self.row())
        return self.page(Customer.objects.filter(pk__in=held.values("project__customer")))
