"""Query parameters of the list of requests for roles."""

from __future__ import annotations

from common.api.filters import ApiFilterSet, Choices, OneUuid, Ordering, Url
from identity.lifecycle import RequestState
from identity.models import PermissionRequest


class PermissionRequestFilter(ApiFilterSet):
    """Requests by who asked for what, and what was decided."""

    class Meta:
        model = PermissionRequest

    created_by = OneUuid("created_by__uuid")
    customer_uuid = OneUuid("invitation__customer__uuid")
    invitation = OneUuid("invitation__uuid")
    scope = Url("invitation__scope_uuid")
    state = Choices("state", RequestState)
    o = Ordering({"created": "created", "state": "state"})
