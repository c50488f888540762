"""Which queues a message is for: one message for each, once."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from allocations import tasks
from allocations.models import EventConsumer, MessageQueue, QueueMessage
from allocations.observables import ObjectType
from allocations.services import announcements, queues, subscriptions
from config.streams import reading
from config.wiring import HANDLERS, dispatch_events
from identity.models import Event
from identity.roles import RoleName
from identity.services import credentials, users, vetting
from identity.standing import VettingRefused
from marketplace.services import delivery
from tests.factories.agents import (
    AgentIdentityFactory,
    EventConsumerFactory,
    EventSubscriptionFactory,
    EventSubscriptionQueueFactory,
    MessageQueueFactory,
)
from tests.factories.identity import GrantFactory, UserFactory
from tests.services.announcements.messages import told

pytestmark = pytest.mark.django_db


def test_a_queue_carries_the_types_that_were_asked_for(offering, carol, resource, now):
    agent = AgentIdentityFactory(offering=offering)
    consumer = EventConsumerFactory(identity=agent, user=carol, object_types=["order"])
    MessageQueueFactory(consumer=consumer)
    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
    assert told() == []


def test_a_subscription_s_queue_carries_its_type_of_its_offering(offering, carol, resource, now):
    subscription = EventSubscriptionFactory(user=carol)
    for kind in (ObjectType.RESOURCE, ObjectType.ORDER):
        owner = EventSubscriptionQueueFactory(
            event_subscription=subscription, offering=offering, object_type=kind
        )
        MessageQueueFactory(consumer=None, subscription_queue=owner)
    elsewhere = EventSubscriptionQueueFactory(
        event_subscription=subscription, object_type="resource"
    )
    MessageQueueFactory(consumer=None, subscription_queue=elsewhere)

    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)

    dispatch_events()
    (message,) = QueueMessage.objects.all()
    assert message.queue.name.endswith(f"_offering_{offering.uuid.hex}_resource")


@pytest.mark.parametrize("who", ["mallory", "alice", "bob"])
def test_who_does_not_provide_the_offering_hears_nothing(
    who, request, offering, resource, carol, now
):
    """Also not somebody who did when they registered."""
    outsider = request.getfixturevalue(who)
    agent = AgentIdentityFactory(offering=offering)
    MessageQueueFactory(consumer=EventConsumerFactory(identity=agent, user=outsider))
    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
    assert told() == []


def test_who_was_shut_out_hears_nothing(queue, resource, carol, dave, now):
    users.deactivate(carol, reason="left", actor=dave, now=now)
    delivery.set_flags(resource, {"paused": True}, actor=dave, now=now)
    assert told() == []


def test_who_was_refused_hears_nothing_and_does_not_log_in_at_the_broker(
    queue, resource, carol, dave, now
):
    logins = EventConsumer.objects.select_related("user", "token")
    token, secret = credentials.issue(user=carol, name="agent", now=now)
    queues.grant_access(queue.consumer, queues.Reader(token, secret))
    assert logins.get().may_log_in(now)
    vetting.refuse(carol, evidence="sanctions", actor=dave, now=now)

    delivery.set_flags(resource, {"paused": True}, actor=dave, now=now)

    assert told() == []
    assert not logins.get().may_log_in(now)
    refused = RequestFactory().get("/", headers={"authorization": f"Token {secret}"}).META
    with pytest.raises(VettingRefused):
        reading.begin(refused, QueryDict(), "")
    vetting.withdraw(carol, actor=dave, now=now)
    assert logins.get().may_log_in(now)
    assert reading.begin(refused, QueryDict(), "")[0] == carol.pk


def test_every_agent_of_the_offering_hears_it(queue, offering, provider, resource, carol, now):
    second = UserFactory()
    GrantFactory(user=second, role=RoleName.CUSTOMER_OWNER, scope=provider)
    agent = AgentIdentityFactory(offering=offering, name="another")
    other = MessageQueueFactory(consumer=EventConsumerFactory(identity=agent, user=second))

    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)

    dispatch_events()
    assert set(QueueMessage.objects.values_list("queue", flat=True)) == {queue.pk, other.pk}


def test_an_event_that_comes_again_is_told_once(queue, resource, carol, now):
    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
    dispatch_events()
    event = Event.objects.get(kind="resource.flags_set")
    tasks.enqueue_agent_messages(event.uuid)
    tasks.enqueue_agent_messages(event.uuid)
    assert QueueMessage.objects.count() == 1


def test_without_a_bus_nothing_is_written(queue, resource, carol, now, settings):
    settings.RABBITMQ_URL = ""
    delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
    assert told() == []


def test_the_wiring_has_heard_what_is_told():
    tells = {
        tasks.enqueue_agent_messages,
        tasks.follow_created_resource,
        tasks.follow_grant,
        tasks.follow_project,
        tasks.follow_user,
    }
    assert {kind.name for kind, several in HANDLERS.items() if tells & set(several)} == set(
        announcements.message_builders()
    )


def test_registering_opens_the_queue_and_again_has_it_declared_anew(offering, carol, now):
    agent = AgentIdentityFactory(offering=offering)
    subscriptions.register_consumer(agent, object_types=None, actor=carol, now=now)
    queue = MessageQueue.objects.get()
    assert queue.declared_at is None
    MessageQueue.objects.update(declared_at=now, failures=3, last_error="away")

    subscriptions.register_consumer(agent, object_types=None, actor=carol, now=now)

    queue = MessageQueue.objects.get()
    assert (queue.declared_at, queue.failures, queue.last_error) == (None, 0, "")
