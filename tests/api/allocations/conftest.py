"""An allocation with members."""

import pytest

from tests.factories.allocations import OfferingUserFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory, ServiceProviderFactory


@pytest.fixture
def offering(provider):
    return HpcOfferingFactory(customer=provider, name="LUMI-C")


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(project=project, offering=offering, name="alloc-1")


@pytest.fixture
def service_provider(provider):
    return ServiceProviderFactory(customer=provider)


@pytest.fixture
def account(offering, bob):
    return OfferingUserFactory(offering=offering, user=bob, username="bob1")
