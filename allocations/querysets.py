"""Which accounts a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Q, QuerySet

from identity.permissions import Permission
from marketplace.querysets import provider_side


class OfferingUserQuerySet(QuerySet[Any]):
    """Accounts of people at sites."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own accounts and those at offerings that he helps to provide."""
        if not user.is_authenticated:
            return self.none()
        condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE)
        return self if condition is None else self.filter(condition | Q(user=user))
