"""Throwing away the old log of what was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from notifications.models import HookDelivery

if TYPE_CHECKING:
    from datetime import datetime

HOOK_LOG_KEPT_FOR = timedelta(days=30)
"""How long it is known how sending to a hook went; the events themselves can always be replayed."""


def prune(*, now: datetime) -> int:
    """Delete the deliveries that are over, or that nobody will make; return how many rows."""
    over = Q(delivered_at__isnull=False) | Q(dead=True) | Q(hook__is_active=False)
    old = HookDelivery.objects.filter(over, planned_at__lt=now - HOOK_LOG_KEPT_FOR)
    deleted, _ = old.delete()
    return deleted
