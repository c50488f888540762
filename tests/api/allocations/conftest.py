"""An allocation with members, and the agent of its site."""

import pytest

from tests.factories.agents import AgentIdentityFactory
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


@pytest.fixture
def agent(carol, as_user):
    """Return the client of the agent: it comes with a token of the provider's owner."""
    return as_user(carol)


@pytest.fixture
def identity(offering, carol):
    return AgentIdentityFactory(offering=offering, created_by=carol)
