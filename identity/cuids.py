"""CUIDs, the names that a federation gives people, and which user names are such. Pure.

A user name with a scope behind an @ may be one; it is none where it was made here of an issuer and
a subject, or where the person is linked under another one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


@dataclass(frozen=True)
class Link:
    """As whom a provider of identities knows a person; without a CUID by its subject alone."""

    issuer: str
    subject: str
    cuid: str = ""


@dataclass(frozen=True)
class Environment:
    """Whose CUIDs are taken: those of some domains, or of all but some where none is named."""

    domains: Collection[str] = ()
    strange: Collection[str] = ()

    def has(self, name: str) -> bool:
        """Tell whether a name has the shape and the domain of a CUID that is taken."""
        domain = domain_of(name)
        if not domain:
            return False
        return domain in self.domains if self.domains else domain not in self.strange

    def is_foreign(self, name: str) -> bool:
        """Tell whether a name is of a sibling of this environment: `acc.` of one, or the other."""
        domain = domain_of(name)
        return (
            bool(domain)
            and domain not in self.domains
            and any(
                domain.endswith(f".{own}") or own.endswith(f".{domain}") for own in self.domains
            )
        )


def is_cuid(username: str, links: Iterable[Link], environment: Environment) -> bool:
    """Tell whether a user name is the CUID of its person, who is linked in some ways, or in none.

    Where providers gave the person CUIDs it is one of these, in whatever case.
    """
    if not environment.has(username):
        return False
    links = list(links)
    if given := {link.cuid.lower() for link in links if link.cuid}:
        return username.lower() in given
    return all(made_name(link.issuer, link.subject) != username for link in links)


def made_name(issuer: str, subject: str) -> str:
    """Return the user name of somebody without a CUID: of the issuer's name, and of no other."""
    return f"{digest(issuer, subject)[:32]}@{(urlsplit(issuer).hostname or '')[:200]}"


def digest(issuer: str, name: str) -> str:
    """Return what tells two names of an issuer apart and does not tell the name."""
    return hashlib.sha256(f"{issuer}\0{name}".encode()).hexdigest()


def domain_of(name: str) -> str:
    """Return what stands behind the @ of a name that has the shape of a CUID, in small letters."""
    local, at, domain = name.partition("@")
    is_one = local and at and domain and "@" not in domain and not set(name) & set(" /\\")
    return domain.lower() if is_one else ""
