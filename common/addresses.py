"""Where a request came from."""

from __future__ import annotations

from typing import Any

from django.conf import settings


def address_of(request: Any) -> str:
    """Return the address that a request came from: behind a proxy, the one the proxy saw."""
    seen: str = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        seen = request.META.get("HTTP_X_FORWARDED_FOR", seen).rpartition(",")[2].strip()
    return seen[:64]
