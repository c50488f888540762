"""The AAI that the settings name; without one there is no access plane."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

if TYPE_CHECKING:
    from allocations.access_plane.aai import Aai


def is_configured() -> bool:
    """Tell whether there is an AAI to tell."""
    return bool(settings.SCIM_API_URL)


def namespace() -> str:
    """Return the namespace of this service's entitlements."""
    return str(settings.SCIM_URN_NAMESPACE)


def aai() -> Aai:
    """Return this process's way to the AAI."""
    return _aai(settings.SCIM_API_URL, settings.SCIM_API_KEY)


@lru_cache(maxsize=4)
def _aai(url: str, key: str) -> Aai:
    # The library takes half a second to load, and only workers speak to the AAI.
    from allocations.access_plane.aai import Aai  # noqa: PLC0415

    return Aai(url, key, clock=timezone.now)
