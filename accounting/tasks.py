"""What beat starts for accounting; each task may be run at any time again."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from accounting.services import months

log = logging.getLogger(__name__)


@shared_task
def begin_month(**_: object) -> None:
    """Let every resource show the present month, with what recurs in it."""
    now = timezone.now()
    carried = sum(months.carry_over(resource, now=now) for resource in months.unsettled(now=now))
    if carried:
        log.info("Usages carried over: %s", carried)
