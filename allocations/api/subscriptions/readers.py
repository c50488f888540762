"""How a caller will read at the broker later: with the token of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocations.services.queues import Reader
from identity.api.authentication import secret_of

if TYPE_CHECKING:
    from rest_framework.request import Request

    from allocations.observables import Protocol


def reader_of(request: Request, protocol: Protocol | None = None) -> Reader:
    """Return the caller's token, if they came with one, and the protocol that they ask for."""
    secret = secret_of(request)
    token: Any = request.auth
    return Reader(token, secret, protocol) if secret else Reader(protocol=protocol)
