"""Subscriptions to events, and their queues: for those who made them."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from common.rows import rows_of
from identity import access


class EventSubscriptionQuerySet(QuerySet[Any]):
    """Wishes to be told of changes."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own; staff see all."""
        return self.filter(_own(user, "user"))


class EventSubscriptionQueueQuerySet(QuerySet[Any]):
    """Queues of subscriptions."""

    def visible_to(self, user: Any) -> Self:
        """Keep those of the user's own subscriptions; staff see all."""
        return self.filter(_own(user, "event_subscription__user"))


class MessageQueueQuerySet(QuerySet[Any]):
    """Queues at the broker."""

    def whole(self) -> Self:
        """Fetch each with its owner, its login, and the person whose it is."""
        return self.select_related(
            "consumer__user",
            "consumer__token",
            "consumer__identity__offering",
            "subscription_queue__event_subscription__user",
            "subscription_queue__event_subscription__token",
            "subscription_queue__offering",
        )

    def with_work(self) -> Self:
        """Keep those that the broker has still to be told of, or for which a message waits."""
        waiting = rows_of("allocations.QueueMessage").filter(
            queue=OuterRef("pk"), published_at__isnull=True
        )
        return self.filter(Q(declared_at__isnull=True) | Exists(waiting))

    def carrying(self, object_type: str, offering: Any) -> Self:
        """Keep those through which one type of an offering's objects is told."""
        of_agent = Q(consumer__identity__offering=offering) & (
            Q(consumer__object_types=[]) | Q(consumer__object_types__contains=[object_type])
        )
        of_subscription = Q(
            subscription_queue__offering=offering, subscription_queue__object_type=object_type
        )
        return self.filter(of_agent | of_subscription)


def _own(user: Any, owner: str) -> Q:
    """Return the condition that a row is the user's; staff need none."""
    if not user.is_authenticated:
        return Q(pk__in=())
    return Q() if user.is_staff else access.own(user, owner)
