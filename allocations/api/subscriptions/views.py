"""`/api/event-subscriptions/` and the queues of subscriptions: everybody's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from allocations.api.subscriptions.filters import (
    EventSubscriptionFilter,
    EventSubscriptionQueueFilter,
)
from allocations.api.subscriptions.inputs import (
    EventSubscriptionInput,
    EventSubscriptionQueueCreateInput,
)
from allocations.api.subscriptions.readers import reader_of
from allocations.api.subscriptions.readiness import await_declared
from allocations.api.subscriptions.serializers import (
    EventSubscriptionOutput,
    EventSubscriptionQueueOutput,
)
from allocations.models import EventSubscription, EventSubscriptionQueue
from allocations.services import subscriptions
from common.addresses import address_of
from common.api.access import AUTHENTICATED, SCOPED, STAFF, Own, Rule
from common.api.actions import ANSWERED, creates, registers
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed, Retrieved
from common.api.writes import deleting

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class EventSubscriptionViewSet(Listed, Retrieved, ApiViewSet):
    """A subscription to changes, which are delivered by message queues (STOMP or MQTT).

    You see your own.
    """

    model = EventSubscription
    noun = Noun("an event subscription", "event subscriptions")
    output = EventSubscriptionOutput
    filterset_class = EventSubscriptionFilter
    default_order = ("created",)
    related = ("user",)
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "create": AUTHENTICATED,
        "destroy": STAFF | Own("user"),
        "create_queue": STAFF | Own("user"),
    }

    @creates(EventSubscriptionInput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Create an event subscription.

        To the types of objects, offerings or single objects that are named, or to all.
        """
        data = self.data(EventSubscriptionInput)
        subscription = subscriptions.subscribe(
            user=request.user,
            description=data["description"],
            observable_objects=data["observable_objects"],
            source_ip=address_of(request),
            reader=reader_of(request, data["protocol"]),
            actor=request.user,
            now=self.now,
        )
        return self.created(subscription)

    destroy = deleting(subscriptions.unsubscribe, "Delete {one}.\n\nWith its queues.")

    @registers(EventSubscriptionQueueCreateInput, EventSubscriptionQueueOutput)
    def create_queue(self, request: AuthenticatedRequest, uuid: str) -> Response:
        """Create a queue of an event subscription.

        For one type of object of one offering that you may see. The password is the token of this
        request. Answers 201 where it is new, 200 where it is known.
        """
        subscription, data = self.row(), self.data(EventSubscriptionQueueCreateInput)
        queue, is_new = subscriptions.create_queue(
            subscription,
            offering=data["offering_uuid"],
            object_type=data["object_type"],
            reader=reader_of(request),
            actor=request.user,
            now=self.now,
        )
        await_declared(queue)
        return self.reply(queue, status=ANSWERED[is_new])


class EventSubscriptionQueueViewSet(Listed, Retrieved, ApiViewSet):
    """A message queue of an event subscription. You see those of your own subscriptions."""

    model = EventSubscriptionQueue
    noun = Noun("a queue of an event subscription", "queues of event subscriptions")
    output = EventSubscriptionQueueOutput
    filterset_class = EventSubscriptionQueueFilter
    default_order = ("created",)
    related = ("event_subscription__user", "offering__customer")
    access: ClassVar[dict[str, Rule]] = {
        "list": SCOPED,
        "retrieve": SCOPED,
        "destroy": STAFF | Own("event_subscription.user"),
    }

    destroy = deleting(
        subscriptions.remove_queue,
        "Delete {one}.\n\nMessages that wait in it are dropped; the subscription stays.",
    )
