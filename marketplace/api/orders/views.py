"""`/api/marketplace-orders/`: what was asked for, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import SCOPED, STAFF, Needs, Own, Rule
from common.api.actions import command, creates, deletes, reading, updates
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from identity.api.events.recorded import Recorded
from identity.permissions import Permission
from marketplace.api.offerings.serializers import PublicOfferingDetailsOutput
from marketplace.api.orders.filters import OrderFilter
from marketplace.api.orders.inputs import (
    OrderApproveByProviderInput,
    OrderBackendIDInput,
    OrderCreateInput,
    OrderErrorDetailsInput,
    OrderProviderRejectionInput,
    OrderUpdateInput,
)
from marketplace.api.orders.serializers import (
    OrderDetailsOutput,
    OrderInfoResponse,
    OrderUpdateOutput,
    Status,
)
from marketplace.api.resources.serializers import ResourceOutput
from marketplace.models import Order
from marketplace.services import amendments, locking, orders, placing

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

CONSUMER = ("project", "project.customer")
PROVIDER = ("offering", "offering.customer")

P = Permission
COMPLETES = Needs(P.COMPLETE_ORDER, on=PROVIDER)
CANCELS = Needs(P.CANCEL_ORDER, on=CONSUMER)


class OrderViewSet(Recorded, Listed, Retrieved, ApiViewSet):
    """Orders, from either side."""

    model = Order
    output = OrderDetailsOutput
    filterset_class = OrderFilter
    default_order = ("created",)
    related = ("project__customer", "offering__customer", "resource")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "offering": SCOPED,
        "resource": SCOPED,
        "events": SCOPED,
        "create": Needs(P.CREATE_ORDER, on=CONSUMER),
        "update": Needs(P.CREATE_ORDER, on=CONSUMER),
        "destroy": CANCELS,
        "approve_by_consumer": Needs(P.APPROVE_ORDER, on=CONSUMER),
        "approve_by_provider": Needs(P.APPROVE_ORDER, on=PROVIDER),
        "reject_by_consumer": Needs(P.REJECT_ORDER, on=CONSUMER) | Own("created_by"),
        "reject_by_provider": Needs(P.REJECT_ORDER, on=PROVIDER),
        "cancel": CANCELS,
        "set_state_executing": COMPLETES,
        "set_state_done": COMPLETES,
        "set_state_erred": COMPLETES,
        "retry": COMPLETES,
        "set_backend_id": Needs(P.MANAGE_DELIVERY, on=PROVIDER),
        "unlink": STAFF,
    }

    def lock(self, row: Any) -> None:
        """Lock an order as its services do: after its project and its resource."""
        locking.order(row)

    @creates(OrderCreateInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Order a new allocation, which exists from then on."""
        data = self.data(OrderCreateInput)
        accepting = data.pop("accepting_terms_of_service", False)
        wish = placing.Wish(**data, accepting_terms=accepting)
        return self.created(placing.place(wish, actor=request.user, now=self.now))

    @updates(OrderUpdateInput, OrderUpdateOutput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Change what a waiting order asks for."""
        order, data = self.row(), self.data(OrderUpdateInput)
        amendments.amend(order, **data, actor=request.user, now=self.now)
        return self.reply(order)

    @deletes
    def destroy(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Delete an order that waits."""
        orders.delete(self.row(), actor=request.user, now=self.now)
        return self.no_content()

    @command(output=OrderInfoResponse)
    def approve_by_consumer(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Agree to an order for the project."""
        orders.approve_by_consumer(self.row(), actor=request.user, now=self.now)
        return self.answer({"detail": "Order has been approved."})

    @command(OrderApproveByProviderInput, OrderInfoResponse)
    def approve_by_provider(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Agree to an order for the provider."""
        order, data = self.row(), self.data(OrderApproveByProviderInput)
        orders.approve_by_provider(order, **data, actor=request.user, now=self.now)
        return self.answer({"detail": "Order has been approved."})

    @command(OrderErrorDetailsInput)
    def reject_by_consumer(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Refuse an order for the project, or take one's own back."""
        order, data = self.row(), self.data(OrderErrorDetailsInput)
        comment = data.get("consumer_rejection_comment", "")
        orders.reject_by_consumer(order, comment=comment, actor=request.user, now=self.now)
        return self.answer()

    @command(OrderProviderRejectionInput)
    def reject_by_provider(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Refuse an order for the provider."""
        order, data = self.row(), self.data(OrderProviderRejectionInput)
        comment = data.get("provider_rejection_comment", "")
        orders.reject_by_provider(order, comment=comment, actor=request.user, now=self.now)
        return self.answer()

    @command(status=202)
    def cancel(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Call an order off."""
        orders.cancel(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command()
    def set_state_executing(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Begin with an order, or take a failed one up again."""
        orders.set_state_executing(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command()
    def set_state_done(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say that an order is delivered."""
        orders.complete(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command(OrderErrorDetailsInput)
    def set_state_erred(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say that an order failed, and why."""
        order, data = self.row(), self.data(OrderErrorDetailsInput)
        data.pop("consumer_rejection_comment", None)
        orders.fail(order, **data, actor=request.user, now=self.now)
        return self.answer()

    @command()
    def retry(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Take a failed order up again."""
        orders.retry(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command(OrderBackendIDInput, Status)
    def set_backend_id(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Say what the provider calls the order."""
        order, data = self.row(), self.data(OrderBackendIDInput)
        changed = orders.set_backend_id(order, **data, actor=request.user, now=self.now)
        how = "has been changed" if changed else "is not changed"
        return self.answer({"status": f"Order backend_id {how}."})

    @reading(PublicOfferingDetailsOutput)
    def offering(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Answer what was ordered, as the catalogue shows it."""
        return self.reply(self.row().offering)

    @reading(ResourceOutput)
    def resource(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Answer the allocation that the order is about."""
        return self.reply(self.row().resource)

    @command(status=204)
    def unlink(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Delete an order in any state, as staff, without telling its provider."""
        orders.unlink(self.row(), actor=request.user, now=self.now)
        return self.no_content()
