"""E-mail addresses: one spelling for each mailbox. Pure.

A domain has two spellings, one for people (`exämple.org`) and one for the name service
(`xn--exmple-cua.org`); the second is kept, by the rules that Django mails by. What stands before
the @ is ASCII, as letters beyond turn into ASCII ones where case is ignored (the long s is an S),
so that an address would pass for another one; and it has quotation marks only if it needs them.
Letters of ASCII keep their case, which counts in no comparison.
"""

from __future__ import annotations

import re

LONGEST = 320

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{}|~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{}|~-]+)*")


def canonical(address: str) -> str:
    """Return an address as it is kept; what has no such form stays as it is."""
    local, at, domain = address.rpartition("@")
    try:
        plain_domain = domain if domain.isascii() else domain.encode("idna").decode().lower()
    except UnicodeError:
        return address
    return f"{_unquoted(local)}{at}{plain_domain}"


def _unquoted(local: str) -> str:
    quoted = _QUOTED.fullmatch(local)
    plain = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else local
    return plain if _PLAIN.fullmatch(plain) else local


def mailbox_of(address: str) -> str:
    """Return the mailbox that an address leads to: equal for all its spellings."""
    spelt = canonical(address)
    return spelt.lower() if spelt.isascii() else spelt


def is_ascii(address: str) -> bool:
    """Tell whether an address is ASCII, as it is kept."""
    return canonical(address).isascii()


def read_list(text: str) -> list[str]:
    """Return the addresses of a text with commas, semicolons or blanks between them."""
    return [address for address in re.split(r"[,;\s]+", text) if address]
