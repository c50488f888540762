"""Query parameters of the list of what sites have."""

from __future__ import annotations

from common.api.filters import (
    ApiFilterSet,
    Before,
    Contains,
    Exact,
    OneUuid,
    Ordering,
    Since,
)


class BackendResourceFilter(ApiFilterSet):
    """Things by offering, project and name."""

    backend_id = Exact("backend_id")
    created = Since("created")
    created_before = Before("created")
    modified = Since("modified")
    modified_before = Before("modified")
    name = Contains("name")
    name_exact = Exact("name")
    offering_uuid = OneUuid("offering__uuid")
    project_uuid = OneUuid("project__uuid")
    o = Ordering({"created": "created"})
