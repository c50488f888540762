"""One request to a provider: bounded in time and size, to no other place than was asked.

Providers are the operator's choice, and still they are somebody else's server. No redirect is
followed, no proxy of the environment is asked, and whatever the server does, it is over within
`TOTAL_SECONDS`.
"""

from __future__ import annotations

import base64
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode, urlsplit

from django.conf import settings

from common import json_values, outgoing
from common.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.oidc.providers import Provider

WAIT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
LARGEST_ANSWER = 256 * 1024
LOCAL = frozenset({"localhost", "127.0.0.1"})


class ProviderUnreachable(DomainError):
    """The provider did not answer, or with nothing that could be used."""

    code = "provider_unreachable"


class ProviderRefused(DomainError):
    """The provider answered that it will not do what was asked of it."""

    code = "provider_refused"


def get_json(provider: Provider, url: str, headers: Mapping[str, str] | None = None) -> Any:
    """Ask for a JSON object.

    :raises ProviderUnreachable: there is none to be had.
    :raises ProviderRefused: the provider answered with a status of 4xx.
    """
    return _json(_exchange(provider, "GET", url, None, headers or {}))


def post_form(provider: Provider, url: str, form: Mapping[str, str], *, methods: Any) -> Any:
    """Send a form as the client that we are there, and return the JSON object of the answer.

    `methods` are the ways of proving who we are that the provider knows.

    :raises ProviderUnreachable: there is no answer to be had.
    :raises ProviderRefused: the provider answered with a status of 4xx.
    """
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    data = {**form, "client_id": provider.client_id}
    if provider.client_secret and "client_secret_basic" not in methods and methods:
        data["client_secret"] = provider.client_secret
    elif provider.client_secret:
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        del data["client_id"]
    return _json(_exchange(provider, "POST", url, urlencode(data).encode(), headers))


def is_safe(provider: Provider, url: object) -> bool:
    """Tell whether a URL that a provider publishes may be asked or be shown to a browser."""
    if not isinstance(url, str) or len(url) > 2000 or not (url.isascii() and url.isprintable()):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or port == 0 or "@" in parts.netloc or parts.fragment or " " in url:
        return False
    return parts.scheme == "https" or (
        provider.is_local and parts.scheme == "http" and host in LOCAL
    )


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json_values.read(body.decode())
    except (UnicodeError, json_values.UnreadableJson) as error:
        raise ProviderUnreachable("The provider's answer cannot be read.") from error
    if not isinstance(found, dict):
        raise ProviderUnreachable("The provider's answer cannot be read.")
    return found


def _exchange(
    provider: Provider, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
) -> bytes:
    if not is_safe(provider, url):
        raise ProviderUnreachable("The provider names an address that is not safe.")
    bounds = outgoing.ExchangeBounds(WAIT_SECONDS, TOTAL_SECONDS, LARGEST_ANSWER)
    try:
        answer = outgoing.exchange(
            method, url, body=body, headers=headers, bounds=bounds, ca_file=settings.OIDC_CA_FILE
        )
    except (OSError, HTTPException, ValueError) as error:
        raise ProviderUnreachable(
            f"The provider does not answer: {type(error).__name__}."
        ) from error
    if 400 <= answer.status < 500:
        raise ProviderRefused(f"The provider answered {answer.status}.")
    if answer.status != 200:
        raise ProviderUnreachable(f"The provider answered {answer.status}.")
    return answer.body
