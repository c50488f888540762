"""The providers of identities that the environment declares; what cannot work stops the start."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from common.env import env_bool, env_int, env_list, env_secret, env_str
from config.checked_values import check_url
from identity.oidc.providers import WALDUR_NAMES, Provider

LOCAL = {"localhost", "127.0.0.1"}
MOST_SECONDS = 31_536_000


def declared() -> tuple[Provider, ...]:
    """Return what `OIDC_PROVIDERS` names, each with its own variables.

    :raises ImproperlyConfigured: one of them lacks what it needs, or two could be confused.
    """
    found = tuple(_read(name) for name in env_list("OIDC_PROVIDERS"))
    _refuse_twins("names", [one.name for one in found])
    _refuse_twins("clients", [f"{one.client_id} at {one.issuer}" for one in found])
    _refuse_twins("OIDC_<NAME>_WALDUR_NAME", [o.waldur_name for o in found if o.waldur_name])
    return found


def _read(name: str) -> Provider:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name):
        raise ImproperlyConfigured(
            f"OIDC_PROVIDERS holds {name!r}: a name is small letters, digits and hyphens."
        )
    max_age = env_int("OIDC_<NAME>_MAX_AGE", default=0, most=MOST_SECONDS, of=name)
    provider = Provider(
        name=name,
        issuer=env_str("OIDC_<NAME>_ISSUER", of=name),
        client_id=env_str("OIDC_<NAME>_CLIENT_ID", of=name),
        client_secret=env_secret("OIDC_<NAME>_CLIENT_SECRET", of=name),
        label=env_str("OIDC_<NAME>_LABEL", of=name) or name,
        scopes=tuple(env_list("OIDC_<NAME>_SCOPES", "openid,profile,email", of=name)),
        acr_values=tuple(env_list("OIDC_<NAME>_ACR_VALUES", of=name)),
        max_age=max_age or None,
        assurance=tuple(env_list("OIDC_<NAME>_ASSURANCE", of=name)),
        audience=env_str("OIDC_<NAME>_AUDIENCE", of=name),
        introspects=env_bool("OIDC_<NAME>_INTROSPECTION", default=False, of=name),
        cuid_domains=tuple(
            domain.lower() for domain in env_list("OIDC_<NAME>_CUID_DOMAINS", of=name)
        ),
        waldur_name=env_str("OIDC_<NAME>_WALDUR_NAME", of=name),
    )
    _check(provider)
    return provider


def _check(provider: Provider) -> None:
    of = f"OIDC_{provider.name.upper().replace('-', '_')}_"
    for needed in ("issuer", "client_id"):
        if not getattr(provider, needed):
            raise ImproperlyConfigured(f"{of}{needed.upper()} is required.")
    check_url(f"{of}ISSUER", provider.issuer, ("https", "http"))
    parts = urlsplit(provider.issuer)
    if parts.scheme == "http" and parts.hostname not in LOCAL:
        raise ImproperlyConfigured(f"{of}ISSUER must begin with https://, but on this machine.")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ImproperlyConfigured(f"{of}ISSUER must be an address without ?, # and @.")
    if "openid" not in provider.scopes:
        raise ImproperlyConfigured(f"{of}SCOPES must hold openid.")
    if provider.introspects and not (provider.audience and provider.client_secret):
        raise ImproperlyConfigured(f"{of}INTROSPECTION needs {of}AUDIENCE and {of}CLIENT_SECRET.")
    if provider.waldur_name and provider.waldur_name not in WALDUR_NAMES:
        raise ImproperlyConfigured(f"{of}WALDUR_NAME must be one of {', '.join(WALDUR_NAMES)}.")


def _refuse_twins(what: str, values: list[str]) -> None:
    if twins := {value for value in values if values.count(value) > 1}:
        raise ImproperlyConfigured(f"OIDC_PROVIDERS: these {what} occur twice: {sorted(twins)}.")
