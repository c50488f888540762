"""Query parameters of the lists of hooks and of their deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from common.api.filters import (
    ApiFilterSet,
    Choices,
    Contains,
    Exact,
    Flag,
    OneUuid,
    Search,
    Since,
    Texts,
)
from common.leased_rows import IS_OPEN
from identity.api.members.filters import FullName
from identity.event_types import kinds_named
from notifications.models.hook import ContentType

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTENT_TYPES = {"1": ContentType.JSON, "2": ContentType.FORM}
"""What Waldur's clients send for the forms of a body."""

DELIVERY_STATES = {
    "pending": IS_OPEN,
    "delivered": Q(delivered_at__isnull=False),
    "dead": Q(dead=True),
}


class HookFilter(ApiFilterSet):
    """Hooks by who made them, and by whether and when they were sent anything."""

    author_email = Contains("author__email")
    author_fullname = FullName("author__")
    author_username = Exact("author__username")
    author_uuid = OneUuid("author__uuid")
    customer_uuid = OneUuid("customer__uuid")
    is_active = Flag("is_active")
    last_published = Since("last_published")
    query = Search(
        "author__first_name__icontains",
        "author__last_name__icontains",
        "author__username__icontains",
        "destination_url__icontains",
        "email__icontains",
        uuid="uuid",
    )


class WebHookFilter(HookFilter):
    """Webhooks by where they go, too."""

    content_type = Choices(
        None, CONTENT_TYPES, method="filter_content_type", reads=("content_type",)
    )
    destination_url = Exact("destination_url")

    content_type.api_schema = {"type": "integer", "enum": [1, 2]}

    def filter_content_type(
        self, rows: QuerySet[Any], name: str, value: Sequence[str]
    ) -> QuerySet[Any]:
        """Keep the hooks whose bodies have one of the forms."""
        return rows.filter(content_type__in=[CONTENT_TYPES[number].value for number in value])


class EmailHookFilter(HookFilter):
    """Mail hooks by where they go, too."""

    email = Contains("email")


class HookDeliveryFilter(ApiFilterSet):
    """Deliveries by how they went and by their events."""

    event_type = Texts(method="filter_event_type", reads=("event__kind",))
    event_uuid = OneUuid("event__uuid")
    state = Choices(
        None, dict.fromkeys(DELIVERY_STATES), method="filter_state", reads=("delivered_at", "dead")
    )

    def filter_event_type(
        self, rows: QuerySet[Any], name: str, value: Sequence[str]
    ) -> QuerySet[Any]:
        """Keep deliveries of events of these types, by Waldur's names or our own."""
        kinds = {kind for word in value for kind in (word, *kinds_named(word))}
        return rows.filter(event__kind__in=kinds)

    def filter_state(self, rows: QuerySet[Any], name: str, value: Sequence[str]) -> QuerySet[Any]:
        """Keep the deliveries in any of the states."""
        wanted = Q()
        for state in value:
            wanted |= DELIVERY_STATES[state]
        return rows.filter(wanted)
