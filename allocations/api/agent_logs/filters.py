"""Query parameters of the list of agents' log lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.api.filters import ApiFilterSet, Exact, Number, OneUuid
from common.times import from_epoch

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

LATEST = 4_102_444_800
"""Seconds from 1970 to the year 2100: no agent's clock is that wrong."""


def moment(seconds: Decimal | float) -> datetime:
    """Return the moment so many seconds after 1970 began, from then to the year 2100."""
    return from_epoch(float(min(max(seconds, 0), LATEST)))


class SiteAgentLogFilter(ApiFilterSet):
    """Lines by agent, offering, level and time (seconds since 1970)."""

    agent_identity_uuid = OneUuid("identity__uuid")
    level = Exact("level", lookup_expr="iexact")
    offering_uuid = OneUuid("identity__offering__uuid")
    timestamp_from = Number(method="filter_from", reads=("timestamp",))
    timestamp_to = Number(method="filter_to", reads=("timestamp",))

    def filter_from(self, rows: Any, name: str, value: Decimal) -> Any:
        """Keep those at or after a moment."""
        return rows.filter(timestamp__gte=moment(value))

    def filter_to(self, rows: Any, name: str, value: Decimal) -> Any:
        """Keep those at or before a moment."""
        return rows.filter(timestamp__lte=moment(value))
