"""`/api/marketplace-provider-offerings/`: what the caller helps to provide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework.exceptions import NotFound

from common.api.access import SCOPED, STAFF, Needs, Rule
from common.api.actions import command, listing, reading
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved, as_uuid
from common.api.writes import creating, deleting
from identity.api.events.row_events import RowEvents
from identity.api.members.views import Members
from identity.api.projects.serializers import ProjectOutput
from identity.api.users.serializers import UserOutput
from identity.models import Project
from identity.permissions import Permission
from marketplace.api.groups import GroupChanges
from marketplace.api.offerings.changes import Changes
from marketplace.api.offerings.endpoints import EndpointChanges
from marketplace.api.offerings.filters import OfferingOfPathFilter, ProviderOfferingFilter
from marketplace.api.offerings.inputs import (
    CheckUniqueBackendIDInput,
    CheckUniqueBackendIDResponse,
    DetailState,
    OfferingCreateInput,
    OfferingPauseInput,
)
from marketplace.api.offerings.serializers import (
    ProviderOfferingCustomerOutput,
    ProviderOfferingDetailsOutput,
)
from marketplace.api.orders.serializers import OrderDetailsOutput, Status
from marketplace.api.providers.provider_customers import ClientOutput
from marketplace.models import (
    Offering,
    Order,
    ProviderCustomer,
    ProviderPerson,
    ProviderProject,
)
from marketplace.services import backend_ids, offerings

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

CHANGES = Needs(Permission.UPDATE_OFFERING, on=("", "customer"))
PAUSES = Needs(Permission.PAUSE_OFFERING, on=("", "customer"))
ARCHIVES = Needs(Permission.ARCHIVE_OFFERING, on=("", "customer"))


class ProviderOfferingViewSet(
    Members,
    RowEvents,
    Changes,
    EndpointChanges,
    GroupChanges,
    Listed,
    Retrieved,
    ApiViewSet,
):
    """An offering is what can be ordered.

    It has components that are counted, plans, and partitions. You see here the offerings that you
    help to provide, in any state.
    """

    model = Offering
    noun = Noun("an offering", "offerings")
    output = ProviderOfferingDetailsOutput
    filterset_class = ProviderOfferingFilter
    default_order = ("name",)
    visible = "provided_by"
    related = ("customer",)
    changed_with = staticmethod(offerings.change)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "events": SCOPED,
        "create": Needs(Permission.CREATE_OFFERING, on=("customer",)),
        "destroy": Needs(Permission.DELETE_OFFERING, on=("", "customer")),
        "activate": STAFF,
        "pause": PAUSES,
        "unpause": PAUSES,
        "archive": ARCHIVES,
        "draft": ARCHIVES,
        **dict.fromkeys(
            (*Changes.names, *EndpointChanges.endpoint_actions, *GroupChanges.group_actions),
            CHANGES,
        ),
        "check_unique_backend_id": SCOPED,
        "customers": SCOPED,
        "list_customer_projects": SCOPED,
        "list_customer_users": SCOPED,
        "sync_resources": Needs(Permission.MANAGE_DELIVERY, on=("", "customer")),
        "orders": SCOPED,
        "order": SCOPED,
        "list_users": SCOPED,
        "add_user": Needs(Permission.CREATE_OFFERING_MEMBER, on=("", "customer")),
        "update_user": Needs(Permission.UPDATE_OFFERING_MEMBER, on=("", "customer")),
        "delete_user": Needs(Permission.DELETE_OFFERING_MEMBER, on=("", "customer")),
    }

    create = creating(
        OfferingCreateInput,
        offerings.create,
        "Create {one}.\n\n"
        "It is a Draft, with the components and plans that are sent along; staff activate "
        "it.",
    )
    destroy = deleting(
        offerings.remove,
        "Delete {one}.\n\n"
        "Answers 409 where there are, or were, allocations of it: archive it instead.",
    )

    @command(output=DetailState)
    def activate(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Activate an offering.

        From Draft, Archived or Unavailable: it can be ordered.
        """
        return self._now_in(offerings.activate(self.row(), actor=request.user, now=self.now))

    @command(OfferingPauseInput, DetailState, input_optional=True)
    def pause(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Pause an offering.

        From Active: it stays in the catalogue and takes no orders, for the reason that is given.
        """
        offering, data = self.row(), self.data(OfferingPauseInput)
        reason = data.get("paused_reason", "")
        return self._now_in(
            offerings.pause(offering, reason=reason, actor=request.user, now=self.now)
        )

    @command(output=DetailState)
    def unpause(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Resume an offering.

        From Paused: it takes orders again.
        """
        return self._now_in(offerings.unpause(self.row(), actor=request.user, now=self.now))

    @command(output=DetailState)
    def archive(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Archive an offering.

        From any other state: it leaves the catalogue, and its allocations go on.
        """
        return self._now_in(offerings.archive(self.row(), actor=request.user, now=self.now))

    @command(output=DetailState)
    def draft(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Turn an offering into a draft.

        From any other state: it leaves the catalogue to be worked on.
        """
        return self._now_in(offerings.draft(self.row(), actor=request.user, now=self.now))

    def _now_in(self, offering: Offering) -> Response:
        return self.answer({"detail": "Offering state updated.", "state": str(offering.state)})

    @command(CheckUniqueBackendIDInput, CheckUniqueBackendIDResponse)
    def check_unique_backend_id(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Check whether a backend ID is free.

        Whether an allocation with this name could be made at the site. Upper and lower case are the
        same, and names of terminated allocations stay taken. `check_all_offerings` looks at all
        offerings of the provider, `use_offering_rules` also at the form that the offering
        prescribes.
        """
        offering, data = self.row(), self.data(CheckUniqueBackendIDInput)
        availability = backend_ids.check(
            offering,
            data["backend_id"],
            in_all_offerings=data["check_all_offerings"],
            by_rules=data["use_offering_rules"],
        )
        return self.answer(CheckUniqueBackendIDResponse(availability).data)

    @listing(ProviderOfferingCustomerOutput, filterset=OfferingOfPathFilter, order=("name",))
    def customers(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the organizations that hold allocations of an offering.

        Organizations (customers) with allocations (resources) of the offering that are not
        terminated, with their projects and people.
        """
        return self.page(ProviderCustomer.objects.all().of(self._itself()))

    @listing(ProjectOutput, order=("name",))
    def list_customer_projects(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the projects that hold allocations of an offering.

        Projects with allocations (resources) of the offering that are not terminated.
        """
        holding = ProviderProject.objects.all().of(self._itself())
        return self.page(Project.objects.filter(pk__in=holding.values("pk")))

    @listing(UserOutput, order=("username",))
    def list_customer_users(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the people in projects that hold allocations of an offering.

        Names and addresses are there for those who agreed to the terms of service of an offering of
        yours.
        """
        return self.page(ProviderPerson.objects.all().of(self._itself()), ClientOutput)

    @command(output=Status, status=202)
    def sync_resources(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask a site to synchronize an offering.

        The site's agent is told to bring its accounts and members in line with what is known here.
        Answers at once (202).
        """
        offerings.ask_to_sync(self.row(), actor=request.user, now=self.now)
        return self.answer({"status": "Synchronization of resources has been scheduled."})

    @listing(OrderDetailsOutput, order=("created",))
    def orders(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the orders of an offering.

        In any state, the earliest first.
        """
        return self.page(Order.objects.filter(offering=self.row()))

    @reading(OrderDetailsOutput, url_path=r"orders/(?P<order_uuid>[^/.]+)")
    def order(self, request: AuthenticatedRequest, uuid: str, order_uuid: str) -> Response:
        """Get an order of an offering.

        The order has to be one of the offering (404 otherwise).
        """
        orders = Order.objects.filter(offering=self.row())
        found = orders.filter(uuid=as_uuid(order_uuid, Order)).first()
        if found is None:
            raise NotFound("No Order matches the given query.")
        return self.reply(found)

    def _itself(self) -> Any:
        return Offering.objects.filter(pk=self.row().pk)
