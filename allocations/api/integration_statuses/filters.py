"""Query parameters of the list of integration statuses."""

from __future__ import annotations

from allocations.agents import IntegrationState
from common.api.filters import (
    ApiFilterSet,
    Choices,
    Exact,
    Never,
    OneUuid,
    Ordering,
    Texts,
    Url,
    Uuids,
)


class IntegrationStatusFilter(ApiFilterSet):
    """Integration statuses by offering, kind of agent and status."""

    agent_type = Exact("agent_type")
    customer_uuid = OneUuid("identity__offering__customer__uuid")
    o = Ordering({"last_request_timestamp": "last_request_timestamp"})
    offering = Url("identity__offering__uuid")
    offering_slug = Texts("identity__offering__slug")
    offering_uuid = Uuids("identity__offering__uuid")
    parent_offering_uuid = Never("offerings have no parents", kind="uuid")
    status = Choices("status", IntegrationState)
