"""`/api-auth/`: from a password to a token, and the end of a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import auth
from rest_framework.exceptions import AuthenticationFailed

from common.addresses import address_of
from common.api.access import AUTHENTICATED, PUBLIC, Rule
from common.api.actions import Declared
from common.api.viewsets import ApiViewSet
from identity.api.sessions.serializers import CoreAuthToken, ObtainAuthTokenInput
from identity.models import Token
from identity.services import credentials, lock_out

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest


class PasswordViewSet(ApiViewSet):
    """Logging in."""

    authentication_classes = ()
    access: ClassVar[dict[str, Rule]] = {"log_in": PUBLIC}

    def log_in(self, request: Request) -> Response:
        """Get a token for a username and a password.

        Send it with other requests as `Authorization: Token <token>`. Tokens of earlier logins live
        on. After four failures the username is refused from this address for ten minutes. Who has
        a second factor sends a `code` of it too, which works once; without one it is 401, and
        `detail` says so.

        :raises AuthenticationFailed: in Waldur's words.
        """
        data = self.data(ObtainAuthTokenInput)
        try:
            token = credentials.log_in(**data, address=address_of(request), now=self.now)
        except lock_out.NotAuthenticated as error:
            raise AuthenticationFailed(str(error.detail)) from error
        return self.answer({"token": token})

    log_in.api = Declared(input=ObtainAuthTokenInput, output=CoreAuthToken)  # type: ignore[attr-defined]

    def get_authenticate_header(self, request: Request) -> str:
        """Let a refusal be 401: without a challenge it would be 403."""
        return "Token"


class LogoutViewSet(ApiViewSet):
    """Logging out."""

    access: ClassVar[dict[str, Rule]] = {"log_out": AUTHENTICATED}
    lets_go = True

    def log_out(self, request: AuthenticatedRequest) -> Response:
        """Log out.

        Ends the token that the request carries, or the session of the browser.
        """
        if isinstance(request.auth, Token):
            credentials.revoke(request.auth, actor=request.user, now=self.now)
        else:
            auth.logout(request)
        return self.no_content()

    log_out.api = Declared(status=204, empty=True)  # type: ignore[attr-defined]
