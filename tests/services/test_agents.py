"""Agents as the services leave them: what the database and the pure rules must agree on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from allocations.agents import SEEN_WITHIN, AgentType, LogLevel, state_of
from allocations.models import AgentIdentity, AgentProcessor, AgentService
from allocations.observables import ObjectType
from allocations.services import agent_logs, agent_removal, agents, subscriptions
from identity.models import Event
from tests.cases import each
from tests.factories.agents import (
    AgentIdentityFactory,
    AgentProcessorFactory,
    AgentServiceFactory,
    EventConsumerFactory,
    EventSubscriptionFactory,
    EventSubscriptionQueueFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def identity(offering, carol):
    return AgentIdentityFactory(offering=offering, created_by=carol)


@each("kind", AgentType)
@each("error", ["", "no slurmdbd"])
@each("late", [timedelta(minutes=-1), timedelta(minutes=1)])
def test_the_database_and_the_pure_rule_agree_on_how_a_service_stands(
    identity, kind, error, late, now
):
    seen = now - SEEN_WITHIN[kind] - late
    service = AgentServiceFactory(identity=identity, error=error, last_seen=seen)
    AgentService.objects.update(agent_type=kind)

    row = AgentService.objects.with_state().get()

    assert row.state == state_of(kind, error, last_seen=seen, now=now)
    is_running = late < timedelta(0)
    assert AgentService.objects.running().filter(pk=service.pk).exists() == is_running
    assert AgentIdentity.objects.orphaned().exists() != is_running


def test_parts_that_are_registered_move_the_times_of_all_above_them(identity, carol, now):
    service = AgentServiceFactory(identity=identity)
    later = now + timedelta(minutes=5)

    agents.register_processor(service, name="P", backend_type="slurm", actor=carol, now=later)

    identity.refresh_from_db()
    service.refresh_from_db()
    assert (identity.last_seen, service.last_seen) == (later, later)
    assert service.modified == later
    assert AgentProcessor.objects.get().last_run == later


def test_a_service_that_changes_its_mode_does_something_else(identity, carol, now):
    agents.register_service(identity, name="s", mode="report", actor=carol, now=now)
    agents.register_service(identity, name="s", mode="order_process", actor=carol, now=now)
    service = AgentService.objects.get()
    assert (service.mode, service.agent_type) == ("order_process", AgentType.ORDER_PROCESSING)


def test_an_error_is_kept_up_to_a_length_whatever_it_is(identity, carol, now):
    service = AgentServiceFactory(identity=identity)
    for told, kept in (({"code": 5}, "{'code': 5}"), ("x" * 5000, "x" * 2000), (0, ""), ([], "")):
        agents.set_statistics(service, statistics={"error": told}, actor=carol, now=now)
        service.refresh_from_db()
        assert service.error == kept
        assert service.statistics == {"error": told}


def test_what_was_removed_is_a_conflict_to_whoever_still_holds_it(identity, offering, carol, now):
    service = AgentServiceFactory(identity=identity)
    processor = AgentProcessorFactory(service=service)
    held = {"identity": identity, "service": service, "processor": processor}
    agent_removal.remove(AgentIdentity.objects.get(), actor=carol, now=now)
    by = {"actor": carol, "now": now}
    line = agent_logs.Line(identity, now, LogLevel.INFO, "x", "y")

    for action in (
        lambda: agents.update(held["identity"], said={}, **by),
        lambda: agents.register_service(held["identity"], name="s", **by),
        lambda: agents.register_processor(held["service"], name="p", backend_type="s", **by),
        lambda: agents.set_statistics(held["service"], statistics={}, **by),
        lambda: agent_logs.store([line], now=now),
        lambda: agent_removal.remove(held["identity"], **by),
        lambda: agent_removal.remove_service(held["service"], **by),
        lambda: agent_removal.remove_processor(held["processor"], **by),
    ):
        with pytest.raises(agents.AgentGone):
            action()
    for other in (
        lambda: subscriptions.register_consumer(held["identity"], object_types=None, **by),
        lambda: subscriptions.subscribe_agent(held["identity"], object_type=ObjectType.ORDER, **by),
    ):
        with pytest.raises(subscriptions.SubscriptionGone):
            other()
    assert list(Event.objects.values_list("kind", flat=True)) == ["agent.removed"]


def test_a_part_that_was_removed_under_a_living_agent_is_a_conflict_too(identity, carol, now):
    processor = AgentProcessorFactory(service__identity=identity)
    service = processor.service
    by = {"actor": carol, "now": now}
    agent_removal.remove_processor(AgentProcessor.objects.get(), **by)
    with pytest.raises(agents.AgentGone):
        agent_removal.remove_processor(processor, **by)
    agent_removal.remove_service(AgentService.objects.get(), **by)
    for action in (
        lambda: agent_removal.remove_service(service, **by),
        lambda: agents.register_processor(service, name="p", backend_type="s", **by),
        lambda: agents.set_statistics(service, statistics={}, **by),
    ):
        with pytest.raises(agents.AgentGone):
            action()


def test_a_subscription_or_queue_that_is_gone_is_a_conflict(offering, carol, now):
    queue = EventSubscriptionQueueFactory(event_subscription__user=carol, offering=offering)
    subscription = EventSubscriptionFactory(user=carol)
    by = {"actor": carol, "now": now}
    rows = type(queue).objects.select_related("event_subscription__user", "offering__customer")
    subscriptions.remove_queue(rows.get(pk=queue.pk), **by)
    subscriptions.unsubscribe(type(subscription).objects.get(pk=subscription.pk), **by)

    for action in (
        lambda: subscriptions.remove_queue(queue, **by),
        lambda: subscriptions.unsubscribe(subscription, **by),
        lambda: subscriptions.create_queue(
            subscription, offering=offering, object_type=ObjectType.ORDER, **by
        ),
    ):
        with pytest.raises(subscriptions.SubscriptionGone):
            action()


def test_an_address_that_is_none_is_not_kept(carol, now):
    for told, kept in (("2001:db8::1", "2001:db8::1"), ("unknown", None), ("", None)):
        subscription = subscriptions.subscribe(
            user=carol, observable_objects=[], source_ip=told, actor=carol, now=now
        )
        assert subscription.source_ip == kept


def test_a_consumer_of_no_types_takes_all(identity):
    consumer = EventConsumerFactory(identity=identity)
    assert "order" in consumer.observed
    assert str(consumer) == f"consumer_{consumer.uuid.hex}"
