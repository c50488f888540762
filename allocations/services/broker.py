"""Bringing the broker to what stands in the database: at once for a queue, and all of it by sweep.

Network calls are made outside transactions. What fails is tried again: a queue by its publisher,
the rest at the next sweep.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocations.bus.topology import Login, difference
from allocations.models import EventConsumer, EventSubscription, MessageQueue
from allocations.observables import Protocol
from identity import standing
from identity.models import User

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from allocations.bus.management import Management

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Repaired:
    """What a sweep did: for how many subscribers it brought something about, what it took away."""

    restored: int = 0
    removed: int = 0

    def __bool__(self) -> bool:
        """Tell whether there was anything to do."""
        return bool(self.restored or self.removed)


def declare(queue: MessageQueue, management: Management, *, now: datetime) -> None:
    """Have the broker know a queue and let its subscriber in, if it may log in.

    The user comes last: whoever can log in finds the queue.

    :raises BrokerUnmanageable: the broker does not answer, or refuses.
    """
    owner = queue.subscriber
    _bring_about(_login(owner), management, may_log_in=owner.may_log_in(now))
    MessageQueue.objects.filter(pk=queue.pk).update(declared_at=now)


def repair(management: Management, *, now: datetime) -> Repaired:
    """Compare all that the broker has of ours with what shall be, and mend what differs.

    Logins end whose token or person no longer holds; what belongs to nobody any more goes.

    :raises BrokerUnmanageable: the broker does not answer, or refuses.
    """
    actual = management.actual()
    logins, shut_out = _everybody(now)
    found = difference(logins, shut_out, actual)
    for username in sorted(found.logins):
        management.remove_login(username)
    for login in sorted(logins | shut_out, key=lambda login: login.username):
        if login.username in found.lacking:
            _bring_about(login, management, may_log_in=login in logins)
    for vhost, name in sorted(found.queues):
        management.remove_queue(vhost, name)
    for vhost in sorted(found.vhosts):
        management.remove_vhost(vhost)
    removed = len(found.logins) + len(found.queues) + len(found.vhosts)
    return Repaired(len(found.lacking), removed)


def _bring_about(login: Login, management: Management, *, may_log_in: bool) -> None:
    management.put_vhost(login.vhost)
    for vhost, name in sorted(login.own_queues):
        management.put_queue(vhost, name)
    if may_log_in:
        management.put_login(login)


def _everybody(now: datetime) -> tuple[frozenset[Login], frozenset[Login]]:
    """Return the logins of those who may log in now, and of those who may not."""
    owners: list[EventConsumer | EventSubscription] = [
        *EventConsumer.objects.filter(queue__isnull=False).select_related("user", "token"),
        *EventSubscription.objects.filter(queues__queue__isnull=False)
        .select_related("user", "token")
        .prefetch_related("queues__offering")
        .distinct(),
    ]
    standing.fetch(User.objects.get_queryset(), [owner.user for owner in owners])
    allowed = frozenset(_login(owner) for owner in owners if owner.may_log_in(now))
    return allowed, frozenset(map(_login, owners)) - allowed


def _login(owner: EventConsumer | EventSubscription) -> Login:
    queues: Iterable[str]
    if isinstance(owner, EventConsumer):
        queues = (owner.queue_name,)
    else:
        queues = [queue.queue_name for queue in owner.queues.select_related("offering")]
    return Login(
        owner.rmq_username,
        owner.password_hash,
        owner.vhost,
        Protocol(owner.protocol),
        frozenset(queues),
    )
