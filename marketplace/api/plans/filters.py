"""Query parameters of the list of plans."""

from __future__ import annotations

from common.api.filters import ApiFilterSet, Never, OneUuid, Texts, Url


class PlanFilter(ApiFilterSet):
    """Plans by their offering."""

    offering = Url("offering__uuid")
    offering_slug = Texts("offering__slug")
    offering_uuid = OneUuid("offering__uuid")
    parent_offering_uuid = Never("offerings have no parents", kind="uuid")
