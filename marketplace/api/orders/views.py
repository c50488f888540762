"""`/api/marketplace-orders/`: what was asked for, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from common.api.access import SCOPED, STAFF, Needs, Own, Rule
from common.api.actions import command, creates, reading, updates
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import deleting
from identity.api.events.row_events import RowEvents
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


class OrderViewSet(RowEvents, Listed, Retrieved, ApiViewSet):
    """An order asks for a new allocation (resource), or for a change or the end of one.

    You see the orders of your projects and organizations, and those for offerings that you help to
    provide.
    """

    model = Order
    noun = Noun("an order", "orders")
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
        """Place an order for a new allocation.

        The allocation exists from then on, in state Creating. The order waits for the approval of
        the consumer (`pending-consumer`) unless the caller could give it, then for the start of the
        project (`pending-project`), then for the provider (`pending-provider`), then for its own
        start date (`pending-start-date`), and then executes. Where the offering has terms of
        service, send `accepting_terms_of_service` as true. Answers 400 for what cannot be had:
        limits, plan, attributes, an offering that takes no orders, a project that has ended.
        """
        data = self.data(OrderCreateInput)
        accepting = data.pop("accepting_terms_of_service", False)
        requested = placing.OrderRequest(**data, accepting_terms=accepting)
        return self.created(placing.place(requested, actor=request.user, now=self.now))

    @updates(OrderUpdateInput, OrderUpdateOutput)
    def update(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Update an order.

        What it asks for and when; limits and attributes are replaced as a whole. Only before the
        provider has approved it (409 afterwards); once the consumer has approved it, only by those
        who may approve (403 for others).
        """
        order, data = self.row(), self.data(OrderUpdateInput)
        amendments.amend(order, **data, actor=request.user, now=self.now)
        return self.reply(order)

    destroy = deleting(
        orders.delete,
        "Delete {one}.\n\n"
        "Only while it waits (409 otherwise); an allocation that was ordered is abandoned.",
    )

    @command(output=OrderInfoResponse)
    def approve_by_consumer(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Approve an order as the consumer.

        From `pending-consumer`. It goes on to the start of its project, to the provider's approval,
        or executes.
        """
        orders.approve_by_consumer(self.row(), actor=request.user, now=self.now)
        return self.answer({"detail": "Order has been approved."})

    @command(OrderApproveByProviderInput, OrderInfoResponse)
    def approve_by_provider(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Approve an order as the provider.

        From `pending-provider`. It executes, or waits for its start date. `attributes` are added to
        those of the order.
        """
        order, data = self.row(), self.data(OrderApproveByProviderInput)
        orders.approve_by_provider(order, **data, actor=request.user, now=self.now)
        return self.answer({"detail": "Order has been approved."})

    @command(OrderErrorDetailsInput)
    def reject_by_consumer(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Reject an order as the consumer.

        From `pending-consumer`, with a comment. Whoever placed it may take it back so. The order is
        `rejected`; an allocation that was ordered is terminated.
        """
        order, data = self.row(), self.data(OrderErrorDetailsInput)
        comment = data.get("consumer_rejection_comment", "")
        orders.reject_by_consumer(order, comment=comment, actor=request.user, now=self.now)
        return self.answer()

    @command(OrderProviderRejectionInput)
    def reject_by_provider(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Reject an order as the provider.

        From `pending-provider`, with a comment. The order is `rejected`; an allocation that was
        ordered is terminated.
        """
        order, data = self.row(), self.data(OrderProviderRejectionInput)
        comment = data.get("provider_rejection_comment", "")
        orders.reject_by_provider(order, comment=comment, actor=request.user, now=self.now)
        return self.answer()

    @command(status=202)
    def cancel(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Cancel an order.

        While it waits for something. One that executes can be canceled only at an offering of type
        `Marketplace.Basic`, and unless it ends an allocation (409 otherwise).
        """
        orders.cancel(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command()
    def set_state_executing(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Start executing an order.

        As the provider, from `pending-consumer` or `pending-provider`, or from `erred` to take it
        up again. The latter only while no later order was placed for the allocation.
        """
        orders.set_state_executing(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command()
    def set_state_done(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Complete an order.

        As the provider, from `executing`. What it asked for holds from now on: a new allocation is
        OK, a terminated one is Terminated.
        """
        orders.complete(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command(OrderErrorDetailsInput)
    def set_state_erred(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Report an order as failed.

        As the provider, from `executing`, with what went wrong. The allocation is Erred; the order
        can be taken up again with `retry`.
        """
        order, data = self.row(), self.data(OrderErrorDetailsInput)
        data.pop("consumer_rejection_comment", None)
        orders.fail(order, **data, actor=request.user, now=self.now)
        return self.answer()

    @command()
    def retry(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Retry a failed order.

        As the provider, from `erred`, while no later order was placed for the allocation. The order
        executes again.
        """
        orders.retry(self.row(), actor=request.user, now=self.now)
        return self.answer()

    @command(OrderBackendIDInput, Status)
    def set_backend_id(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Set the backend ID of an order.

        What the provider's own system calls the order. To repeat it changes nothing.
        """
        order, data = self.row(), self.data(OrderBackendIDInput)
        changed = orders.set_backend_id(order, **data, actor=request.user, now=self.now)
        how = "has been changed" if changed else "is not changed"
        return self.answer({"status": f"Order backend_id {how}."})

    @reading(PublicOfferingDetailsOutput)
    def offering(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get the offering of an order.

        As the catalogue shows it.
        """
        return self.reply(self.row().offering)

    @reading(ResourceOutput)
    def resource(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Get the allocation of an order.

        The allocation (resource) that it makes, changes, ends or restores.
        """
        return self.reply(self.row().resource)

    @command(status=204)
    def unlink(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Unlink an order.

        Deletes it in any state, without telling the provider.
        """
        orders.unlink(self.row(), actor=request.user, now=self.now)
        return self.no_content()
