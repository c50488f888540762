"""What a provider claims of a person, in the words of a profile here; bounded as all that comes in.

A claim that cannot be kept is left out and does not keep the person out: what a federation's
attributes hold is nobody's here to correct. Who the person is must be said, and well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common import json_values, mailboxes, names
from common.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from identity.oidc.providers import Provider

TEXTS = {
    "first_name": ("given_name", 100),
    "middle_name": ("middle_name", 100),
    "last_name": ("family_name", 100),
    "organization": ("schac_home_organization", 255),
}
"""Columns of a person, the claims that they are of, and how long they are."""

LISTS = {
    "affiliations": ("eduperson_scoped_affiliation", "voperson_external_affiliation"),
    "eduperson_assurance": ("eduperson_assurance",),
}
MAPPED = {
    **{column: name for column, (name, _) in TEXTS.items()},
    **{column: names[0] for column, names in LISTS.items()},
    "email": "email",
}
"""The claim, the first where there are several, of which a column of a person is."""
PROTOCOL = frozenset(
    {"aud", "azp", "at_hash", "c_hash", "exp", "iat", "nbf", "nonce", "jti", "s_hash", "events"}
)
"""Claims about a token, not about a person."""

MOST_VALUES = 100
LONGEST_VALUE = 255
LARGEST_KEPT = 8192
CUID = re.compile(r"[!-?A-~]{1,128}@[A-Za-z0-9.-]{1,100}")


class OtherEnvironment(DomainError):
    """The provider names people of an environment that is not its own."""

    code = "other_environment"


@dataclass(frozen=True)
class Described:
    """A person as a provider describes them."""

    issuer: str
    subject: str
    cuid: str = ""
    email: str = ""
    email_is_verified: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Columns of a profile here; empty where nothing is claimed."""
    acr: str = ""
    amr: tuple[str, ...] = ()
    sid: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """The claims as they came, as many as can be kept."""


def read_person(provider: Provider, claims: Mapping[str, Any]) -> Described:
    """Return whom verified claims describe.

    :raises OtherEnvironment: their CUID is of another environment than the provider's.
    """
    email = email_of(claims)
    return Described(
        issuer=provider.issuer,
        subject=str(claims["sub"]),
        cuid=_cuid(provider, claims.get("voperson_id")),
        email=email,
        email_is_verified=bool(email) and claims.get("email_verified") in (True, "true"),
        attributes={
            "identity_source": provider.label[:LONGEST_VALUE],
            **profile_of(claims),
        },
        acr=_text(claims.get("acr"), LONGEST_VALUE),
        amr=tuple(_list(claims.get("amr"))),
        sid=_text(claims.get("sid"), LONGEST_VALUE),
        kept=_kept(claims),
    )


def profile_of(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is claimed of a person as columns of a profile here, empty where nothing is."""
    texts = {column: _text(claims.get(name), longest) for column, (name, longest) in TEXTS.items()}
    return {**texts, **{column: _values(claims, its) for column, its in LISTS.items()}}


def email_of(claims: Mapping[str, Any]) -> str:
    """Return the address that is claimed; empty if it can be none."""
    return _email(claims.get("email"))


def assurance_of(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return what the provider assures of a person."""
    return frozenset(_list(claims.get("eduperson_assurance")))


def _cuid(provider: Provider, claimed: Any) -> str:
    """Return the CUID, of which the domain says the environment; nobody else's is believed.

    :raises OtherEnvironment: it is of an environment that is not the provider's.
    """
    if not provider.cuid_domains or claimed in (None, "", []):
        return ""
    if isinstance(claimed, list) and len(claimed) == 1:
        claimed = claimed[0]
    if not isinstance(claimed, str) or not CUID.fullmatch(claimed):
        raise OtherEnvironment("The provider gives this person a name that is none.")
    if claimed.rpartition("@")[2].lower() not in provider.cuid_domains:
        raise OtherEnvironment("The provider names a person of another environment.")
    return claimed


def _email(claimed: Any) -> str:
    if not isinstance(claimed, str) or len(claimed) > mailboxes.LONGEST:
        return ""
    address = mailboxes.canonical(claimed.strip())
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if mailboxes.is_ascii(address) else ""


def _text(claimed: Any, longest: int) -> str:
    """Return a text that may be a name here; empty if it may not."""
    if isinstance(claimed, list) and claimed:
        claimed = claimed[0]
    if not isinstance(claimed, str):
        return ""
    text = " ".join(claimed.split())
    is_good = len(text) <= longest and not (names.fault(text) or json_values.unkeepable_text(text))
    return text if is_good else ""


def _list(claimed: Any) -> list[str]:
    """Return the texts of a claim that is one or several of them."""
    several = claimed if isinstance(claimed, list) else [claimed]
    found = (_text(one, LONGEST_VALUE) for one in several[:MOST_VALUES] if isinstance(one, str))
    return list(dict.fromkeys(filter(None, found)))


def _values(claims: Mapping[str, Any], its: Iterable[str]) -> list[str]:
    found = [value for name in its for value in _list(claims.get(name))]
    return list(dict.fromkeys(found))[:MOST_VALUES]


def _kept(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims about the person, smallest first, as far as there is room for them."""
    kept: dict[str, Any] = {}
    about = {name: value for name, value in claims.items() if name not in PROTOCOL}
    for name in sorted(about, key=lambda one: (len(str(about[one])), one)):
        fits = {**kept, name: about[name]}
        faults = names.fault_within({name: about[name]}) or json_values.unkeepable(about[name])
        if not faults and not json_values.too_long(fits, LARGEST_KEPT):
            kept = fits
    return kept
