"""Query parameters of the list of people's limits."""

from __future__ import annotations

from common.api.filters import ApiFilterSet, Exact, OneUuid, Url


class ComponentUserUsageLimitFilter(ApiFilterSet):
    """Limits by resource, component and person."""

    component_type = Exact("component__type")
    offering_uuid = OneUuid("resource__offering__uuid")
    resource = Url("resource__uuid")
    resource_uuid = OneUuid("resource__uuid")
    username = Exact("user__username")
