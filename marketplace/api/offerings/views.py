"""`/api/marketplace-provider-offerings/`: what the caller helps to provide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework.exceptions import NotFound

from common.api.access import SCOPED, STAFF, Needs, Rule
from common.api.actions import command, creates, deletes, listing, reading
from common.api.viewsets import ApiViewSet, Listed, Retrieved, as_uuid
from identity.api.events.recorded import Recorded
from identity.api.members.views import Members
from identity.api.projects.serializers import ProjectOutput
from identity.api.users.serializers import UserOutput
from identity.models import Project
from identity.permissions import Permission
from marketplace.api.offerings.changes import Changes
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
from marketplace.api.providers.clientele import ClientOutput
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


class ProviderOfferingViewSet(Members, Recorded, Changes, Listed, Retrieved, ApiViewSet):
    """Offerings and all that is in them."""

    model = Offering
    output = ProviderOfferingDetailsOutput
    filterset_class = ProviderOfferingFilter
    default_order = ("name",)
    visible = "provided_by"
    related = ("customer",)
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
        **dict.fromkeys(Changes.names, CHANGES),
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

    @creates(OfferingCreateInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Put up a draft."""
        data = self.data(OfferingCreateInput)
        return self.created(offerings.create(**data, actor=request.user, now=self.now))

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Delete an offering that nobody ever had an allocation of."""
        offerings.remove(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @command(output=DetailState)
    def activate(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Let it be ordered."""
        return self._now_in(offerings.activate(self.row(), actor=request.user, now=self.now))

    @command(OfferingPauseInput, DetailState, input_optional=True)
    def pause(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take no orders for a while."""
        offering, data = self.row(), self.data(OfferingPauseInput)
        reason = data.get("paused_reason", "")
        return self._now_in(
            offerings.pause(offering, reason=reason, actor=request.user, now=self.now)
        )

    @command(output=DetailState)
    def unpause(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take orders again."""
        return self._now_in(offerings.unpause(self.row(), actor=request.user, now=self.now))

    @command(output=DetailState)
    def archive(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take it out of the catalogue."""
        return self._now_in(offerings.archive(self.row(), actor=request.user, now=self.now))

    @command(output=DetailState)
    def draft(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take it back to be worked on."""
        return self._now_in(offerings.draft(self.row(), actor=request.user, now=self.now))

    def _now_in(self, offering: Offering) -> Response:
        return self.answer({"detail": "Offering state updated.", "state": str(offering.state)})

    @command(CheckUniqueBackendIDInput, CheckUniqueBackendIDResponse)
    def check_unique_backend_id(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say whether a name at the site can still be had."""
        offering, data = self.row(), self.data(CheckUniqueBackendIDInput)
        verdict = backend_ids.judge(
            offering,
            data["backend_id"],
            in_all_offerings=data["check_all_offerings"],
            by_rules=data["use_offering_rules"],
        )
        return self.answer(CheckUniqueBackendIDResponse(verdict).data)

    @listing(ProviderOfferingCustomerOutput, filterset=OfferingOfPathFilter, order=("name",))
    def customers(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the organisations that hold allocations of it."""
        return self.page(ProviderCustomer.objects.all().of(self._itself()))

    @listing(ProjectOutput, order=("name",))
    def list_customer_projects(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the projects that hold allocations of it."""
        holding = ProviderProject.objects.all().of(self._itself())
        return self.page(Project.objects.filter(pk__in=holding.values("pk")))

    @listing(UserOutput, order=("username",))
    def list_customer_users(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the people in those projects, without what is private."""
        return self.page(ProviderPerson.objects.all().of(self._itself()), ClientOutput)

    @command(output=Status, status=202)
    def sync_resources(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Ask the site to bring its accounts and members in line with what is known here."""
        offerings.ask_to_sync(self.row(), actor=request.user, now=self.now)
        return self.answer({"status": "Synchronization of resources has been scheduled."})

    @listing(OrderDetailsOutput, order=("created",))
    def orders(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """List the orders of it."""
        return self.page(Order.objects.filter(offering=self.row()))

    @reading(OrderDetailsOutput, url_path=r"orders/(?P<order_uuid>[^/.]+)")
    def order(self, request: AuthenticatedRequest, uuid: str, order_uuid: str) -> Response:
        """Answer one order of it."""
        orders = Order.objects.filter(offering=self.row())
        found = orders.filter(uuid=as_uuid(order_uuid, Order)).first()
        if found is None:
            raise NotFound("No Order matches the given query.")
        return self.reply(found)

    def _itself(self) -> Any:
        return Offering.objects.filter(pk=self.row().pk)
