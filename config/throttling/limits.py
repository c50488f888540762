"""What a request counts against, and for how long it is refused then."""

from __future__ import annotations

import ipaddress
import time
from hashlib import blake2b
from typing import TYPE_CHECKING

from django.conf import settings

from common.addresses import address_of
from config.throttling import counters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest

    from config.checked_values import Rate

API = ("/api/", "/api-auth/")
LOGIN = ("/api-auth/password", "/admin/login", "/login", "/second-factor")
PASSWORD = ("/admin/password_change",)
BY_ADDRESS: Mapping[str, tuple[str, ...]] = {
    "institution": ("/oidc/", "/api-auth/eduteams", "/api-auth/keycloak"),
    "schema": ("/api/schema",),
    "anonymous": ("/invitation/", "/group-invitation/"),
}
"""Which requests count against a rate by their address alone, whoever asks."""

Counted = tuple[str, "Rate | None"]
"""A key, and how often it may be counted."""


def of_request(request: HttpRequest) -> Iterable[Counted]:
    """Return what a request counts against, as far as can be told before it is known who asks."""
    path, address = request.path_info, network_of(address_of(request))
    rates = settings.RATES
    is_post = request.method == "POST"
    if is_post and path.startswith(LOGIN):
        yield f"login:{address}", rates["login"]
    for what, beginnings in BY_ADDRESS.items():
        if path.startswith(beginnings):
            yield f"{what}:{address}", rates[what]
    if is_post and (path.startswith(PASSWORD) or path.rstrip("/").endswith("/change_password")):
        yield f"password:{_bearer(request) or address}", rates["password"]
    if path.startswith(API):
        bearer = _bearer(request)
        if bearer:
            yield f"token:{bearer}", rates["token"]
        elif settings.SESSION_COOKIE_NAME not in request.COOKIES:
            yield f"anonymous:{address}", rates["anonymous"]
        yield f"address:{address}", rates["address"]


def of_person(key: int) -> Iterable[Counted]:
    """Return what a request counts against once it is known who asks."""
    return [(f"person:{key}", settings.RATES["person"])]


def wait_for(counted: Iterable[Counted]) -> int:
    """Count a request; return the seconds until it may be made, which are 0 if it may be now."""
    if not settings.RATE_LIMITS:
        return 0
    keys = [(key, rate) for key, rate in counted if rate is not None]
    if not keys:
        return 0
    now = time.time()
    counts = counters.COUNTER.count([(key, seconds) for key, (_, seconds) in keys], now)
    waits = [
        int(seconds - now % seconds) + 1
        for (_, (most, seconds)), count in zip(keys, counts, strict=True)
        if count > most
    ]
    return max(waits, default=0)


def network_of(address: str) -> str:
    """Return an address as it is counted: of IPv6 its network, of which one client has all."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped is None:
        return str(ipaddress.ip_network((read, 64), strict=False))
    return address


def _bearer(request: HttpRequest) -> str:
    """Return what stands for the token of a request; empty if it has none."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    return blake2b(header.encode(), digest_size=12).hexdigest() if header else ""
