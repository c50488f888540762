"""Subscriptions to events, and their queues: for those who made them."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import (
    Q,
    QuerySet,
)


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


def _own(user: Any, owner: str) -> Q:
    """Return the condition that a row is the user's; staff need none."""
    if not user.is_authenticated:
        return Q(pk__in=())
    return Q() if user.is_staff else Q(**{owner: user})
