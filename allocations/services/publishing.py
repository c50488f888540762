"""Messages on their way to the broker: in order for each queue, and none is lost.

A message leaves its row only when the broker has confirmed it. One publisher at a time works on a
queue, under a lease; one that dies between a confirmation and its note sends again what it sent,
from the first such message on, so that the order holds. A broker that is away, or a queue that is
full, costs the queue a pause, never a message.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from allocations import event_kinds as kinds
from allocations.bus import messages
from allocations.bus.publisher import OutgoingMessage, Unroutable
from allocations.bus.topology import TOPICS, routing_key
from allocations.models import MessageQueue, QueueMessage
from allocations.observables import ObjectType, Protocol
from common import leased_rows
from common.redaction import without_secrets
from identity import events
from identity.services import periodic_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from django.db.models import QuerySet

    Publish = Callable[[OutgoingMessage], None]
    Clock = Callable[[], datetime]

log = logging.getLogger(__name__)

PRUNING = "allocations.tasks.prune_messages"
BATCH = 200
RECORDED_TYPES = frozenset({ObjectType.RESOURCE_PERIODIC_LIMITS})
"""What is recorded when it has left: the page of a policy shows that its settings were sent."""


@dataclass(frozen=True)
class Claim:
    """A queue that this publisher may work on until its lease ends, and what it is to send."""

    queue: MessageQueue
    until: datetime
    messages: tuple[QueueMessage, ...]


@transaction.atomic
def claim(*, now: datetime) -> Claim | None:
    """Take the queue with work that has waited longest, and the first of its messages."""
    in_turn = MessageQueue.objects.whole().with_work().order_by("next_attempt_at", "pk")
    taken = leased_rows.claim(in_turn, now=now)
    if not taken:
        return None
    (queue,) = taken
    waiting = QueueMessage.objects.filter(queue=queue, published_at__isnull=True)
    until = now + queue.lease.lasts
    return Claim(queue, until, tuple(waiting.select_related("event").order_by("pk")[:BATCH]))


def publish(claimed: Claim, send: Publish, *, clock: Clock) -> int:
    """Send what was claimed, in order, until it is done or fails; return how many have left.

    Whatever happens, what has left is noted and the queue is given back.

    :raises NotPublished: the broker is not there, or did not take a message.
    """
    sent: list[QueueMessage] = []
    try:
        for message in claimed.messages:
            if clock() >= claimed.until - claimed.queue.lease.lasts / 2:
                break
            send(_outgoing(claimed.queue, message))
            sent.append(message)
    except Exception as error:  # whatever it is, the queue must not wait for its lease to end
        settle(claimed, sent, now=clock())
        give_back(claimed, error, now=clock())
        raise
    settle(claimed, sent, now=clock())
    return len(sent)


@transaction.atomic
def settle(claimed: Claim, sent: list[QueueMessage], *, now: datetime) -> None:
    """Note what the broker has confirmed, and give the queue back to whoever comes next."""
    keys = [message.pk for message in sent]
    QueueMessage.objects.filter(pk__in=keys, published_at__isnull=True).update(published_at=now)
    _held(claimed).update(claimed_until=None, next_attempt_at=now)
    if sent:
        MessageQueue.objects.filter(pk=claimed.queue.pk).update(
            failures=0, last_error="", last_published_at=now
        )
    for message in sent:
        if message.object_type in RECORDED_TYPES:
            _record(message, now=now)


@transaction.atomic
def give_back(claimed: Claim, error: Exception, *, now: datetime) -> None:
    """Leave a queue alone for a while after a failure; one that was not there is declared anew."""
    queue = MessageQueue.objects.select_for_update().filter(pk=claimed.queue.pk).first()
    if queue is None:
        return  # it was removed meanwhile
    queue.failures += 1
    said = without_secrets(str(error))[:2000]
    queue.rest(said, until=now + queue.lease.backoff.after(queue.failures))
    if isinstance(error, Unroutable):
        queue.declared_at = None
    queue.save(update_fields=[*queue.lease_columns, "failures", "declared_at"])


def prune(*, now: datetime, kept_for: timedelta) -> int:
    """Throw away what has left long ago, and what nobody took for as long; return how many.

    Whoever did not read for so long is sent a message to bring everything in line instead.
    """
    before = now - kept_for
    pruned, _ = QueueMessage.objects.filter(published_at__lt=before).delete()
    unread = QueueMessage.objects.filter(published_at__isnull=True, created__lt=before)
    behind = MessageQueue.objects.whole().filter(pk__in=unread.values("queue"))

    def replace(queue: MessageQueue) -> int:
        return int(_replace(queue, before, now=now))

    return int(pruned + sum(periodic_rows.for_each(PRUNING, behind, replace, now=now)))


@transaction.atomic
def _replace(queue: MessageQueue, before: datetime, *, now: datetime) -> int:
    """Put one message that asks for everything in the place of those that are too old."""
    locked = QueueMessage.objects.select_for_update().filter(
        queue=queue, published_at__isnull=True, created__lt=before
    )
    old = list(locked.order_by("pk"))
    if not old:
        return 0
    first, *others = old
    QueueMessage.objects.filter(pk__in=[message.pk for message in others]).delete()
    instead = messages.offering_resources_sync(queue.offering.uuid, None)
    first.object_type, first.object_uuid = instead.object_type, instead.object_uuid
    first.body, first.created = instead.body, now
    first.save(update_fields=["object_type", "object_uuid", "body", "created"])
    log.warning("%s messages for %s were too old; it will be asked to look at all", len(old), queue)
    return len(others)


def _held(claimed: Claim) -> QuerySet[MessageQueue]:
    return MessageQueue.objects.filter(pk=claimed.queue.pk, claimed_until=claimed.until)


def _outgoing(queue: MessageQueue, message: QueueMessage) -> OutgoingMessage:
    is_topic = queue.subscriber.protocol == Protocol.MQTT
    return OutgoingMessage(
        vhost=queue.owner.vhost,
        exchange=TOPICS if is_topic else "",
        routing_key=routing_key(queue.name, message.object_type) if is_topic else queue.name,
        body=json.dumps(message.body, ensure_ascii=False).encode(),
        message_id=message.uuid.hex,
    )


def _record(message: QueueMessage, *, now: datetime) -> None:
    event = message.event
    events.record(
        kinds.MESSAGE_PUBLISHED,
        message,
        actor=None,
        now=now,
        payload={**message.body, "event_uuid": event.uuid.hex, "queue": message.queue_id},
    )
