"""What the API answers where a provider of identities has the say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import APIException, AuthenticationFailed

from identity.oidc import exchange, fetching, providers, published, tokens

if TYPE_CHECKING:
    from common.errors import DomainError


class ProviderAway(APIException):
    """The provider of identities cannot be asked now."""

    status_code = 503
    default_detail = "The login service does not answer. Try again in some minutes."
    default_code = "provider_unreachable"


def of_login(error: DomainError) -> Exception:
    """Return what is answered to a login that came to nothing."""
    if isinstance(error, fetching.ProviderUnreachable | published.WrongIssuer):
        return ProviderAway()
    if isinstance(error, providers.UnknownProvider):
        return error
    return AuthenticationFailed(str(error.detail), code=error.code)


def of_token(error: DomainError) -> Exception:
    """Return what is answered to a provider's access token that lets nobody in.

    Why it does not is said where its owner can do something about it, else Waldur's words.
    """
    if isinstance(error, tokens.TokenTimeOver):
        return AuthenticationFailed("Token has expired.")
    if isinstance(error, tokens.BadToken):
        return AuthenticationFailed("Invalid token.")
    if isinstance(error, exchange.WeakAuthentication | exchange.LowAssurance):
        return AuthenticationFailed(str(error.detail), code=error.code)
    return of_login(error)
