"""Panels of site agents: whose queues are behind, and who fell silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q

from allocations.models import AgentService, MessageQueue, QueueMessage
from config.pages.dashboard.panel import (
    LATE,
    SHOWN,
    Cell,
    DashboardPanel,
    age,
    link_to_all,
    page_of,
)

if TYPE_CHECKING:
    from datetime import datetime


def queues_behind(now: datetime) -> DashboardPanel:
    """Return the queues that the broker does not take, or that are not emptied in time."""
    unpublished = QueueMessage.objects.filter(published_at__isnull=True).order_by()
    counted = unpublished.values("queue").annotate(number=Count("pk"), oldest=Min("created"))
    waiting = {row["queue"]: (row["number"], row["oldest"]) for row in counted}
    late = [key for key, (_, oldest) in waiting.items() if oldest < now - LATE]
    behind = MessageQueue.objects.whole().filter(Q(failures__gt=0) | Q(pk__in=late))
    found = [(queue, *waiting.get(queue.pk, (0, now))) for queue in behind.order_by("pk")]
    found.sort(key=lambda row: row[2])
    return DashboardPanel(
        "Queues of subscribers that are behind",
        ("Queue", "Offering", "Subscriber", "Waiting", "Oldest", "Failures", "Error"),
        [
            (
                Cell(queue.name, page_of(queue)),
                Cell(queue.offering.name),
                Cell(str(queue.subscriber.user)),
                Cell(str(number)),
                Cell(age(oldest, now) if number else ""),
                Cell(str(queue.failures)),
                Cell(queue.last_error[:80]),
            )
            for queue, number, oldest in found[:SHOWN]
        ],
        "Every subscriber has been told everything.",
        link_to_all(found, MessageQueue, waiting="yes"),
    )


def silent_agents(now: datetime) -> DashboardPanel:
    """Return what site agents did for offerings until lately, the latest silence first."""
    rows = AgentService.objects.silent(now).select_related("identity__offering")
    found = list(rows.order_by("-last_request_timestamp", "-pk")[: SHOWN + 1])
    return DashboardPanel(
        "Site agents that fell silent",
        ("What", "Offering", "Agent", "Not seen for"),
        [
            (
                Cell(service.agent_type, page_of(service)),
                Cell(service.identity.offering.name),
                Cell(service.identity.name, page_of(service.identity)),
                Cell(age(service.last_request_timestamp, now)),
            )
            for service in found[:SHOWN]
        ],
        "Every site agent is heard of.",
        link_to_all(found, AgentService, silent="yes"),
    )
