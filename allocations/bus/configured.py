"""The broker that the settings name; each process keeps its connections to it."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote, urlsplit

from django.conf import settings

from allocations.bus.management import Management
from allocations.bus.publisher import Publisher


def is_configured() -> bool:
    """Tell whether there is a broker at all."""
    return bool(settings.RABBITMQ_URL)


def publisher() -> Publisher:
    """Return this process's publisher."""
    return _publisher(settings.RABBITMQ_URL)


def management() -> Management:
    """Return this process's way to the management API."""
    return _management(
        settings.RABBITMQ_MANAGEMENT_URL, settings.RABBITMQ_URL, settings.RABBITMQ_TAG
    )


@lru_cache(maxsize=4)
def _publisher(url: str) -> Publisher:
    return Publisher(url)


@lru_cache(maxsize=4)
def _management(url: str, publishing_url: str, tag: str) -> Management:
    user = unquote(urlsplit(publishing_url).username or "guest")
    return Management(url, publisher=user, tag=tag)
