"""Processes of one agent that start at the same moment."""

from __future__ import annotations

import pytest

from allocations.models import (
    AgentIdentity,
    AgentProcessor,
    AgentService,
    EventConsumer,
    EventSubscription,
    EventSubscriptionQueue,
)
from allocations.observables import ObjectType
from allocations.services import agent_removal, agents, subscriptions
from identity.models import Event
from tests.concurrency.racing import RACERS, race_each
from tests.factories.agents import (
    AgentIdentityFactory,
    AgentServiceFactory,
    EventSubscriptionFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


def count(kind):
    return Event.objects.filter(kind=kind).count()


@pytest.fixture
def identity(offering, carol):
    return AgentIdentityFactory(offering=offering, created_by=carol)


def test_several_that_find_no_identity_all_get_the_same_one(offering, carol, now):
    def register(_):
        return agents.register(
            offering=offering, name="agent", said={"version": "1.0.7"}, actor=carol, now=now
        )

    got = race_each(register)

    assert {identity.uuid for identity in got} == {AgentIdentity.objects.get().uuid}
    assert {identity.pk for identity in got} == {AgentIdentity.objects.get().pk}
    assert count("agent.registered") == 1
    assert count("agent.changed") == 0


def test_over_the_api_each_is_answered_201_with_the_same_identity(offering, carol, as_user):
    clients = [as_user(carol) for _ in range(RACERS)]
    body = {"offering": str(offering.uuid), "name": "agent", "version": "1.0.7"}

    def register(number):
        return clients[number].post("/api/marketplace-site-agent-identities/", body, format="json")

    got = race_each(register)

    assert [response.status_code for response in got] == [201] * RACERS
    assert {response.json()["uuid"] for response in got} == {AgentIdentity.objects.get().uuid.hex}


def test_a_service_and_a_processor_are_new_for_one_of_them(identity, carol, now):
    def register(_):
        service, service_is_new = agents.register_service(
            identity, name="report", mode="report", actor=carol, now=now
        )
        _, processor_is_new = agents.register_processor(
            service, name="P", backend_type="slurm", actor=carol, now=now
        )
        return service_is_new, processor_is_new

    got = race_each(register)

    assert sorted(is_new for is_new, _ in got) == [False] * (RACERS - 1) + [True]
    assert sorted(is_new for _, is_new in got) == [False] * (RACERS - 1) + [True]
    assert (AgentService.objects.count(), AgentProcessor.objects.count()) == (1, 1)
    assert (count("agent_service.registered"), count("agent_processor.registered")) == (1, 1)


def test_an_upgrade_that_all_tell_of_is_recorded_once(identity, carol, now):
    def update(_):
        return agents.update(identity, said={"version": "1.0.8"}, actor=carol, now=now)

    race_each(update)

    assert AgentIdentity.objects.get().version == "1.0.8"
    assert count("agent.changed") == 1


def test_of_a_removal_and_registrations_whoever_comes_first_wins_and_nothing_is_half_done(
    identity, carol, now
):
    service = AgentServiceFactory(identity=identity)

    def action(number):
        if number == 0:
            agent_removal.remove(identity, actor=carol, now=now)
            return "removed"
        if number % 2:
            return agents.register_service(
                identity, name=f"s{number}", mode="report", actor=carol, now=now
            )
        return agents.register_processor(
            service, name=f"p{number}", backend_type="slurm", actor=carol, now=now
        )

    got = race_each(action)

    assert got[0] == "removed"
    unexpected = [
        one for one in got
        if isinstance(one, Exception) and not isinstance(one, agents.AgentGone)
    ]  # fmt: skip
    assert unexpected == []
    assert not AgentIdentity.objects.exists()
    assert not AgentService.objects.exists()
    assert not AgentProcessor.objects.exists()


def test_an_agent_is_removed_once(identity, carol, now):
    got = race_each(lambda _: agent_removal.remove(identity, actor=carol, now=now))

    assert got.count(None) == 1
    assert sum(isinstance(one, agents.AgentGone) for one in got) == RACERS - 1
    assert count("agent.removed") == 1


def test_all_get_the_same_queue(identity, carol, now):
    got = race_each(
        lambda _: subscriptions.register_consumer(
            identity, object_types=[ObjectType.ORDER], actor=carol, now=now
        )
    )

    assert {consumer.pk for consumer, _ in got} == {EventConsumer.objects.get().pk}
    assert [is_new for _, is_new in got].count(True) == 1


def test_all_get_the_same_subscription_and_the_same_queue_of_it(identity, offering, carol, now):
    def subscribe(_):
        subscription, is_new = subscriptions.subscribe_agent(
            identity, object_type=ObjectType.ORDER, actor=carol, now=now
        )
        queue, _ = subscriptions.create_queue(
            subscription, offering=offering, object_type=ObjectType.ORDER, actor=carol, now=now
        )
        return subscription.pk, queue.pk, is_new

    got = race_each(subscribe)

    subscription, queue = EventSubscription.objects.get(), EventSubscriptionQueue.objects.get()
    assert {keys[:2] for keys in got} == {(subscription.pk, queue.pk)}
    assert [is_new for *_, is_new in got].count(True) == 1
    assert (count("subscription.created"), count("subscription_queue.created")) == (1, 1)


def test_a_subscription_ends_once_and_gets_no_queue_afterwards(offering, carol, now):
    subscription = EventSubscriptionFactory(user=carol)

    def action(number):
        if number % 2:
            return subscriptions.create_queue(
                subscription, offering=offering, object_type=ObjectType.ORDER, actor=carol, now=now
            )
        return subscriptions.unsubscribe(subscription, actor=carol, now=now)

    got = race_each(action)

    refused = [one for one in got if isinstance(one, Exception)]
    assert all(isinstance(one, subscriptions.SubscriptionGone) for one in refused)
    assert count("subscription.removed") == 1
    assert not EventSubscriptionQueue.objects.exists()
    assert count("subscription_queue.created") == count("subscription_queue.removed")
