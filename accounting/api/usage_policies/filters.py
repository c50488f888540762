"""Query parameters of the list of policies, and of what was done for them."""

from __future__ import annotations

from accounting.models import SlurmCommandHistory
from common.api.filters import ApiFilterSet, OneUuid, Url


class PolicyFilter(ApiFilterSet):
    """Policies by their offering."""

    scope = Url("offering__uuid")
    scope_uuid = OneUuid("offering__uuid")


class PolicyLogFilter(ApiFilterSet):
    """What was evaluated or run, by the offering of its policy."""

    scope = Url("policy__offering__uuid")
    scope_uuid = OneUuid("policy__offering__uuid")

    class Meta:
        model = SlurmCommandHistory
        fields = ()
