"""Answering a subscriber when the broker is ready for it.

It connects as soon as it has the answer, and a first attempt that is refused costs more than the
attempt: stomp.py then reads the same connection in two threads, so that an agent (1.0.7) would work
on an order twice at once. The worker declares the queue; the answer waits for that, but not for
long: a broker that is away is no reason to fail, since what is to be told waits for it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db.models import Q

from allocations.bus.configured import is_configured
from allocations.models import MessageQueue

if TYPE_CHECKING:
    from allocations.models import EventConsumer, EventSubscriptionQueue

PATIENCE = 5.0
"""Seconds to wait; declaring takes some tenths of one."""

LOOKS_EVERY = 0.05


def await_declared(owner: EventConsumer | EventSubscriptionQueue) -> None:
    """Wait until the broker has a queue and lets its reader in, or for as long as is sensible.

    That the worker has found the broker away is reason not to wait any longer.
    """
    if not is_configured():
        return
    until = time.monotonic() + PATIENCE
    tried = Q(declared_at__isnull=False) | Q(failures__gt=0)
    queue = MessageQueue.objects.filter(tried, pk=owner.queue.pk)
    while not queue.exists() and time.monotonic() < until:
        time.sleep(LOOKS_EVERY)
