"""Query parameters of the list of group invitations."""

from __future__ import annotations

from common.api.filters import Flag, Ordering
from identity.api.invitations.filters import InvitedFilter
from identity.models import GroupInvitation


class GroupInvitationFilter(InvitedFilter):
    """Links by the role and where it is, and whether they still work."""

    class Meta:
        model = GroupInvitation

    is_active = Flag("is_active")
    is_public = Flag("is_public")
    o = Ordering({"created": "created"})
