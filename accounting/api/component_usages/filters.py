"""Query parameters of the list of monthly usages."""

from __future__ import annotations

from accounting.api.filters import OnOrAfter, OnOrBefore, PartOfDate
from accounting.models.usage import MissingUsagePolicy
from common.api.filters import ApiFilterSet, Choices, Day, Exact, OneUuid, Ordering, Url


class ComponentUsageFilter(ApiFilterSet):
    """Usages by resource, component and time; days are inclusive."""

    billing_period = Day("billing_period")
    billing_period_month = PartOfDate("billing_period__month")
    billing_period_year = PartOfDate("billing_period__year")
    customer_uuid = OneUuid("resource__project__customer__uuid")
    date_after = OnOrAfter("billing_period")
    date_before = OnOrBefore("billing_period")
    missing_usage_policy = Choices("missing_usage_policy", MissingUsagePolicy)
    offering_uuid = OneUuid("resource__offering__uuid")
    project_uuid = OneUuid("resource__project__uuid")
    resource = Url("resource__uuid")
    resource_uuid = OneUuid("resource__uuid")
    type = Exact("component__type")
    o = Ordering(
        {
            "billing_period": "billing_period",
            "missing_usage_policy": "missing_usage_policy",
            "usage": "usage",
        }
    )
