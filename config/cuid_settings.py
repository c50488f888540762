"""Whose CUIDs the platform takes, and the registry that is asked for unknown ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from common.env import env_int, env_list, env_secret, env_str
from config.checked_values import check_url
from config.identity_providers import LOCAL
from identity.oidc.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from identity.oidc.providers import Provider

KINDS = ("USERINFO", "SCIM")


def read(providers: Iterable[Provider]) -> tuple[tuple[str, ...], Registry]:
    """Return the domains of CUIDs, none where any will do, and the registry, without a URL if none.

    :raises ImproperlyConfigured: one of them is no such thing, or a provider is of elsewhere.
    """
    domains = tuple(domain.lower() for domain in env_list("CUID_DOMAINS"))
    for domain in domains:
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain):
            raise ImproperlyConfigured(f"CUID_DOMAINS holds {domain!r}, which is no domain.")
    for provider in providers:
        if domains and (others := sorted(set(provider.cuid_domains) - set(domains))):
            raise ImproperlyConfigured(
                f"The provider {provider.name} has CUIDs of {others[0]}, which CUID_DOMAINS lacks."
            )
    return domains, _registry()


def _registry() -> Registry:
    url = env_str("CUID_REGISTRY_URL").rstrip("/")
    registry = Registry(
        url=url,
        kind=env_str("CUID_REGISTRY_KIND", "USERINFO", among=KINDS).lower(),
        key=env_secret("CUID_REGISTRY_KEY"),
        per_minute=env_int("CUID_REGISTRY_PER_MINUTE", default=60, least=1),
    )
    check_url("CUID_REGISTRY_URL", url, ("https", "http"))
    parts = urlsplit(url)
    if url and not registry.key:
        raise ImproperlyConfigured("CUID_REGISTRY_URL needs CUID_REGISTRY_KEY.")
    if parts.scheme == "http" and parts.hostname not in LOCAL:
        raise ImproperlyConfigured(
            "CUID_REGISTRY_URL must begin with https://, but on this machine."
        )
    if not url.isascii() or " " in url or parts.query or parts.fragment or "@" in parts.netloc:
        raise ImproperlyConfigured("CUID_REGISTRY_URL must be an address without ?, # and @.")
    return registry
