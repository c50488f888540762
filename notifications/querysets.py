"""Which hooks a person may see, and which are sent anything."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Q, QuerySet

from identity import access
from identity.permissions import Permission


class HookQuerySet(QuerySet[Any]):
    """Hooks, which concern nobody but those who manage them."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own, and those of the organisations that the user owns."""
        within = access.reach(user, Permission.UPDATE_CUSTOMER)
        if within.everywhere:
            return self
        if not user.is_authenticated:
            return self.none()
        own = access.own(user, "author") & Q(customer__isnull=True)
        return self.filter(own | Q(customer__in=within.customers))

    def live(self) -> Self:
        """Keep those that are sent anything.

        A person's is only while they may log in, an organisation's until that is removed. Nothing
        is mailed to an address that nobody has confirmed.
        """
        return self.filter(
            Q(customer__isnull=True, author__is_active=True) | Q(customer__is_removed=False),
            Q(email="") | Q(email_confirmed_at__isnull=False),
            is_active=True,
        )
