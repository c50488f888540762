"""What is to be in the queues at the broker, and how far that has got."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, cast

from django.db import models
from django.db.models import Q
from django.utils import timezone

from allocations.models.subscription import EventConsumer, EventSubscription, EventSubscriptionQueue
from allocations.observables import ObjectType
from allocations.querysets import MessageQueueQuerySet
from common.json_column import JsonColumn
from common.leased_rows import Leased
from common.leases import Backoff, Lease
from common.models import choices, one_of
from identity.models import Event, EventSubject

if TYPE_CHECKING:
    from identity.event_scope import EventScope
    from marketplace.models import Offering


class MessageQueue(EventSubject, Leased):
    """A queue at the broker, of an agent's consumer or of a subscription.

    `declared_at` says since when the broker is known to have it, and its subscriber's login, as
    they should be; null is that this has to be seen to. One publisher at a time works on it, under
    a lease; after a failure it is left alone until `next_attempt_at`.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("message_queue",)

    lease = Lease(
        lasts=timedelta(minutes=1),
        backoff=Backoff(first=timedelta(seconds=1), longest=timedelta(minutes=1)),
    )

    consumer = models.OneToOneField(
        EventConsumer, null=True, blank=True, on_delete=models.CASCADE, related_name="queue"
    )
    subscription_queue = models.OneToOneField(
        EventSubscriptionQueue,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="queue",
    )
    declared_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField(default=0)
    last_published_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQueueQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_queue_has_one_owner",
                condition=Q(consumer__isnull=True) ^ Q(subscription_queue__isnull=True),
            ),
        )
        indexes = (models.Index(fields=["next_attempt_at"], name="message_queue_due"),)

    def __str__(self) -> str:
        return self.name

    def event_scope(self) -> EventScope:
        """Return the scope of its offering."""
        return self.offering.event_scope()

    @property
    def owner(self) -> EventConsumer | EventSubscriptionQueue:
        """The consumer or the subscription's queue that it carries out."""
        return self.consumer or self._of_subscription

    @property
    def subscriber(self) -> EventConsumer | EventSubscription:
        """Who reads it, and by which login."""
        return self.consumer or self._of_subscription.event_subscription

    @property
    def offering(self) -> Offering:
        """The offering whose objects it tells of."""
        return self.consumer.identity.offering if self.consumer else self._of_subscription.offering

    @property
    def name(self) -> str:
        """Its name at the broker."""
        return self.owner.queue_name

    @property
    def _of_subscription(self) -> EventSubscriptionQueue:
        """The one owner that there is, where it is not a consumer."""
        return cast("EventSubscriptionQueue", self.subscription_queue)


class QueueMessage(EventSubject):
    """A message for one queue, made from one event; it leaves in the order of its key.

    `object_uuid` is what it is about; `part` counts the messages that one event becomes. It is kept
    for a while after it has left.
    """

    event_nouns: ClassVar[tuple[str, ...]] = ("message",)

    queue = models.ForeignKey(MessageQueue, on_delete=models.CASCADE, related_name="messages")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    object_type = models.CharField(max_length=40, choices=choices(ObjectType))
    object_uuid = models.UUIDField()
    part = models.PositiveSmallIntegerField(default=0)
    body = JsonColumn()
    created = models.DateTimeField(editable=False)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            one_of("object_type", ObjectType, "queue_message_object_type"),
            models.UniqueConstraint(
                fields=["queue", "event", "part"], name="one_message_per_queue_event_and_part"
            ),
        )
        indexes = (
            models.Index(
                fields=["queue", "id"],
                name="message_unpublished",
                condition=Q(published_at__isnull=True),
            ),
            models.Index(fields=["published_at"], name="message_published"),
        )

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_uuid.hex}"

    def event_scope(self) -> EventScope:
        """Return where the event belongs that it tells of."""
        return self.event.event_scope()
