"""Throwing away what has served its time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from identity.models import HookDelivery, IdempotencyKey
from identity.services import credentials

ANSWERS_KEPT_FOR = timedelta(days=1)
HOOK_LOG_KEPT_FOR = timedelta(days=30)
"""How long it is known how telling a hook went; the events themselves are told again any time."""


def prune(*, now: datetime) -> dict[str, int]:
    """Delete dead tokens, answers kept for repeated requests, and the old log of hooks."""
    tokens = credentials.prune(now=now)
    answers, _ = IdempotencyKey.objects.filter(created__lt=now - ANSWERS_KEPT_FOR).delete()
    over = Q(delivered_at__isnull=False) | Q(dead=True) | Q(hook__is_active=False)
    old = HookDelivery.objects.filter(over, planned_at__lt=now - HOOK_LOG_KEPT_FOR)
    told, _ = old.delete()
    return {"tokens": tokens, "answers": answers, "hook_deliveries": told}
