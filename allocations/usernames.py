"""Names of people at sites that the service makes itself, by the offering's policy. Pure."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MAX_LENGTH = 100
DEFAULT_PREFIX = "walduruser_"


class UsernamePolicy(StrEnum):
    """Who names people at a site, in the words of an offering's `plugin_options`.

    FreeIPA and identity claims are not known here: the site names those people itself.
    """

    SERVICE_PROVIDER = "service_provider"
    ANONYMIZED = "anonymized"
    FULL_NAME = "full_name"
    WALDUR_USERNAME = "waldur_username"
    FREEIPA = "freeipa"
    IDENTITY_CLAIM = "identity_claim"


def policy_of(plugin_options: Mapping[str, object]) -> UsernamePolicy:
    """Return an offering's policy; one that is absent or unknown leaves it to the site."""
    try:
        return UsernamePolicy(str(plugin_options.get("username_generation_policy")))
    except ValueError:
        return UsernamePolicy.SERVICE_PROVIDER


def stem(
    plugin_options: Mapping[str, object], *, username: str, first_name: str, last_name: str
) -> str:
    """Return what a person's name at the site begins with; empty when the site names him."""
    policy = policy_of(plugin_options)
    if policy is UsernamePolicy.WALDUR_USERNAME:
        return username[:MAX_LENGTH]
    if policy is UsernamePolicy.ANONYMIZED:
        return str(plugin_options.get("username_anonymized_prefix") or DEFAULT_PREFIX)[:80]
    if policy is UsernamePolicy.FULL_NAME:
        words = [word for name in (first_name, last_name) if (word := _plain(name))]
        return "_".join(words)[:90]
    return ""


def propose(
    plugin_options: Mapping[str, object],
    *,
    username: str,
    first_name: str,
    last_name: str,
    taken: Collection[str],
) -> str:
    """Return a name that is not taken at the offering; empty when the site names the person.

    Under `waldur_username` the name is the person's own or none: another one would be somebody
    else's.
    """
    policy = policy_of(plugin_options)
    begin = stem(plugin_options, username=username, first_name=first_name, last_name=last_name)
    if not begin or policy is UsernamePolicy.WALDUR_USERNAME:
        return "" if begin in taken else begin
    form = "{}{:05d}" if policy is UsernamePolicy.ANONYMIZED else "{}_{:02d}"
    numbered = (form.format(begin, number) for number in count(0))
    return next(name for name in numbered if name not in taken)


def _plain(name: str) -> str:
    """Return a name in lower-case ASCII letters; empty when none of it can be written so."""
    decomposed = unicodedata.normalize("NFKD", name)
    return re.sub(r"[^a-z0-9]", "", decomposed.encode("ascii", "ignore").decode().lower())
