"""`/api/invoices/` and `/api/invoice-items/`: empty lists, since nothing is invoiced here yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rest_framework.exceptions import ValidationError

from accounting.api.invoices.filters import InvoiceFilter, InvoiceItemFilter
from accounting.api.invoices.serializers import InvoiceItemDetailOutput, InvoiceOutput
from accounting.models import ComponentUsage
from common.api.access import SCOPED, Rule
from common.api.operation_texts import Noun
from common.api.paging import Page
from common.api.viewsets import ApiViewSet

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class _None(ApiViewSet):
    """A list of nothing, for whoever is logged in."""

    access: ClassVar[dict[str, Rule]] = {"list": SCOPED}

    def list(self, request: AuthenticatedRequest) -> Response:
        """List {many}.

        Always an empty page, since nothing is invoiced here. The parameters are checked.

        :raises ValidationError: for a value that cannot be read.
        """
        none, query = ComponentUsage.objects.none(), request.query_params
        asked = self.filterset_class(data=query, queryset=none, request=request)
        if not asked.is_valid():
            raise ValidationError(asked.errors)
        page = Page(none, query, request.build_absolute_uri(request.path))
        return self.answer(None if request.method == "HEAD" else [], headers=page.headers)


class InvoiceViewSet(_None):
    """An invoice of an organization."""

    noun = Noun("an invoice", "invoices")

    output = InvoiceOutput
    filterset_class = InvoiceFilter


class InvoiceItemViewSet(_None):
    """A line of an invoice."""

    noun = Noun("an invoice item", "invoice items")

    output = InvoiceItemDetailOutput
    filterset_class = InvoiceItemFilter
