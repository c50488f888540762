"""How a caller will read at the broker later: with the token of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import PermissionDenied

from allocations.services.queues import Reader
from identity.api.authentication import secret_of

if TYPE_CHECKING:
    from rest_framework.request import Request

    from allocations.observables import Protocol

NO_LOGIN = "A personal access token is no login at the message broker: use a token of a login."


def reader_of(request: Request, protocol: Protocol | None = None) -> Reader:
    """Return the caller's token, if they came with one, and the protocol that they ask for.

    :raises PermissionDenied: it is a personal access token, whose limits the broker knows nothing
        of.
    """
    if getattr(request.user, "is_limited", False):
        raise PermissionDenied(NO_LOGIN)
    secret = secret_of(request)
    token: Any = request.auth
    return Reader(token, secret, protocol) if secret else Reader(protocol=protocol)
