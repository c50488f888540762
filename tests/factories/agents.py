"""Rows of site agents and of subscriptions to changes."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from allocations.agents import LogLevel, type_of
from allocations.models import (
    AgentIdentity,
    AgentLog,
    AgentProcessor,
    AgentService,
    EventConsumer,
    EventSubscription,
    EventSubscriptionQueue,
    MessageQueue,
    QueueMessage,
)
from allocations.observables import ObjectType
from tests.factories.identity import EventFactory, UserFactory
from tests.factories.marketplace import HpcOfferingFactory

NOW = factory.LazyFunction(timezone.now)


class AgentIdentityFactory(DjangoModelFactory[AgentIdentity]):
    """An agent that was seen just now."""

    class Meta:
        model = AgentIdentity

    offering = factory.SubFactory(HpcOfferingFactory)
    created_by = factory.SubFactory(UserFactory)
    name = factory.LazyAttribute(lambda agent: f"agent-{agent.offering.uuid.hex}")
    version = "1.0.7"
    dependencies = factory.LazyFunction(
        lambda: [{"package": "waldur-api-client", "version": "8.1.2"}]
    )
    last_restarted = NOW
    last_seen = NOW


class AgentServiceFactory(DjangoModelFactory[AgentService]):
    """A service that carries out orders."""

    class Meta:
        model = AgentService

    identity = factory.SubFactory(AgentIdentityFactory)
    mode = "order_process"
    name = factory.Sequence(lambda n: f"order_process-{n}")
    agent_type = factory.LazyAttribute(lambda service: type_of(service.name, service.mode).value)
    last_seen = NOW


class AgentProcessorFactory(DjangoModelFactory[AgentProcessor]):
    """What it works with."""

    class Meta:
        model = AgentProcessor

    service = factory.SubFactory(AgentServiceFactory)
    name = factory.Sequence(lambda n: f"OfferingOrderProcessor{n}")
    backend_type = "waldur_site_agent_slurm.backend.SlurmBackend"
    backend_version = "1.0.7"
    last_run = NOW


class AgentLogFactory(DjangoModelFactory[AgentLog]):
    """A line that tells of something wrong."""

    class Meta:
        model = AgentLog

    identity = factory.SubFactory(AgentIdentityFactory)
    timestamp = NOW
    level = LogLevel.ERROR.value
    message = factory.Sequence(lambda n: f"slurmdbd refused connection {n}")
    module = "backend"


class EventSubscriptionFactory(DjangoModelFactory[EventSubscription]):
    """Somebody wants to hear of orders."""

    class Meta:
        model = EventSubscription

    user = factory.SubFactory(UserFactory)
    description = "orders"
    observable_objects = factory.LazyFunction(lambda: [{"object_type": "order"}])
    source_ip = "192.0.2.1"


class EventSubscriptionQueueFactory(DjangoModelFactory[EventSubscriptionQueue]):
    """The queue for it."""

    class Meta:
        model = EventSubscriptionQueue

    event_subscription = factory.SubFactory(EventSubscriptionFactory)
    offering = factory.SubFactory(HpcOfferingFactory)
    object_type = ObjectType.ORDER.value
    created = NOW


class EventConsumerFactory(DjangoModelFactory[EventConsumer]):
    """The one queue of an agent."""

    class Meta:
        model = EventConsumer

    identity = factory.SubFactory(AgentIdentityFactory)
    user = factory.SubFactory(UserFactory)


class MessageQueueFactory(DjangoModelFactory[MessageQueue]):
    """The queue of an agent, which the broker has."""

    class Meta:
        model = MessageQueue

    consumer = factory.SubFactory(EventConsumerFactory)
    declared_at = NOW
    next_attempt_at = NOW


class QueueMessageFactory(DjangoModelFactory[QueueMessage]):
    """Something that waits to be said."""

    class Meta:
        model = QueueMessage

    queue = factory.SubFactory(MessageQueueFactory)
    event = factory.SubFactory(
        EventFactory, kind="order.executing", subject_uuid=factory.Faker("uuid4", cast_to=None)
    )
    object_type = ObjectType.ORDER.value
    object_uuid = factory.Faker("uuid4", cast_to=None)
    body = factory.LazyAttribute(
        lambda message: {"object_type": "order", "order_uuid": message.object_uuid.hex}
    )
    created = NOW
