"""Where webhooks may go: to addresses of the public internet, unless the operator allows others.

A URL is looked at twice: when it is given, as far as its text says where it leads, and at each
sending, when its name is resolved. The connection is made to an address that was looked at, never
to the name, which might be resolved otherwise a moment later.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from queue import Empty, Queue
from threading import BoundedSemaphore, Thread
from typing import Any
from urllib.parse import quote, urlsplit

from common.errors import Invalid

LOOK_UP_SECONDS = 5.0
"""How long the addresses of a name are looked for."""

_LOOK_UPS = BoundedSemaphore(128)
"""Look-ups that are under way in this process."""

LONGEST = 2000
AS_GIVEN = "!#$%&'()*+,/:;=?@[]~"
"""What stays in a path as it was given; letters beyond ASCII are encoded."""

PORTS = {"https": 443, "http": 80}

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_6TO4 = IPv6Network("2002::/16")
_NAT64 = IPv6Network("64:ff9b::/96")
_FROM_WITHIN = tuple(
    IPv4Network(network) for network in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")
)
"""Addresses that look public: clouds answer from within, or relays lead elsewhere."""

Address = IPv4Address | IPv6Address


class NotAllowed(Invalid):
    """A webhook may not be sent there."""

    code = "destination_not_allowed"


@dataclass(frozen=True)
class Destination:
    """A URL in the parts that a connection needs."""

    is_encrypted: bool
    host: str
    port: int
    path: str


def read(url: str, *, allow_private: bool) -> Destination:
    """Return the parts of a URL to which a webhook may be sent, as far as its text tells.

    :raises NotAllowed: it may not be sent there.
    """
    parts, port = _split(url)
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise NotAllowed("Only https:// addresses are allowed.")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("The address must not hold a user name or a password.")
    host = _ascii(parts.hostname or "")
    literal = _literal(host)
    if not allow_private:
        if literal is not None and not is_public(literal):
            raise NotAllowed("The address is not one of the public internet.")
        if literal is None and (host == "localhost" or host.endswith(".localhost")):
            raise NotAllowed("The address is not one of the public internet.")
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=AS_GIVEN)
    return Destination(parts.scheme == "https", host, port or PORTS[parts.scheme], path)


def resolve(
    destination: Destination, *, allow_private: bool, seconds: float = LOOK_UP_SECONDS
) -> list[str]:
    """Return the addresses behind a destination's name, once all of them are allowed.

    One that is not is reason enough to refuse: whoever answers with both means no good.

    :raises NotAllowed: one of them is not public.
    :raises OSError: the name cannot be resolved, or not within the time.
    """
    addresses = _looked_up(destination.host, destination.port, seconds)
    for address in addresses:
        if not allow_private and not is_public(ipaddress.ip_address(address)):
            raise NotAllowed("The address is not one of the public internet.")
    return addresses


def _looked_up(host: str, port: int, seconds: float) -> list[str]:
    """Return the addresses of a host, or give up after a time.

    The system's own look-up has no limit that could be set, and somebody's name server may answer
    as slowly as they like; so it has a thread of its own, which is left to itself when it is over
    time. Of such there are at most some, or one bad name would fill the process with them.

    :raises OSError: there are none, it took too long, or too many look-ups are still under way.
    """
    if _literal(host) is not None:
        return _found(host, port)  # nobody has to be asked
    places = _LOOK_UPS  # the thread may outlive a test that has set others in their stead
    if not places.acquire(timeout=seconds):
        raise TimeoutError
    answer: Queue[list[str] | OSError] = Queue(maxsize=1)

    def look_up() -> None:
        try:
            answer.put(_found(host, port))
        except (OSError, UnicodeError) as error:
            answer.put(error if isinstance(error, OSError) else OSError(str(error)))
        finally:
            places.release()

    Thread(target=look_up, name="look-up", daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(found, OSError):
        raise found
    return found


def _found(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: Address) -> bool:
    """Tell whether an address, or the one that is wrapped in it, is of the public internet."""
    if isinstance(address, IPv4Address):
        return (
            address.is_global
            and not (address.is_multicast or address.is_reserved)
            and not any(address in network for network in _FROM_WITHIN)
        )
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address.is_global and address in _GLOBAL_UNICAST and address not in _6TO4


def _split(url: str) -> tuple[Any, int | None]:
    if len(url) > LONGEST or not url.isprintable() or set(url) & set(' \\"<>'):
        raise NotAllowed("Enter a valid URL.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("Enter a valid URL.") from error
    if not parts.hostname or parts.fragment or port == 0:
        raise NotAllowed("Enter a valid URL.")
    return parts, port


def _ascii(host: str) -> str:
    """Return a host as DNS knows it.

    :raises NotAllowed: it cannot be the name of one.
    """
    try:
        return host if ":" in host else host.encode("idna").decode().lower().rstrip(".")
    except UnicodeError as error:
        raise NotAllowed("Enter a valid URL.") from error


def _literal(host: str) -> Address | None:
    """Return the address that a host is, in whatever form: 127.1, 0x7f000001, ::1, fe80::1%eth0."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def host_of(url: str) -> str:
    """Return the host of a URL that was accepted: the part that may stand in the log."""
    return urlsplit(url).hostname or ""
