"""`/api/backend-resource-requests/`: searches for what sites have that is not known here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from allocations.api.import_requests.filters import BackendResourceRequestFilter
from allocations.api.import_requests.inputs import (
    BackendResourceReqInput,
    BackendResourceRequestSetErredInput,
)
from allocations.api.import_requests.serializers import BackendResourceReqOutput
from allocations.models import BackendResourceRequest
from allocations.services import imports
from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating
from identity.permissions import P
from marketplace.api.orders.serializers import Status

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

DELIVERS = Needs(P.MANAGE_DELIVERY, on=("offering", "offering.customer"))


class BackendResourceRequestViewSet(Listed, Retrieved, ApiViewSet):
    """A search for what a site has that is not known here.

    The provider asks for it, the site's agent carries it out.
    """

    model = BackendResourceRequest
    noun = Noun("a search for backend resources", "searches for backend resources")
    output = BackendResourceReqOutput
    filterset_class = BackendResourceRequestFilter
    default_order = ("created",)
    related = ("offering__customer",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": DELIVERS,
        "start_processing": DELIVERS,
        "set_done": DELIVERS,
        "set_erred": DELIVERS,
    }

    create = creating(
        BackendResourceReqInput,
        imports.request,
        "Ask a site for its backend resources.\n\n"
        "The site's agent looks, and reports what it finds as backend resources. The search "
        "is Sent.",
    )

    @command(output=Status)
    def start_processing(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Start a search for backend resources.

        As the site, from state Sent.
        """
        imports.start(self.row(), actor=request.user, now=self.now)
        return self.answer({"status": "Backend resource request processing has been started."})

    @command(output=Status)
    def set_done(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Complete a search for backend resources.

        As the site, from state Processing, when all was reported.
        """
        imports.complete(self.row(), actor=request.user, now=self.now)
        return self.answer({"status": "Backend resource request has been set to done."})

    @command(BackendResourceRequestSetErredInput, Status)
    def set_erred(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report a search for backend resources as failed.

        As the site, from state Sent or Processing, with what went wrong. What was reported stays.
        """
        asked, data = self.row(), self.data(BackendResourceRequestSetErredInput)
        imports.fail(asked, **data, actor=request.user, now=self.now)
        return self.answer({"status": "Backend resource request has been set to erred."})
