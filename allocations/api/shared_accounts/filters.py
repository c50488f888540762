"""Query parameters of the lists of accounts that are nobody's own."""

from __future__ import annotations

from allocations.lifecycle import CourseAccountState, ServiceAccountState
from common.api.filters import ApiFilterSet, Choices, Exact, OneUuid, Url


class ProjectServiceAccountFilter(ApiFilterSet):
    """Accounts of programs by project and state."""

    email = Exact("email", lookup_expr="iexact")
    project = Url("project__uuid")
    project_uuid = OneUuid("project__uuid")
    state = Choices("state", ServiceAccountState)
    username = Exact("username")


class CustomerServiceAccountFilter(ApiFilterSet):
    """Accounts of programs by organisation and state."""

    customer = Url("customer__uuid")
    customer_uuid = OneUuid("customer__uuid")
    email = Exact("email", lookup_expr="iexact")
    state = Choices("state", ServiceAccountState)
    username = Exact("username")


class CourseAccountFilter(ProjectServiceAccountFilter):
    """Accounts for courses by project and state."""

    state = Choices("state", CourseAccountState)
