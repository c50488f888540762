"""Where a stored link may lead: browsers follow it, so that its scheme must do nothing else. Pure.

A link may lack a scheme, as people write `docs.example.org` or `login.example.org:22`; with one, it
is one of those that the column is for.
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

WEB = frozenset({"http", "https"})
CONTACT = WEB | {"mailto", "tel"}
ACCESS = WEB | {"sftp", "ssh"}

_SCHEME = re.compile(r"([^/?#:]*):(.*)", re.DOTALL)
_PORT = re.compile(r"\d{1,5}(?:[/?#].*)?", re.DOTALL)
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff]")


def fault(link: str, schemes: frozenset[str]) -> str | None:
    """Return what is wrong with a link, or None."""
    if _UNSEEN.search(link):
        return "A link has no spaces and no control characters."
    if _leads_there(link, schemes):
        return None
    return f"A link begins with {', '.join(sorted(f'{name}:' for name in schemes))} or no scheme."


def _leads_there(link: str, schemes: frozenset[str]) -> bool:
    found = _SCHEME.match(link)
    if found is None:
        return True
    scheme, rest = found[1].lower(), found[2]
    if scheme in schemes:
        return scheme in {"mailto", "tel"} or rest.startswith("//")
    is_host = "." in scheme or scheme == "localhost"
    return is_host and _PORT.fullmatch(rest) is not None


def _check(link: str, schemes: frozenset[str]) -> None:
    if why := fault(link, schemes):
        raise ValidationError(why, code="link")


def web_link(link: str) -> None:
    """Refuse what does not lead to the web.

    :raises ValidationError: it does not.
    """
    _check(link, WEB)


def contact_link(link: str) -> None:
    """Refuse what neither leads to the web nor to a mailbox or telephone.

    :raises ValidationError: it does not.
    """
    _check(link, CONTACT)


def access_link(link: str) -> None:
    """Refuse what neither leads to the web nor to a machine that is logged in to.

    :raises ValidationError: it does not.
    """
    _check(link, ACCESS)
