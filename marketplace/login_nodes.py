"""Where the people of an offering log in: which hosts, and how they are said. Pure.

An offering's provider names its login nodes in the plugin option `scim_login_nodes`; where it does
not, the endpoints that begin with `ssh://` are they. An entitlement names a host, the port is the
endpoint's alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NODES = "scim_login_nodes"
SWITCH = "enable_scim_entitlements"
"""The plugin options: the hosts, and whether people get entitlements for them."""

MOST_NODES = 20
LONGEST_HOST = 253
LAST_PORT = 65535
SSH = "ssh:"

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ENDPOINT = re.compile(r"ssh://([^/?#:@]*)(?::(\d{1,5}))?", re.IGNORECASE)

NO_HOST = "A login node is the name of a host, such as login.example.org."
NO_ENDPOINT = "An endpoint of SSH is ssh:// with a host and perhaps a port: ssh://host:22."


def fault_of_host(host: str) -> str | None:
    """Return what is wrong with the name of a login node, or None."""
    return None if _is_host(host) else NO_HOST


def fault_of_endpoint(url: str) -> str | None:
    """Return what is wrong with an endpoint that is logged in to, or None."""
    return None if not _is_of_ssh(url) or host_of(url) is not None else NO_ENDPOINT


def host_of(url: str) -> str | None:
    """Return the host of an endpoint `ssh://host[:port]`, or None for anything else."""
    found = _ENDPOINT.fullmatch(url)
    if found is None or not _is_host(found[1]):
        return None
    if found[2] is not None and not 1 <= int(found[2]) <= LAST_PORT:
        return None
    return found[1].lower()


def nodes_of(plugin_options: Mapping[str, Any], urls: Iterable[str]) -> tuple[str, ...]:
    """Return the login nodes of an offering with these options and endpoints, in order.

    What is no host is passed over: options that were stored long ago may be anything.
    """
    named = plugin_options.get(NODES)
    said = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
    hosts = {host.lower() for host in said if _is_host(host)}
    if not said:
        hosts = {host for url in urls if (host := host_of(url)) is not None}
    return tuple(sorted(hosts))


def is_entitling(plugin_options: Mapping[str, Any]) -> bool:
    """Tell whether the people of an offering with these options get entitlements."""
    return plugin_options.get(SWITCH) is True


def _is_of_ssh(url: str) -> bool:
    return url.lower().startswith(SSH)


def _is_host(host: str) -> bool:
    return len(host) <= LONGEST_HOST and _HOST.fullmatch(host) is not None
