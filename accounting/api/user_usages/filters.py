"""Query parameters of the list of people's parts of monthly usages."""

from __future__ import annotations

from accounting.api.filters import OnOrAfter, OnOrBefore, PartOfDate
from common.api.filters import ApiFilterSet, Day, Exact, OneUuid, Ordering, Url

MONTH = "component_usage__billing_period"


class ComponentUserUsageFilter(ApiFilterSet):
    """Parts by person, resource, component and time; days are inclusive.

    The month has two names: older releases of Waldur write it with one underscore.
    """

    billing_period_month = PartOfDate(f"{MONTH}__month")
    billing_period_year = PartOfDate(f"{MONTH}__year")
    component_usage__billing_period = Day(MONTH)
    component_usage_billing_period = Day(MONTH)
    customer_uuid = OneUuid("component_usage__resource__project__customer__uuid")
    date_after = OnOrAfter(MONTH)
    date_before = OnOrBefore(MONTH)
    offering_uuid = OneUuid("component_usage__resource__offering__uuid")
    project_uuid = OneUuid("component_usage__resource__project__uuid")
    resource = Url("component_usage__resource__uuid")
    resource_uuid = OneUuid("component_usage__resource__uuid")
    type = Exact("component_usage__component__type")
    username = Exact("username")
    o = Ordering({MONTH: MONTH, "usage": "usage", "username": "username"})
