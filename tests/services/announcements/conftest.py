"""An allocation at a site whose agent has a queue."""

from __future__ import annotations

import pytest

from allocations.services.membership import MANAGED
from identity.models import EventDelivery
from tests.factories.agents import AgentIdentityFactory, EventConsumerFactory, MessageQueueFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory


@pytest.fixture(autouse=True)
def _there_is_a_bus(settings, monkeypatch):
    """Messages are written; who sends them is not asked here."""
    settings.RABBITMQ_URL = "amqp://nowhere"
    monkeypatch.setattr("config.wiring.tell_bus", lambda: None)
    yield
    assert list(EventDelivery.objects.exclude(last_error="").values_list("last_error")) == []


@pytest.fixture
def offering(provider):
    return HpcOfferingFactory(customer=provider, plugin_options={MANAGED: True})


@pytest.fixture
def queue(offering, carol):
    """The queue of carol's agent, for all types."""
    agent = AgentIdentityFactory(offering=offering)
    return MessageQueueFactory(consumer=EventConsumerFactory(identity=agent, user=carol))


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(project=project, offering=offering, backend_id="hpc_climate")
