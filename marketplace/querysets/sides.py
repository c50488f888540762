"""What a person reaches of orders and resources, as a consumer and as a provider."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db.models import (
    Case,
    F,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)

from identity import access
from identity.permissions import Permission
from marketplace.lifecycle import (
    OfferingState,
)

Rows = TypeVar("Rows", bound=QuerySet[Any])
ORDERABLE = (OfferingState.ACTIVE, OfferingState.PAUSED)
TRUE, FALSE = Value(value=True), Value(value=False)
OF_USER = ("user_has_consent", "user_has_offering_user")


def consumer_side(user: Any, permission: Permission, *, project: str = "project") -> Q | None:
    """Return the condition that a row's project is within the user's reach; None is no limit."""
    within = access.reach(user, permission)
    if within.everywhere:
        return None
    return Q(**{f"{project}__in": within.projects}) | Q(
        **{f"{project}__customer__in": within.customers}
    )


def provider_side(user: Any, permission: Permission, *, offering: str = "offering") -> Q | None:
    """Return the condition that a row's offering is within the user's reach; None is no limit."""
    within = access.reach(user, permission)
    if within.everywhere:
        return None
    return Q(**{f"{offering}__in": within.offerings}) | Q(
        **{f"{offering}__customer__in": within.customers}
    )


def readable_by_provider(user: Any, column: str) -> Case:
    """Return a column for those on the provider's side, and for support; null for the others."""
    condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE)
    if condition is None:
        condition = Q(pk__isnull=False)
    return Case(When(condition, then=F(column)), default=Value(None), output_field=TextField())


def consumed_or_provided(rows: Rows, user: Any, *, project: str, offering: str) -> Rows:
    """Keep the rows that the user may see as a consumer or as a provider."""
    consumer = consumer_side(user, Permission.VIEW_RESOURCE, project=project)
    if consumer is None:
        return rows
    provider = provider_side(user, Permission.VIEW_PROVIDER_SIDE, offering=offering)
    return rows if provider is None else rows.filter(consumer | provider)


class AtProvidedOfferings(QuerySet[Any]):
    """Rows about an offering that concern nobody but those who provide it."""

    offering = "offering"

    def visible_to(self, user: Any) -> Self:
        """Keep those of the offerings that the user helps to provide."""
        condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE, offering=self.offering)
        return self if condition is None else self.filter(condition)
