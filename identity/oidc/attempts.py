"""Attempts to log in: from our redirect to the provider until the browser comes back.

State, nonce and code verifier of each attempt stand in the session, some at a time: the request
view of mozilla-django-oidc puts them there. Each is taken once, for the provider that it was made
for, and only for some minutes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from django.utils.http import url_has_allowed_host_and_scheme
from mozilla_django_oidc.views import OIDCAuthenticationRequestView

from common.errors import DomainError
from identity.oidc import published

if TYPE_CHECKING:
    from django.http import HttpRequest

    from identity.oidc.providers import Provider

STATES = "oidc_states"
LIVES_SECONDS = 600.0
LONGEST_NEXT = 2000
LONGEST_PARAMETER = 4000


class NoAttempt(DomainError):
    """Nobody began this login here, or it was long ago, or it is over."""

    code = "no_attempt"


class Canceled(DomainError):
    """The provider says that the login came to nothing."""

    code = "login_canceled"


class UnmetAuthentication(Canceled):
    """The provider says that it cannot authenticate the person as is asked."""

    code = "unmet_authentication"


@dataclass(frozen=True)
class Attempt:
    """What has to be known when the browser comes back."""

    nonce: str
    verifier: str
    redirect_uri: str
    next_url: str = ""


class _RequestView(OIDCAuthenticationRequestView):  # type: ignore[misc]
    """The request to one of several providers, with PKCE and what the provider demands."""

    fixed: ClassVar[dict[str, Any]] = {
        "OIDC_USE_NONCE": True,
        "OIDC_USE_PKCE": True,
        "OIDC_PKCE_CODE_CHALLENGE_METHOD": "S256",
        "OIDC_PKCE_CODE_VERIFIER_SIZE": 64,
        "OIDC_STATE_SIZE": 32,
        "OIDC_NONCE_SIZE": 32,
        # The address to come back to is among the extra parameters, by its whole name: this one is
        # made of the request's Host header.
        "OIDC_AUTHENTICATION_CALLBACK_URL": "login",
    }

    def __init__(self, provider: Provider, redirect_uri: str) -> None:
        """Take what the base class reads of the settings, which know one provider."""
        self.provider, self.redirect_uri = provider, redirect_uri
        self.OIDC_OP_AUTH_ENDPOINT = published.metadata_of(provider).authorization_endpoint
        self.OIDC_RP_CLIENT_ID = provider.client_id

    def get_settings(self, name: str, *default: Any) -> Any:
        """Return what the base class asks for, of this provider."""
        if name == "OIDC_RP_SCOPES":
            return " ".join(self.provider.scopes)
        return self.fixed.get(name, *default)

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        """Return what the provider demands of its people, and where they come back to."""
        extra = {"redirect_uri": self.redirect_uri}
        if self.provider.acr_values:
            extra["acr_values"] = " ".join(self.provider.acr_values)
        if self.provider.max_age is not None:
            extra["max_age"] = str(self.provider.max_age)
        return extra


def begin(
    request: HttpRequest, provider: Provider, *, redirect_uri: str, next_url: str = ""
) -> str:
    """Note an attempt in the session, and return where the browser is sent.

    :raises DomainError: the provider is away, or another than it should be.
    """
    url: str = _RequestView(provider, redirect_uri).get(request).url
    parts = urlsplit(url)
    if parts.query.count("?"):  # the endpoint had parameters of its own
        url = "&".join(url.rsplit("?", 1))
    state = parse_qs(urlsplit(url).query)["state"][0]
    request.session[STATES][state] |= {
        "provider": provider.name,
        "redirect_uri": redirect_uri,
        "next": own_address(request, next_url),
    }
    request.session.pop("oidc_login_next", None)
    request.session.modified = True
    return url


def take(request: HttpRequest, provider: Provider, *, redirect_uri: str) -> tuple[Attempt, str]:
    """Return the attempt that the browser comes back from, and the code; it is over with that.

    :raises NoAttempt: nobody began it for this provider and address, or long ago, or it is over.
    :raises UnmetAuthentication: the provider cannot authenticate the person as is asked.
    :raises Canceled: the provider says that the login came to nothing.
    """
    told = {name: request.GET.get(name, "") for name in ("state", "code", "error", "iss")}
    if any(len(value) > LONGEST_PARAMETER for value in told.values()):
        raise NoAttempt("The answer cannot be read.")
    states = request.session.get(STATES)
    noted = states.pop(told["state"], None) if isinstance(states, dict) else None
    if noted is None:
        raise NoAttempt("Nobody began this login here.")
    request.session.modified = True
    request.session.save()  # whatever comes of it, it is over
    is_fresh = 0 <= time.time() - noted["added_on"] <= LIVES_SECONDS
    began = (noted.get("provider"), noted.get("redirect_uri"))
    if not is_fresh or began != (provider.name, redirect_uri):
        raise NoAttempt("The login was begun long ago, or with another provider.")
    # Whoever makes browsers take one provider's answer for another's is found out (RFC 9207).
    if told["iss"] != provider.issuer and (
        told["iss"] or published.metadata_of(provider).names_issuer
    ):
        raise NoAttempt("The answer is another provider's.")
    if told["error"] == "unmet_authentication_requirements":
        raise UnmetAuthentication("The provider cannot authenticate the person as is asked.")
    if told["error"] or not told["code"]:
        raise Canceled("The login came to nothing.")
    attempt = Attempt(noted["nonce"], noted["code_verifier"], noted["redirect_uri"], noted["next"])
    return attempt, told["code"]


def own_address(request: HttpRequest, url: str) -> str:
    """Return an address if it is one of this service's; else nothing."""
    is_own = len(url) <= LONGEST_NEXT and url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_own else ""
