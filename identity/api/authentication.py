"""Reading who calls from the `Authorization` header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from drf_spectacular import authentication as schemes
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from common.addresses import address_of
from common.api.conditional import SAFE
from common.errors import DomainError
from identity.api.sessions import refusals
from identity.oidc import bearer
from identity.principals import begin_request
from identity.services import admission, credentials, lock_out, logins, personal_tokens

if TYPE_CHECKING:
    from datetime import datetime

    from rest_framework.request import Request

    from identity.models import Token, User

SCHEMES = frozenset({b"token", b"bearer"})


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token <token>`, as Waldur's clients send it in any case, or `Bearer`.

    A `Bearer` may also be an access token of a provider of identities (`identity.oidc.bearer`).
    """

    def authenticate(self, request: Request) -> tuple[User, Token | None] | None:
        """Return the token's user, or None when the header is missing or of another scheme.

        :raises AuthenticationFailed: in Waldur's words.
        :raises OtherNetwork: the token, or the program whose it is, may not call from there.
        """
        scheme, *parts = get_authorization_header(request).split() or [b""]
        if scheme.lower() not in SCHEMES:
            return None
        if not parts:
            raise AuthenticationFailed("Invalid token. No credentials provided.")
        if len(parts) > 1:
            raise AuthenticationFailed("Invalid token. Token string should not contain spaces.")
        now, plaintext = timezone.now(), parts[0].decode("latin-1")
        only_reads = request.method in SAFE
        try:
            token = credentials.find(plaintext, now=now)
        except credentials.UnknownToken as error:
            if not _may_be_foreign(scheme, plaintext):
                raise AuthenticationFailed(str(error.detail)) from error
            user = _bearer_of(plaintext, now)
            admission.check_program(user, address=address_of(request))
            begin_request(user, only_reads=only_reads)
            return user, None
        except lock_out.NotAuthenticated as error:
            raise AuthenticationFailed(str(error.detail)) from error
        address = address_of(request)
        admission.check_token(token, address=address)
        admission.check_program(token.user, address=address)
        credentials.touch(token, address=address, now=now)
        begin_request(
            token.user, only_reads=only_reads, grants=token.user_grants, limits=token.limits()
        )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return what `WWW-Authenticate` asks for."""
        return "Token"


class SessionAuthentication(authentication.SessionAuthentication):
    """A browser's session, with the check against forged requests."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return the session's user, or None when nobody is logged in.

        :raises PermissionDenied: when a write lacks the CSRF token.
        :raises OtherNetwork: it is a program's, which may not call from there.
        """
        found: tuple[User, None] | None = super().authenticate(request)
        if found is not None:
            admission.check_program(found[0], address=address_of(request))
            begin_request(found[0], only_reads=request.method in SAFE)
        return found


def _bearer_of(token: str, now: datetime) -> User:
    """Return who acts by the access token of a provider; no transaction waits for the provider.

    :raises AuthenticationFailed: nobody does, in Waldur's words.
    :raises ProviderAway: the provider would have to be asked, and cannot be.
    """
    try:
        return logins.bearer_of(*bearer.read(token, now=now))
    except lock_out.NotAuthenticated as error:
        raise AuthenticationFailed(str(error.detail)) from error
    except DomainError as error:
        raise refusals.of_token(error) from error


def _may_be_foreign(scheme: bytes, token: str) -> bool:
    """Tell whether a provider may be asked about a token that is not known here."""
    ours = token.startswith(personal_tokens.BEGINNING)
    return scheme.lower() == b"bearer" and not ours and bearer.looks_foreign(token)


def secret_of(request: Request) -> str:
    """Return the token that the caller has sent; empty when they are known by other means."""
    _, *parts = get_authorization_header(request).split() or [b""]
    return parts[0].decode("latin-1") if request.auth is not None and parts else ""


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes the header."""

    target_class = TokenAuthentication
    name = "tokenAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe an API key in a header: OpenAPI has no word for the `Token` scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <token>`, from `POST /api-auth/password/`",
        }


class SessionScheme(schemes.SessionScheme):  # type: ignore[no-untyped-call]
    """How the schema describes the session's cookie."""

    target_class = "identity.api.authentication.SessionAuthentication"
