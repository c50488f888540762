"""Networks from which somebody may call, in the notation of CIDR."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 50
"""How many networks anybody names."""


def network(text: str) -> str:
    """Return a network as it is kept; a bare address is the network of it alone.

    :raises ValueError: it is none.
    """
    if "%" in text:
        raise ValueError("a network has no zone of one machine")
    return str(ip_network(text.strip(), strict=False))


def listed(text: str) -> list[str]:
    """Return the networks of a text, separated by commas or white space, as they stand there."""
    return text.replace(",", " ").split()


def faults(text: str) -> list[str]:
    """Return what is no network in a list of them."""
    return [one for one in listed(text) if not _is_network(one)]


def _is_network(text: str) -> bool:
    try:
        network(text)
    except ValueError:
        return False
    return True


def contain(networks: Iterable[str], address: str) -> bool:
    """Tell whether one of the networks contains an address; what cannot be read contains none."""
    try:
        there = _plain(ip_address(address))
    except ValueError:
        return False
    return any(_contains(text, there) for text in networks)


def _contains(text: str, address: IPv4Address | IPv6Address) -> bool:
    try:
        return address in ip_network(text, strict=False)
    except ValueError:
        return False


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that a server which listens on both saw as one of IPv6."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
