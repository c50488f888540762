"""The providers by which people log in, as the operator declares them in the settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings

from common.errors import Missing

WELL_KNOWN = "/.well-known/openid-configuration"
WALDUR_NAMES = ("eduteams", "keycloak")
"""What providers are called in the addresses of Waldur's API."""


class UnknownProvider(Missing):
    """No provider has that name."""

    code = "unknown_provider"


@dataclass(frozen=True)
class Provider:
    """An OpenID provider, and what we ask of it and of those whom it sends."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    label: str = ""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    acr_values: tuple[str, ...] = ()
    """How people must have been authenticated: one of these, such as with a second factor."""
    max_age: int | None = None
    """Seconds since people authenticated themselves, at most."""
    assurance: tuple[str, ...] = ()
    """Values of `eduperson_assurance` of which people must have each."""
    audience: str = ""
    """For whom a bearer token must be; empty: none is taken of this provider."""
    introspects: bool = False
    """Whether the provider is asked about bearer tokens that are no JWT."""
    cuid_domains: tuple[str, ...] = ()
    """What stands behind the @ in CUIDs of this environment; empty: its people have none."""
    waldur_name: str = ""
    """Which of Waldur's addresses lead to it."""

    @property
    def is_local(self) -> bool:
        """Tell whether it is on this machine, where plain HTTP is safe."""
        return self.issuer.startswith("http://")  # which no other may be

    @property
    def discovery_url(self) -> str:
        """Where it describes itself, as OpenID Connect Discovery has it."""
        return self.issuer.rstrip("/") + WELL_KNOWN

    @property
    def shown_name(self) -> str:
        """What it is called in the API: as in Waldur's addresses, if they lead to it."""
        return self.waldur_name or self.name

    @property
    def source(self) -> str:
        """The name of the provider as a source of what is known of people."""
        return f"isd:{self.name}"


def configured() -> tuple[Provider, ...]:
    """Return all providers, in the order in which they are shown."""
    found: tuple[Provider, ...] = settings.OIDC_PROVIDERS
    return found


def named(name: str) -> Provider:
    """Return a provider.

    :raises UnknownProvider: no provider has that name.
    """
    for provider in configured():
        if provider.name == name:
            return provider
    raise UnknownProvider("There is no such provider of identities.")


def shown_as(name: str) -> Provider:
    """Return the provider that the API calls by this name.

    :raises UnknownProvider: it calls none so.
    """
    for provider in configured():
        if provider.shown_name == name:
            return provider
    raise UnknownProvider("There is no such provider of identities.")


def known_to_waldur(waldur_name: str) -> Provider:
    """Return the provider to which Waldur's addresses lead.

    :raises UnknownProvider: none was given that name.
    """
    for provider in configured():
        if provider.waldur_name == waldur_name:
            return provider
    raise UnknownProvider("There is no such provider of identities.")


def issuing(issuer: str) -> tuple[Provider, ...]:
    """Return the providers of an issuer: its tokens may be for several clients of ours."""
    return tuple(provider for provider in configured() if provider.issuer == issuer)
