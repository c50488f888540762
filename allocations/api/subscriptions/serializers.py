"""What subscriptions and queues look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from allocations.models import EventSubscription, EventSubscriptionQueue
from allocations.observables import subscription_queue, topic, vhost
from common.api.json_shapes import TEXT, WHOLE, JsonField, list_of, record
from common.api.reads.outputs import Computed, Output, UrlField, UuidField

if TYPE_CHECKING:
    from uuid import UUID

OBSERVED = list_of(
    record(
        {"object_type": TEXT, "object_id": WHOLE, "offering_uuid": TEXT}, required=("object_type",)
    )
)


def subscription_topic(subscription: UUID, offering: UUID, object_type: str) -> str:
    """Return where a subscriber over MQTT finds the messages."""
    return topic(subscription_queue(subscription, offering, object_type))


def full_name(first: str, last: str) -> str:
    """Return a person's name as people write it."""
    return f"{first} {last}".strip()


class EventSubscriptionOutput(Output):
    """A person's request to be told of changes."""

    class Meta:
        model = EventSubscription
        fields = (
            "created",
            "description",
            "modified",
            "observable_objects",
            "protocol",
            "source_ip",
            "url",
            "user",
            "user_full_name",
            "user_username",
            "user_uuid",
            "uuid",
        )
        always = (
            "created",
            "modified",
            "source_ip",
            "url",
            "user",
            "user_full_name",
            "user_username",
            "user_uuid",
            "uuid",
        )

    url = UrlField("event-subscription-detail")
    user = UrlField("user-detail", source="user.uuid")
    user_uuid = UuidField(source="user.uuid")
    user_username = serializers.CharField(source="user.username")
    user_full_name = Computed(
        "user.first_name", "user.last_name", fn=full_name, output=serializers.CharField()
    )
    observable_objects = JsonField(OBSERVED)
    source_ip = serializers.CharField(allow_null=True)


class EventSubscriptionQueueOutput(Output):
    """A queue of a subscription."""

    class Meta:
        model = EventSubscriptionQueue
        fields = (
            "created",
            "event_subscription",
            "event_subscription_uuid",
            "object_type",
            "offering_uuid",
            "queue_name",
            "topic",
            "url",
            "uuid",
            "vhost",
        )
        always = fields

    url = UrlField("event-subscription-queue-detail")
    event_subscription = UrlField("event-subscription-detail", source="event_subscription.uuid")
    event_subscription_uuid = UuidField(source="event_subscription.uuid")
    offering_uuid = UuidField(source="offering.uuid")
    object_type = serializers.CharField()
    queue_name = Computed(
        "event_subscription.uuid",
        "offering.uuid",
        "object_type",
        fn=subscription_queue,
        output=serializers.CharField(),
    )
    topic = Computed(
        "event_subscription.uuid",
        "offering.uuid",
        "object_type",
        fn=subscription_topic,
        output=serializers.CharField(),
    )
    vhost = Computed("event_subscription.user.uuid", fn=vhost, output=serializers.CharField())


class AgentQueueRegistrationResponseOutput(serializers.Serializer[Any]):
    """Where an agent reads its messages, and as whom; the password is its token."""

    rmq_username = serializers.CharField()
    queue_name = serializers.CharField()
    vhost = serializers.CharField()
    observable_object_types = serializers.ListField(
        source="observed", child=serializers.CharField()
    )
    protocol = serializers.CharField()
    topic = serializers.CharField()
