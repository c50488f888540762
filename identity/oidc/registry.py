"""The registry of a federation's people, asked for somebody by their CUID.

It is asked while somebody waits, so it has a few seconds, and it is not asked twice. An answer
counts if it names the CUID that was asked for; what it says is bounded as a provider's claims are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings

from common import json_values, outgoing
from common.errors import DomainError
from identity.cuids import domain_of
from identity.oidc import claims as claimed

if TYPE_CHECKING:
    from collections.abc import Mapping

BOUNDS = outgoing.ExchangeBounds(wait=2.0, total=4.0, largest=64 * 1024)
"""Of one question: who asks for a CUID waits for the answer."""

REST_SECONDS, LONGEST_REST = 15, 300
"""How long a registry is left alone that failed: if it does not say, and at most."""

UNKNOWN = frozenset({404, 410})
OF_EVERYBODY = frozenset({401, 403, 407, 429, 502, 503, 504})
"""Answers that speak of the registry or of who asks, and not of the person asked for."""


class UnknownToRegistry(DomainError):
    """The registry has nobody of that CUID."""

    code = "unknown_to_registry"


class RegistryFails(DomainError):
    """The registry does not answer, or with nothing that could be used."""

    code = "registry_fails"

    def __init__(self, detail: str, *, rest: int = REST_SECONDS, of_one: bool = False) -> None:
        """Take what happened, and for how many seconds the registry is left alone.

        That a question was answered badly is `of_one` person: others can be asked for meanwhile.
        """
        super().__init__(detail)
        self.rest = rest
        self.of_one = of_one


@dataclass(frozen=True)
class Registry:
    """Where the registry is, what it speaks (`userinfo` or `scim`), and how it may be asked."""

    url: str = ""
    kind: str = "userinfo"
    key: str = field(default="", repr=False)
    per_minute: int = 60


@dataclass(frozen=True)
class Registered:
    """A person as the registry describes them; only a login tells of assurance."""

    cuid: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    email: str = ""


def is_askable(cuid: str) -> bool:
    """Tell whether a registry may be asked for a CUID: there is one, and it can be one."""
    can_be_one = claimed.CUID.fullmatch(cuid) and domain_of(cuid)
    return bool(settings.CUID_REGISTRY.url and can_be_one)


def ask(registry: Registry, cuid: str) -> Registered:
    """Return what the registry says of somebody.

    :raises UnknownToRegistry: it has nobody of that CUID.
    :raises RegistryFails: it says nothing, or nothing that could be used.
    """
    named = quote(cuid, safe="@")
    is_scim = registry.kind == "scim"
    url = f"{registry.url}/scim/v2/Users/{named}" if is_scim else f"{registry.url}/{named}"
    key = (
        {"X-API-Key": registry.key, "Accept": "application/scim+json, application/json;q=0.9"}
        if is_scim
        else {"Authorization": f"Bearer {registry.key}"}
    )
    try:
        answer = outgoing.exchange(
            "GET", url, headers=key, bounds=BOUNDS, ca_file=settings.OIDC_CA_FILE
        )
    except (OSError, HTTPException, ValueError) as error:
        detail = f"The registry does not answer: {type(error).__name__}."
        raise RegistryFails(detail, of_one=isinstance(error, ValueError)) from error  # too large
    if answer.status in UNKNOWN:
        raise UnknownToRegistry("The registry has nobody of that CUID.")
    if answer.status != 200:
        rest = _rest(answer.headers)
        of_one = answer.status not in OF_EVERYBODY
        raise RegistryFails(f"The registry answered {answer.status}.", rest=rest, of_one=of_one)
    told = _read(answer.body)
    found = described(claims_of_scim(told) if is_scim else told)
    if found is None or found.cuid.lower() != cuid.lower():
        detail = "The registry answered of somebody else than was asked for."
        raise RegistryFails(detail, of_one=True)
    return found


def described(claims: Mapping[str, Any]) -> Registered | None:
    """Return whom claims describe; None if they give no CUID."""
    cuid = claims.get("voperson_id")
    if isinstance(cuid, list) and len(cuid) == 1:
        (cuid,) = cuid
    if not isinstance(cuid, str) or not claimed.CUID.fullmatch(cuid):
        return None
    attributes = claimed.profile_of(claims)
    del attributes["eduperson_assurance"]
    is_denied = claims.get("email_verified") in (False, "false")
    return Registered(cuid, attributes, "" if is_denied else claimed.email_of(claims))


def claims_of_scim(user: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a SCIM user says as claims; extensions are looked into for theirs."""
    claims: dict[str, Any] = {}
    for part in (user, *(user[name] for name in user if str(name).startswith("urn:"))):
        if isinstance(part, dict):
            claims |= {name: part[name] for name in CLAIMS if name in part}
    name = user.get("name")
    if isinstance(name, dict):
        claims |= {"given_name": name.get("givenName"), "family_name": name.get("familyName")}
    emails = user.get("emails")
    several = [one for one in emails if isinstance(one, dict)] if isinstance(emails, list) else []
    first = next((one for one in several if one.get("primary") is True), None)
    if several:
        claims["email"] = (first or several[0]).get("value")
    return {**claims, "voperson_id": user.get("userName") or user.get("id")}


CLAIMS = (
    "eduperson_scoped_affiliation",
    "voperson_external_affiliation",
    "schac_home_organization",
)
"""What a SCIM user may have beside the standard's attributes, at the top or in an extension."""


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json_values.read(body.decode())
    except (UnicodeError, json_values.UnreadableJson) as error:
        raise RegistryFails("The registry's answer cannot be read.", of_one=True) from error
    if not isinstance(found, dict):
        raise RegistryFails("The registry's answer cannot be read.", of_one=True)
    return found


def _rest(headers: Mapping[str, str]) -> int:
    """Return for how many seconds the registry wants to be left alone."""
    said = next((headers[name] for name in headers if name.lower() == "retry-after"), "").strip()
    is_number = said.isascii() and said.isdigit()
    return min(max(int(said[:9]), 1), LONGEST_REST) if is_number else REST_SECONDS
