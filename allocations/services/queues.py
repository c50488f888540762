"""Queues of subscribers, and what these log in with, as they shall be at the broker.

Nothing here talks to the broker: `allocations.services.broker` brings it to what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from allocations import event_kinds as kinds
from allocations.bus.passwords import hashed, is_hash_of
from allocations.models import EventConsumer, MessageQueue
from identity import events

if TYPE_CHECKING:
    from datetime import datetime

    from allocations.models import EventSubscription, EventSubscriptionQueue
    from allocations.models.login import BrokerLogin
    from allocations.observables import Protocol
    from identity.models import Token, User


@dataclass(frozen=True)
class Reader:
    """How a subscriber will read: with the token of its call, if it came with one, and by what.

    The secret itself is not kept. Without a protocol, the one that was chosen before holds.
    """

    token: Token | None = None
    secret: str = ""
    protocol: Protocol | None = None


ANYBODY = Reader()
"""A subscriber whose call does not say how it will read."""


def grant_access(login: BrokerLogin, reader: Reader) -> None:
    """Make the token with which the subscriber called its password at the broker, and save it.

    Who called without one, such as in a browser, leaves the password as it was.
    """
    if reader.token is not None:
        login.token = reader.token
        if not is_hash_of(login.password_hash, reader.secret):
            login.password_hash = hashed(reader.secret)
    if reader.protocol is not None:
        login.protocol = reader.protocol
    login.save(update_fields=["token", "password_hash", "protocol"])


def open_for(owner: EventConsumer | EventSubscriptionQueue, *, now: datetime) -> MessageQueue:
    """Have the queue of a consumer or subscription declared anew, whatever became of it."""
    column = "consumer" if isinstance(owner, EventConsumer) else "subscription_queue"
    owned: dict[str, Any] = {column: owner}
    anew = {"declared_at": None, "next_attempt_at": now, "failures": 0, "last_error": ""}
    queue, _ = MessageQueue.objects.update_or_create(defaults=anew, **owned)
    return queue


def declare_anew(subscription: EventSubscription, *, now: datetime) -> None:
    """Have all queues of a subscription declared anew, since its login has changed."""
    queues = MessageQueue.objects.filter(subscription_queue__event_subscription=subscription)
    queues.update(declared_at=None, next_attempt_at=now)


@transaction.atomic
def ask_to_declare(queue: MessageQueue, *, actor: User, now: datetime) -> None:
    """Have the broker told again of a queue and its subscriber's login, without any pause."""
    anew = {"declared_at": None, "next_attempt_at": now, "failures": 0}
    MessageQueue.objects.filter(pk=queue.pk).update(**anew)
    events.record(
        kinds.MESSAGE_QUEUE_DECLARED_ANEW,
        queue,
        actor=actor,
        now=now,
        payload={"queue_name": queue.name, "offering_uuid": queue.offering.uuid.hex},
    )
