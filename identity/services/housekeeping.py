"""Throwing away what has served its time."""

from __future__ import annotations

from datetime import datetime, timedelta

from identity.models import IdempotencyKey
from identity.services import credentials

ANSWERS_KEPT_FOR = timedelta(days=1)


def prune(*, now: datetime) -> dict[str, int]:
    """Delete dead tokens and the answers kept for repeated requests; return how many of each."""
    tokens = credentials.prune(now=now)
    answers, _ = IdempotencyKey.objects.filter(created__lt=now - ANSWERS_KEPT_FOR).delete()
    return {"tokens": tokens, "answers": answers}
