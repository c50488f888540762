"""Query parameters of the list of personal access tokens."""

from __future__ import annotations

from common.api.filters import ApiFilterSet, Contains, OneUuid, Ordering


class PersonalAccessTokenFilter(ApiFilterSet):
    """Tokens by holder and name."""

    name = Contains("name")
    user_uuid = OneUuid("user__uuid")
    o = Ordering(
        {
            "created": "created",
            "expires_at": "expires_at",
            "last_used_at": "last_used",
            "name": "name",
        }
    )
