"""Who wants to be told of changes, and through which queues."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from allocations.models.agent import AgentIdentity
from allocations.models.login import BrokerLogin
from allocations.observables import (
    ObjectType,
    Protocol,
    consumer_queue,
    subscription_queue,
    topic,
    vhost,
)
from allocations.querysets import EventSubscriptionQuerySet, EventSubscriptionQueueQuerySet
from common.json_column import JsonColumn
from common.models import Timestamped, choices, one_of, text
from identity.event_scope import EventScope
from identity.models import EventSubject, User
from marketplace.models import Offering


class EventSubscription(EventSubject, BrokerLogin, Timestamped):
    """A person's request to be told of changes; no observed objects are all.

    One that an agent up to 1.0.5 registered knows the agent and its one `object_type`.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("subscription",)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="event_subscriptions")
    identity = models.ForeignKey(
        AgentIdentity,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="event_subscriptions",
    )
    object_type = text(length=40)
    description = text()
    observable_objects = JsonColumn(default=list, blank=True)
    source_ip = models.GenericIPAddressField(null=True, blank=True)

    objects = EventSubscriptionQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("protocol", Protocol, "subscription_protocol"),
            models.UniqueConstraint(
                fields=["identity", "user", "object_type"],
                condition=Q(identity__isnull=False),
                name="one_subscription_per_agent_and_type",
            ),
        )

    def __str__(self) -> str:
        return self.description or f"subscription {self.uuid.hex}"

    @property
    def rmq_username(self) -> str:
        """The name by which the broker knows the subscriber."""
        return self.uuid.hex

    @property
    def vhost(self) -> str:
        """The virtual host that its queues are in."""
        return vhost(self.user.uuid)


class EventSubscriptionQueue(EventSubject):
    """The queue through which a subscription hears of one type of object of one offering."""

    event_nouns: ClassVar[tuple[str, ...]] = ("subscription_queue",)

    event_subscription = models.ForeignKey(
        EventSubscription, on_delete=models.CASCADE, related_name="queues"
    )
    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="event_queues")
    object_type = models.CharField(max_length=40, choices=choices(ObjectType))
    created = models.DateTimeField(editable=False, db_index=True)

    objects = EventSubscriptionQueueQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("object_type", ObjectType, "subscription_queue_object_type"),
            models.UniqueConstraint(
                fields=["event_subscription", "offering", "object_type"],
                name="one_queue_per_subscription_and_type",
            ),
        )

    def __str__(self) -> str:
        return self.queue_name

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()

    @property
    def queue_name(self) -> str:
        """The queue's name at the broker."""
        return subscription_queue(
            self.event_subscription.uuid, self.offering.uuid, self.object_type
        )

    @property
    def vhost(self) -> str:
        """The virtual host that the queue is in."""
        return vhost(self.event_subscription.user.uuid)

    @property
    def topic(self) -> str:
        """The topic below which a subscriber over MQTT finds the messages."""
        return topic(self.queue_name)


class EventConsumer(EventSubject, BrokerLogin, Timestamped):
    """The one queue from which an agent takes everything that it is told of.

    It is its user's: the broker knows them by the consumer's UUID and a token. No types are all.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("queue",)

    identity = models.ForeignKey(
        AgentIdentity, on_delete=models.CASCADE, related_name="event_consumers"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="event_consumers")
    object_types = ArrayField(
        models.CharField(max_length=40, choices=choices(ObjectType)), default=list, blank=True
    )

    class Meta:
        constraints = (
            one_of("protocol", Protocol, "consumer_protocol"),
            models.UniqueConstraint(
                fields=["identity", "user"], name="one_consumer_per_agent_and_user"
            ),
        )

    def __str__(self) -> str:
        return self.queue_name

    def event_scope(self) -> EventScope:
        """Return the scope of its agent."""
        return self.identity.event_scope()

    @property
    def queue_name(self) -> str:
        """The queue's name at the broker."""
        return consumer_queue(self.uuid)

    @property
    def rmq_username(self) -> str:
        """The name by which the broker knows the agent."""
        return self.uuid.hex

    @property
    def vhost(self) -> str:
        """The virtual host that the queue is in."""
        return vhost(self.user.uuid)

    @property
    def topic(self) -> str:
        """The topic below which a subscriber over MQTT finds the messages."""
        return topic(self.queue_name)

    @property
    def observed(self) -> list[str]:
        """The types of objects that the queue carries."""
        return self.object_types or [kind.value for kind in ObjectType]
