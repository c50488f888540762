"""Subscriptions to changes, and the queues that carry them.

What is written here is what shall be; `allocations.services.broker` brings the broker to it.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from allocations import event_kinds as kinds
from allocations.models import (
    AgentIdentity,
    EventConsumer,
    EventSubscription,
    EventSubscriptionQueue,
)
from allocations.services import queues
from allocations.services.queues import ANYBODY, Reader
from common import locks
from common.errors import Conflict, Invalid
from identity import events
from marketplace.models import Offering

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from allocations.observables import ObjectType
    from identity.event_catalogue import Kind
    from identity.models import User


class NotObserved(Invalid):
    """The subscription is not to this type of object, or not at this offering."""

    code = "not_observed"


class NotProvided(Invalid):
    """The person whose subscription it is does not help to provide the offering."""

    code = "not_provided"


class TooManySubscriptions(Conflict):
    """The person has as many subscriptions as one may have."""

    code = "too_many_subscriptions"


class SubscriptionGone(Conflict):
    """The subscription, the queue or its agent was removed in the meantime."""

    code = "subscription_gone"


@transaction.atomic
def subscribe(
    *,
    user: User,
    observable_objects: Sequence[dict[str, Any]],
    description: str = "",
    source_ip: str = "",
    reader: Reader = ANYBODY,
    actor: User,
    now: datetime,
) -> EventSubscription:
    """Let a person be told of changes of these objects; of all, when none are named.

    :raises TooManySubscriptions: they have too many already.
    """
    _check_number(user)
    subscription = EventSubscription.objects.create(
        user=user,
        description=description,
        observable_objects=list(observable_objects),
        source_ip=_address(source_ip),
        created=now,
    )
    queues.grant_access(subscription, reader)
    _record_subscription(subscription, kinds.SUBSCRIPTION_CREATED, actor=actor, now=now)
    return subscription


@transaction.atomic
def subscribe_agent(
    identity: AgentIdentity,
    *,
    object_type: ObjectType,
    description: str = "",
    source_ip: str = "",
    reader: Reader = ANYBODY,
    actor: User,
    now: datetime,
) -> tuple[EventSubscription, bool]:
    """Return an agent's subscription to one type of its offering's objects, and whether it is new.

    It is the caller's: another person's agent under the same identity has its own.

    :raises SubscriptionGone: the agent was removed meanwhile.
    :raises TooManySubscriptions: the caller has too many already.
    """
    _see(identity, now=now)
    new = EventSubscription(
        user=actor,
        identity=identity,
        object_type=object_type,
        description=description,
        observable_objects=[
            {"object_type": object_type.value, "offering_uuid": identity.offering.uuid.hex}
        ],
        source_ip=_address(source_ip),
        created=now,
    )
    same = {"identity": identity, "user": actor, "object_type": object_type}
    if not EventSubscription.objects.filter(**same).exists():
        _check_number(actor)
    found, is_new = _found_or_added(new, same)
    queues.grant_access(found, reader)
    queues.declare_anew(found, now=now)
    if is_new:
        _record_subscription(found, kinds.SUBSCRIPTION_CREATED, actor=actor, now=now)
    return found, is_new


@transaction.atomic
def create_queue(
    subscription: EventSubscription,
    *,
    offering: Offering,
    object_type: ObjectType,
    reader: Reader = ANYBODY,
    actor: User,
    now: datetime,
) -> tuple[EventSubscriptionQueue, bool]:
    """Return the queue of a subscription for one type of one offering's objects; whether new.

    Its owner logs in there with the token with which they asked for a queue last.

    :raises NotObserved: the subscription does not cover that.
    :raises NotProvided: its owner may not see that of the offering.
    :raises SubscriptionGone: it was ended meanwhile.
    """
    _hold(subscription)
    owner = subscription.user
    if not Offering.objects.provided_by(owner).filter(pk=offering.pk).exists():
        raise NotProvided({"offering_uuid": ["Object does not exist."]})
    if not _covers(subscription, offering, object_type):
        raise NotObserved(
            {"object_type": ["The subscription does not observe this at the offering."]}
        )
    new = EventSubscriptionQueue(
        event_subscription=subscription, offering=offering, object_type=object_type, created=now
    )
    same = {
        "event_subscription": subscription, "offering": offering, "object_type": object_type
    }  # fmt: skip
    found, is_new = _found_or_added(new, same)
    if owner == actor:
        queues.grant_access(subscription, reader)
    queues.open_for(found, now=now)
    queues.declare_anew(subscription, now=now)
    if is_new:
        _record_queue(found, kinds.SUBSCRIPTION_QUEUE_CREATED, actor=actor, now=now)
    return found, is_new


@transaction.atomic
def register_consumer(
    identity: AgentIdentity,
    *,
    object_types: Sequence[ObjectType] | None,
    reader: Reader = ANYBODY,
    actor: User,
    now: datetime,
) -> tuple[EventConsumer, bool]:
    """Return the caller's one queue of an agent, for these types of objects; whether it is new.

    No types are all of them; None leaves a known queue's as they are. Each call is recorded, since
    the broker must know the caller's present token and have the queue, whatever became of it.

    :raises SubscriptionGone: the agent was removed meanwhile.
    """
    _see(identity, now=now)
    wanted = sorted({kind.value for kind in object_types or ()})
    new = EventConsumer(identity=identity, user=actor, object_types=wanted, created=now)
    found, is_new = _found_or_added(new, {"identity": identity, "user": actor})
    if not is_new and object_types is not None:
        found.object_types = wanted
        found.save(update_fields=["object_types", "modified"])
    queues.grant_access(found, reader)
    queues.open_for(found, now=now)
    _record_consumer(found, kinds.QUEUE_REGISTERED, actor=actor, now=now, is_new=is_new)
    return found, is_new


@transaction.atomic
def unsubscribe(subscription: EventSubscription, *, actor: User, now: datetime) -> None:
    """End a subscription, with its queues.

    :raises SubscriptionGone: somebody else was quicker.
    """
    _hold(subscription)
    queues = EventSubscriptionQueue.objects.filter(event_subscription=subscription)
    for queue in queues.select_related("offering__customer", "event_subscription__user").order_by(
        "pk"
    ):
        _record_queue(queue, kinds.SUBSCRIPTION_QUEUE_REMOVED, actor=actor, now=now)
    _record_subscription(subscription, kinds.SUBSCRIPTION_REMOVED, actor=actor, now=now)
    subscription.delete()


@transaction.atomic
def remove_queue(queue: EventSubscriptionQueue, *, actor: User, now: datetime) -> None:
    """Give up one queue of a subscription.

    :raises SubscriptionGone: somebody else was quicker.
    """
    locked = EventSubscriptionQueue.objects.select_for_update(of=("self",)).filter(pk=queue.pk)
    if not locked.exists():
        raise SubscriptionGone("The queue was removed in the meantime.")
    _record_queue(queue, kinds.SUBSCRIPTION_QUEUE_REMOVED, actor=actor, now=now)
    queue.delete()


@transaction.atomic
def end_all_of(identity: AgentIdentity, *, actor: User, now: datetime) -> None:
    """End the subscriptions and queues of an agent that is being removed."""
    found = EventSubscription.objects.filter(identity=identity).select_related("user")
    for subscription in found.order_by("pk"):
        unsubscribe(subscription, actor=actor, now=now)
    consumers = EventConsumer.objects.filter(identity=identity).select_related(
        "user", "identity__offering__customer"
    )
    for consumer in consumers.order_by("pk"):
        _record_consumer(consumer, kinds.QUEUE_REMOVED, actor=actor, now=now)
        consumer.delete()


def _see(identity: AgentIdentity, *, now: datetime) -> None:
    """Note that an agent was seen; this also keeps it from being removed until the commit.

    :raises SubscriptionGone: it was removed meanwhile.
    """
    if not AgentIdentity.objects.filter(pk=identity.pk).update(last_seen=now):
        raise SubscriptionGone("The agent was removed in the meantime.")


def _hold(subscription: EventSubscription) -> None:
    """Lock a subscription.

    :raises SubscriptionGone: somebody ended it.
    """
    locks.locked(subscription, SubscriptionGone("The subscription was ended in the meantime."))


def _covers(subscription: EventSubscription, offering: Offering, object_type: ObjectType) -> bool:
    wanted = subscription.observable_objects
    return not wanted or any(
        one.get("object_type") == object_type
        and one.get("offering_uuid") in {None, offering.uuid.hex}
        for one in wanted
    )


def _address(text: str) -> str | None:
    """Return an address, unless the server could not tell one."""
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _found_or_added(new: Any, same: dict[str, Any]) -> tuple[Any, bool]:
    """Insert a row unless there is one like it; return the one there is, locked if it was there.

    One who is inserting it at this moment is waited for.

    :raises SubscriptionGone: it was removed just then.
    """
    rows = type(new).objects.filter(**same)
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        type(new).objects.bulk_create([new], ignore_conflicts=True)
        found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise SubscriptionGone("It was removed in the meantime.")
    for name, value in same.items():
        setattr(found, name, value)
    return found, found.uuid == new.uuid


def _record_subscription(
    subscription: EventSubscription, kind: Kind, *, actor: User, now: datetime
) -> None:
    events.record(
        kind,
        subscription,
        actor=actor,
        now=now,
        payload={
            "user_uuid": subscription.user.uuid.hex,
            "observable_objects": subscription.observable_objects,
        },
    )


def _record_queue(queue: EventSubscriptionQueue, kind: Kind, *, actor: User, now: datetime) -> None:
    events.record(
        kind,
        queue,
        actor=actor,
        now=now,
        payload={
            "subscription_uuid": queue.event_subscription.uuid.hex,
            "offering_uuid": queue.offering.uuid.hex,
            "object_type": queue.object_type,
            "queue_name": queue.queue_name,
            "vhost": queue.vhost,
        },
    )


def _record_consumer(
    consumer: EventConsumer, kind: Kind, *, actor: User, now: datetime, is_new: bool = False
) -> None:
    offering = consumer.identity.offering
    events.record(
        kind,
        consumer,
        actor=actor,
        now=now,
        payload={
            "agent_uuid": consumer.identity.uuid.hex,
            "offering_uuid": offering.uuid.hex,
            "user_uuid": consumer.user.uuid.hex,
            "object_types": consumer.object_types,
            "queue_name": consumer.queue_name,
            "rmq_username": consumer.rmq_username,
            "vhost": consumer.vhost,
            "is_new": is_new,
        },
    )


def _check_number(user: User) -> None:
    """Refuse one subscription too many: each has a user and a queue at the broker."""
    most = settings.SUBSCRIPTIONS_PER_PERSON
    if EventSubscription.objects.filter(user=user).count() >= most:
        raise TooManySubscriptions(
            f"{user.username} has {most} event subscriptions, and may have no more: delete those "
            "that are not used."
        )
