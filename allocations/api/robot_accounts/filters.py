"""Query parameters of the list of accounts of robots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocations.lifecycle import RobotAccountState
from common.api.filters import ApiFilterSet, Choices, Exact, OneUuid, Since, Url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

STATES = {state.value: state.value for state in RobotAccountState} | {
    str(number): state.value for number, state in enumerate(RobotAccountState, start=1)
}
"""The states by their names and, as some clients name them, by Waldur's numbers."""


class RobotAccountFilter(ApiFilterSet):
    """Accounts by what they work with and whose that is."""

    created = Since("created")
    customer_uuid = OneUuid("resource__project__customer__uuid")
    modified = Since("modified")
    project_uuid = OneUuid("resource__project__uuid")
    provider_uuid = OneUuid("resource__offering__customer__uuid")
    resource = Url("resource__uuid")
    resource_uuid = OneUuid("resource__uuid")
    state = Choices(None, STATES, method="in_state", reads=("state",))
    type = Exact("type")

    def in_state(self, rows: QuerySet[Any], _: str, value: Sequence[str]) -> QuerySet[Any]:
        """Keep those in one of the states."""
        return rows.filter(state__in=[STATES[word] for word in value])
