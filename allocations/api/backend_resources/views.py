"""`/api/backend-resources/`: what sites have that is not known here, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from allocations.api.backend_resources.filters import BackendResourceFilter
from allocations.api.backend_resources.inputs import (
    BackendResourceImportInput,
    BackendResourceInput,
    ImportResourceInput,
)
from allocations.api.backend_resources.serializers import (
    BackendResourceOutput,
    ImportableResourceOutput,
)
from allocations.models import BackendResource
from allocations.services import backend_resources
from common.api.access import SCOPED, Needs, Rule
from common.api.actions import command, listing
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import creating, deleting
from identity.permissions import P
from marketplace.api.resources.serializers import ResourceOutput
from marketplace.models import Offering

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

PROVIDER = ("offering", "offering.customer")
DELIVERS = Needs(P.MANAGE_DELIVERY, on=PROVIDER)


class BackendResourceViewSet(Listed, Retrieved, ApiViewSet):
    """What a site has that is not known here, as its agent reported it.

    It waits to be imported as an allocation (resource).
    """

    model = BackendResource
    noun = Noun("a backend resource", "backend resources")
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

    create = creating(
        BackendResourceInput,
        backend_resources.report,
        "Report a backend resource.\n\n"
        "What the site has, by its backend ID. Answers 400 where it was reported already, "
        "409 where a live allocation of the offering has the ID.",
    )
    destroy = deleting(
        backend_resources.dismiss,
        "Dismiss a backend resource.\n\n"
        "It stays at the site and is forgotten here; the next search reports it again.",
    )

    @command(BackendResourceImportInput, ResourceOutput, status=201)
    def import_resource(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Import a backend resource as an allocation.

        Into the project that it was reported for, under a plan, with the limits that hold at the
        site. The allocation is OK at once.
        """
        found, data = self.row(), self.data(BackendResourceImportInput)
        resource = backend_resources.take_over(found, **data, actor=request.user, now=self.now)
        return self.created(resource, ResourceOutput)


class ImportableViewSet(ApiViewSet):
    """The same below the offering at which it waits."""

    model = Offering
    noun = Noun("an offering", "offerings")
    visible = "provided_by"
    related = ("customer",)
    access: ClassVar[dict[str, Rule]] = {
        "importable_resources": SCOPED,
        "import_resource": Needs(P.COMPLETE_ORDER, on=("", "customer")),
    }

    @listing(ImportableResourceOutput, order=("created",))
    def importable_resources(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List what can be imported at an offering.

        The backend resources that its site reported and nobody imported or dismissed.
        """
        return self.page(BackendResource.objects.filter(offering=self.row()))

    @command(ImportResourceInput, ResourceOutput)
    def import_resource(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Import what a site has under a backend ID.

        The site has reported it (`importable_resources`), whatever project it said: the allocation
        becomes the project's that you name, with the limits that hold at the site, and is OK at
        once.
        """
        offering, data = self.row(), self.data(ImportResourceInput)
        resource = backend_resources.take_over_named(
            offering, **data, actor=request.user, now=self.now
        )
        return self.reply(resource)
