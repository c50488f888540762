"""The request of an action that asks who calls, for type checking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request

if TYPE_CHECKING:
    from identity.models import Token, User


class AuthenticatedRequest(Request):
    """DRF's request, once the viewset has refused whoever is not logged in.

    It is a type only: what an action gets is a `Request`, which DRF types with any user at all.
    """

    user: User
    auth: Token | None
