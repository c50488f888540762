"""Which orders a person may see, and in which shape the API reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import (
    Case,
    Q,
    QuerySet,
    When,
)

from identity.permissions import Permission
from marketplace.components import OfferingType
from marketplace.lifecycle import (
    WAITING,
    OrderState,
    OrderType,
)
from marketplace.querysets.sides import (
    FALSE,
    TRUE,
    both_sides,
    consumer_side,
    readable_by_provider,
)

if TYPE_CHECKING:
    from datetime import date


class OrderQuerySet(QuerySet[Any]):
    """Orders."""

    def visible_to(self, user: Any) -> Self:
        """Keep the orders of the user's projects and of the offerings that he provides."""
        return both_sides(self, user, project="project", offering="offering")

    def due(self, today: date) -> Self:
        """Keep those that waited for a day that has come: their project's start, or their own."""
        begun = Q(project__start_date__isnull=True) | Q(project__start_date__lte=today)
        dated = Q(start_date__isnull=True) | Q(start_date__lte=today)
        return self.filter(
            Q(begun, state=OrderState.PENDING_PROJECT)
            | Q(dated, state=OrderState.PENDING_START_DATE)
        )

    def for_api(self, user: Any) -> Self:
        """Add what the API shows of an order beside its own columns."""
        stoppable = Q(state=OrderState.EXECUTING, offering__type=OfferingType.BASIC)
        can_stop = Q(state__in=sorted(WAITING)) | (stoppable & ~Q(type=OrderType.TERMINATE))
        return self.annotate(
            can_terminate=Case(When(can_stop, then=TRUE), default=FALSE),
            readable_traceback=readable_by_provider(user, "error_traceback"),
            tells_of_creator=Case(When(self._tells_of_creator(user), then=TRUE), default=FALSE),
        )

    def _tells_of_creator(self, user: Any) -> Q:
        """Return the condition that the caller may read more of who ordered than the name.

        A provider may not before the order is one that it delivers.
        """
        consumer = consumer_side(user, Permission.VIEW_ORDER)
        if consumer is None:
            return Q(pk__isnull=False)
        return consumer | Q(created_by=user) | ~Q(state__in=sorted(WAITING))
