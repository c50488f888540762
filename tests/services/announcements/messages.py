"""The messages that wait for sites."""

from __future__ import annotations

from allocations.models import QueueMessage
from config.wiring import dispatch_events


def told(queue=None):
    """Dispatch what has happened, and return what was written since the last time."""
    dispatch_events()
    found = QueueMessage.objects.order_by("pk")
    found = found.filter(queue=queue) if queue else found
    bodies = [message.body for message in found]
    found.delete()
    return bodies
