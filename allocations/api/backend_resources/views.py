"""`/api/backend-resources/`: what sites have that is not known here, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from allocations.api.backend_resources.filters import BackendResourceFilter
from allocations.api.backend_resources.inputs import (
    BackendResourceImportInput,
    BackendResourceInput,
)
from allocations.api.backend_resources.serializers import (
    BackendResourceOutput,
    ImportableResourceOutput,
)
from allocations.models import BackendResource
from allocations.services import backend_resources
from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command, creates, deletes, listing
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.permissions import P
from marketplace.api.resources.serializers import ResourceOutput
from marketplace.models import Offering

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

PROVIDER = ("offering", "offering.customer")
DELIVERS = Needs(P.MANAGE_DELIVERY, on=PROVIDER)


class BackendResourceViewSet(Listed, Retrieved, ApiViewSet):
    """What waits to be taken over at the offerings that the caller helps to provide."""

    model = BackendResource
    output = BackendResourceOutput
    filterset_class = BackendResourceFilter
    default_order = ("created",)
    related = ("offering__customer", "project")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": DELIVERS,
        "destroy": DELIVERS,
        "import_resource": Needs(P.COMPLETE_ORDER, on=PROVIDER),
    }

    @creates(BackendResourceInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Report what the site has."""
        data = self.data(BackendResourceInput)
        return self.created(backend_resources.report(**data, actor=request.user, now=self.now))

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Leave it at the site, and forget it here."""
        backend_resources.dismiss(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @command(BackendResourceImportInput, ResourceOutput, status=201)
    def import_resource(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Make an allocation of it, with the limits that hold at the site."""
        found, data = self.row(), self.data(BackendResourceImportInput)
        resource = backend_resources.take_over(found, **data, actor=request.user, now=self.now)
        return self.created(resource, ResourceOutput)


class ImportableViewSet(ApiViewSet):
    """The same below the offering at which it waits."""

    model = Offering
    visible = "provided_by"
    access: ClassVar[dict[str, Rule]] = {"importable_resources": SCOPED}

    @listing(ImportableResourceOutput, order=("created",))
    def importable_resources(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List what waits to be taken over."""
        return self.page(BackendResource.objects.filter(offering=self.row()))
