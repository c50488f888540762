"""Which orders a person may see, and in which shape the API reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    CharField,
    Func,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from common.audience import sees_everything
from identity.permissions import Permission
from marketplace.cancellation import can_be_called_off
from marketplace.contributions import contributions
from marketplace.lifecycle import (
    WAITING,
    OrderState,
)
from marketplace.querysets.rights import agreed
from marketplace.querysets.sides import (
    FALSE,
    TRUE,
    consumed_or_provided,
    consumer_side,
    readable_by_provider,
)

NAMES = ArrayField(CharField(max_length=60))
ATTRIBUTES = frozenset(
    {
        "civil_number",
        "email",
        "organization",
        "organization_address",
        "organization_country",
        "organization_registry_code",
        "organization_vat_code",
    }
)
"""What an order tells of who placed it, beside the name."""


def names(attributes: Iterable[str]) -> Value:
    """Return a column of names."""
    return Value(sorted(attributes), output_field=NAMES)


if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


class OrderQuerySet(QuerySet[Any]):
    """Orders."""

    def visible_to(self, user: Any) -> Self:
        """Keep the orders of the user's projects and of the offerings that they provide."""
        return consumed_or_provided(self, user, project="project", offering="offering")

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
        return self.annotate(
            can_terminate=Case(When(can_be_called_off(), then=TRUE), default=FALSE),
            readable_traceback=readable_by_provider(user, "error_traceback"),
            shown_of_creator=self._shown_of_creator(user),
        )

    def _shown_of_creator(self, user: Any) -> Any:
        """Return the column of the names of those attributes of who ordered that the caller sees.

        Colleagues see what they see of each other; a provider what it chose to see, of who agreed
        to its terms, and nothing before the order is one that it delivers.
        """
        if sees_everything(user):
            return names(ATTRIBUTES)
        of_colleague = names(ATTRIBUTES - {"civil_number"})
        consumer = consumer_side(user, Permission.VIEW_ORDER)
        chosen: Any = Coalesce(contributions().exposed_attributes(), names({"email"}))
        disclosed = ~Q(state__in=sorted(WAITING)) & agreed(user="created_by")
        bounded = ATTRIBUTES & settings.EXPOSABLE_ATTRIBUTES
        chosen = Func(
            chosen,
            names(bounded),
            template="ARRAY(SELECT unnest(%(expressions)s))",
            arg_joiner=") INTERSECT SELECT unnest(",
            output_field=NAMES,
        )
        return Case(
            When(created_by=user.pk, then=names(ATTRIBUTES)),
            When(consumer or Q(pk__isnull=False), then=of_colleague),
            When(disclosed, then=chosen),
            default=names(()),
            output_field=NAMES,
        )
