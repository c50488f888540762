"""The query parameter of who may log in."""

from __future__ import annotations

from typing import Any

from allocations.models import OfferingUser
from common.api.filters import NOTHING, ApiFilterSet, Exact


class PrincipalsFilter(ApiFilterSet):
    """Under which name somebody wants to log in."""

    class Meta:
        model = OfferingUser

    username = Exact(method="leave", reads=NOTHING, required=True)

    def leave(self, rows: Any, name: str, value: Any) -> Any:
        """Leave it to the service."""
        return rows
