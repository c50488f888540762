"""People at the AAI: whose entitlements are to be seen to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import QuerySet

from common.leased_rows import IS_OPEN

if TYPE_CHECKING:
    from datetime import datetime


class EntitledPersonQuerySet(QuerySet[Any]):
    """People who have, or had, entitlements at the AAI."""

    def open(self) -> Self:
        """Keep those whose entitlements are not as they should be, as far as is known."""
        return self.filter(IS_OPEN)

    def resting_the_aai(self, now: datetime) -> Self:
        """Keep those because of whom the AAI is left alone for a while."""
        return self.filter(rests_until__gt=now)
