"""An AAI for the tests of this folder, and the settings that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.access_plane.aai import KEY, FakeAai, proxied, scim_server
from tests.api.marketplace.conftest import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ask"]
NAMESPACE = "urn:geant:example.org:efp"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Return the address of one SCIM server for all tests: each has people of its own there."""
    with scim_server() as address:
        yield address


@pytest.fixture
def aai(server: str, settings: Any) -> Iterator[FakeAai]:
    """Return an AAI that the service tells who may log in where."""
    with proxied(server) as fake:
        settings.SCIM_API_URL = fake.url
        settings.SCIM_API_KEY = KEY
        settings.SCIM_URN_NAMESPACE = NAMESPACE
        yield fake
