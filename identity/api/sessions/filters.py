"""Query parameters with which a browser comes back from a provider of identities."""

from __future__ import annotations

from typing import Any

from common.api.filters import NOTHING, ApiFilterSet, Exact
from identity.models import LinkedIdentity


class LoginAnswerFilter(ApiFilterSet):
    """What the provider gave the browser; the attempt that it belongs to is looked for first."""

    class Meta:
        model = LinkedIdentity

    code = Exact(method="leave", reads=NOTHING)
    state = Exact(method="leave", reads=NOTHING)

    def leave(self, rows: Any, name: str, value: Any) -> Any:
        """Leave it to `identity.oidc.attempts`."""
        return rows
