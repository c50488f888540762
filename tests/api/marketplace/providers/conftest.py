"""A registered provider and its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.marketplace import ServiceProviderFactory

if TYPE_CHECKING:
    from identity.models import Customer
    from marketplace.models import ServiceProvider

AT = "/api/marketplace-service-providers/"
HOST = "http://testserver"


@pytest.fixture
def registered(provider: Customer) -> ServiceProvider:
    return ServiceProviderFactory(customer=provider, description="HPC centre")


@pytest.fixture
def here(registered: ServiceProvider) -> str:
    return f"{AT}{registered.uuid.hex}/"
