"""Messages leave in order, once the broker has confirmed them, and none is lost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from accounting.models import SlurmPolicyEvaluationLog
from allocations.bus.publisher import NotPublished, Unroutable
from allocations.models import MessageQueue, QueueMessage
from allocations.observables import ObjectType, Protocol
from allocations.services import publishing
from config.wiring import dispatch_events
from identity.models import Event
from tests.factories.accounting import EvaluationLogFactory
from tests.factories.agents import (
    EventSubscriptionQueueFactory,
    MessageQueueFactory,
    QueueMessageFactory,
)

if TYPE_CHECKING:
    from allocations.bus.publisher import OutgoingMessage

pytestmark = pytest.mark.django_db


class Wire:
    """A way to the broker that can be cut: what got through is in `arrived`."""

    def __init__(self, *, takes: int = 10_000, fault: type[NotPublished] = NotPublished) -> None:
        self.arrived: list[OutgoingMessage] = []
        self.takes, self.fault = takes, fault

    def send(self, message: OutgoingMessage) -> None:
        if self.takes == 0:
            raise self.fault("the broker is away")
        self.takes -= 1
        self.arrived.append(message)

    @property
    def orders(self) -> list[str]:
        return [json.loads(message.body)["order_uuid"] for message in self.arrived]


def claimed(now):
    found = publishing.claim(now=now)
    assert found is not None
    return found


def uuids(messages):
    return [message.object_uuid.hex for message in messages]


def test_a_batch_leaves_in_order_and_the_queue_is_free_again(now):
    queue = MessageQueueFactory(next_attempt_at=now)
    messages = QueueMessageFactory.create_batch(3, queue=queue)
    wire = Wire()

    assert publishing.publish(claimed(now), wire.send, clock=lambda: now) == 3

    assert wire.orders == uuids(messages)
    assert {message.routing_key for message in wire.arrived} == {queue.name}
    assert {message.vhost for message in wire.arrived} == {queue.consumer.user.uuid.hex}
    assert [message.message_id for message in wire.arrived] == [m.uuid.hex for m in messages]
    assert not QueueMessage.objects.filter(published_at__isnull=True).exists()
    queue.refresh_from_db()
    assert (queue.claimed_until, queue.last_published_at, queue.failures) == (None, now, 0)
    assert publishing.claim(now=now) is None


def test_what_the_broker_did_not_take_leaves_first_when_it_is_back(now):
    queue = MessageQueueFactory(next_attempt_at=now)
    messages = QueueMessageFactory.create_batch(3, queue=queue)
    cut = Wire(takes=1)
    with pytest.raises(NotPublished):
        publishing.publish(claimed(now), cut.send, clock=lambda: now)
    queue.refresh_from_db()
    assert (queue.failures, queue.last_error) == (1, "the broker is away")
    assert queue.declared_at is not None
    assert publishing.claim(now=now) is None, "it pauses"

    back = Wire()
    later = now + MessageQueue.lease.backoff.after(1)
    publishing.publish(claimed(later), back.send, clock=lambda: later)

    assert cut.orders + back.orders == uuids(messages)
    queue.refresh_from_db()
    assert (queue.failures, queue.last_error) == (0, "")


def test_a_fault_of_our_own_costs_a_queue_a_pause_and_not_its_lease(now):
    queue = MessageQueueFactory(next_attempt_at=now)
    QueueMessageFactory(queue=queue)

    def send(message: OutgoingMessage) -> None:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        publishing.publish(claimed(now), send, clock=lambda: now)

    queue.refresh_from_db()
    assert (queue.claimed_until, queue.last_error, queue.failures) == (None, "a bug", 1)


def test_an_hour_without_the_broker_costs_no_message(now):
    queue = MessageQueueFactory(next_attempt_at=now)
    messages = []
    away, moment = Wire(takes=0), now
    while moment < now + timedelta(hours=1):
        messages.append(QueueMessageFactory(queue=queue))
        if found := publishing.claim(now=moment):
            with pytest.raises(NotPublished):
                publishing.publish(found, away.send, clock=lambda: moment)  # noqa: B023
        moment += timedelta(minutes=1)
    back = Wire()
    moment += MessageQueue.lease.backoff.longest

    publishing.publish(claimed(moment), back.send, clock=lambda: moment)

    assert back.orders == uuids(messages)


def test_a_queue_that_was_not_there_is_declared_anew(now):
    queue = MessageQueueFactory(next_attempt_at=now)
    QueueMessageFactory(queue=queue)
    gone = Wire(takes=0, fault=Unroutable)
    with pytest.raises(Unroutable):
        publishing.publish(claimed(now), gone.send, clock=lambda: now)
    queue.refresh_from_db()
    assert queue.declared_at is None


def test_an_undeclared_queue_is_work_even_when_it_is_empty(now):
    MessageQueueFactory(declared_at=None, next_attempt_at=now)
    assert claimed(now).messages == ()


def test_pauses_grow_to_a_minute():
    pause_after = MessageQueue.lease.backoff.after
    pauses = [pause_after(failures).total_seconds() for failures in range(1, 9)]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


def test_one_at_a_time_works_on_a_queue_until_its_lease_is_over(now):
    QueueMessageFactory(queue=MessageQueueFactory(next_attempt_at=now))
    first = claimed(now)
    assert publishing.claim(now=now) is None
    after = now + MessageQueue.lease.lasts
    assert claimed(after).queue == first.queue


def test_a_long_batch_is_broken_off_before_its_lease_is_over(now):
    queue = MessageQueueFactory(next_attempt_at=now)
    QueueMessageFactory.create_batch(3, queue=queue)
    times = iter([now, now + MessageQueue.lease.lasts / 2, now])
    assert publishing.publish(claimed(now), Wire().send, clock=lambda: next(times)) == 1


def test_a_batch_is_bounded_and_queues_take_turns(now, monkeypatch):
    monkeypatch.setattr(publishing, "BATCH", 2)
    one, other = (MessageQueueFactory(next_attempt_at=now) for _ in range(2))
    for queue in (one, other):
        QueueMessageFactory.create_batch(3, queue=queue)
    served = []
    for second in range(1, 5):
        moment = now + timedelta(seconds=second)
        found = claimed(moment)
        served.append(found.queue)
        publishing.publish(found, Wire().send, clock=lambda: moment)  # noqa: B023
    assert served == [one, other, one, other]
    assert not QueueMessage.objects.filter(published_at__isnull=True).exists()


def test_over_mqtt_a_message_goes_to_a_topic_of_its_type(now):
    queue = MessageQueueFactory(next_attempt_at=now)
    queue.consumer.protocol = Protocol.MQTT
    queue.consumer.save()
    QueueMessageFactory(queue=queue)
    wire = Wire()
    publishing.publish(claimed(now), wire.send, clock=lambda: now)
    (message,) = wire.arrived
    assert (message.exchange, message.routing_key) == ("amq.topic", f"efp.{queue.name}.order")


def test_a_subscription_s_queue_is_in_the_place_of_its_person(now):
    owner = EventSubscriptionQueueFactory()
    queue = MessageQueueFactory(
        consumer=None, subscription_queue=owner, next_attempt_at=now
    )  # fmt: skip
    QueueMessageFactory(queue=queue)
    wire = Wire()
    publishing.publish(claimed(now), wire.send, clock=lambda: now)
    (message,) = wire.arrived
    assert message.routing_key == owner.queue_name
    assert message.vhost == owner.event_subscription.user.uuid.hex


def test_that_a_policy_s_settings_have_left_shows_on_its_evaluation(now):
    older, latest = (EvaluationLogFactory() for _ in range(2))
    SlurmPolicyEvaluationLog.objects.filter(pk=latest.pk).update(
        policy=older.policy, resource=older.resource
    )
    told = {
        "object_type": "resource_periodic_limits",
        "policy_uuid": older.policy.uuid.hex,
        "resource_uuid": older.resource.uuid.hex,
    }
    QueueMessageFactory(
        queue=MessageQueueFactory(next_attempt_at=now),
        object_type=ObjectType.RESOURCE_PERIODIC_LIMITS,
        body=told,
    )
    publishing.publish(claimed(now), Wire().send, clock=lambda: now)
    assert Event.objects.filter(kind="message.published").get().payload["policy_uuid"] == (
        older.policy.uuid.hex
    )
    dispatch_events()
    assert list(
        SlurmPolicyEvaluationLog.objects.order_by("pk").values_list("stomp_message_sent", flat=True)
    ) == [False, True]


def test_what_has_left_long_ago_is_thrown_away(now):
    old, new = QueueMessageFactory(published_at=now), QueueMessageFactory(published_at=now)
    QueueMessage.objects.filter(pk=old.pk).update(published_at=now - timedelta(days=31))
    assert publishing.prune(now=now, kept_for=timedelta(days=30)) == 1
    assert QueueMessage.objects.get() == new


def test_who_has_not_read_for_long_is_asked_to_look_at_everything_instead(now):
    queue = MessageQueueFactory(next_attempt_at=now)
    old = QueueMessageFactory.create_batch(3, queue=queue)
    QueueMessage.objects.update(created=now - timedelta(days=31))
    new = QueueMessageFactory(queue=queue)

    assert publishing.prune(now=now, kept_for=timedelta(days=30)) == 2
    assert publishing.prune(now=now, kept_for=timedelta(days=30)) == 0

    first, last = QueueMessage.objects.order_by("pk")
    offering = queue.consumer.identity.offering
    assert (first.pk, last) == (old[0].pk, new)
    assert first.body == {
        "object_type": "offering_resources_sync",
        "offering_uuid": offering.uuid.hex,
        "requested_by_user_uuid": None,
    }


def test_a_queue_goes_with_its_messages_when_its_agent_is_removed(now):
    queue = MessageQueueFactory()
    QueueMessageFactory(queue=queue, object_uuid=uuid4())
    queue.consumer.delete()
    assert not MessageQueue.objects.exists()
    assert not QueueMessage.objects.exists()
