"""Query parameters of the lists of subscriptions and their queues."""

from __future__ import annotations

from common.api.filters import ApiFilterSet, Exact, OneUuid, Ordering

BY_AGE = {"created": "created"}


class EventSubscriptionFilter(ApiFilterSet):
    """Subscriptions by whose they are."""

    o = Ordering(BY_AGE)
    user_username = Exact("user__username")
    user_uuid = OneUuid("user__uuid")


class EventSubscriptionQueueFilter(ApiFilterSet):
    """Queues by subscription, offering and type of object."""

    event_subscription_uuid = OneUuid("event_subscription__uuid")
    o = Ordering(BY_AGE)
    object_type = Exact("object_type")
    offering_uuid = OneUuid("offering__uuid")
