"""Query parameters of the list of a resource's members."""

from __future__ import annotations

from typing import Any

from common.api.filters import NOTHING, ApiFilterSet, Flag
from marketplace.models import Resource


class TeamFilter(ApiFilterSet):
    """Members by their consent to the offering's terms."""

    has_consent = Flag(method="filter_consent", reads=NOTHING)

    class Meta:
        model = Resource
        fields = ()

    def filter_consent(self, rows: Any, name: str, value: bool) -> Any:
        """Leave it to the service: the rows here are resources."""
        return rows
