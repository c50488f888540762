"""Agents in numbers."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from allocations.agents import ServiceState
from allocations.models import AgentIdentity, AgentProcessor, AgentService


def numbers() -> dict[str, Any]:
    """Return how many agents, services and processors there are, and how they stand."""
    return {
        "identities": {
            "total": AgentIdentity.objects.count(),
            "by_offering": list(
                AgentIdentity.objects.order_by("offering__name", "offering")
                .values("offering__uuid", "offering__name", "offering")
                .annotate(count=Count("pk"))
            ),
        },
        "services": _services(),
        "processors": {
            "total": AgentProcessor.objects.count(),
            "by_backend_type": list(
                AgentProcessor.objects.order_by("backend_type")
                .values("backend_type")
                .annotate(count=Count("pk"))
            ),
            "stale_count": AgentProcessor.objects.stale().count(),
        },
    }


def _services() -> dict[str, Any]:
    counted = dict(
        AgentService.objects.with_state()
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
    )
    return {
        "total": sum(counted.values()),
        "by_state": {state.lower(): counted.get(state, 0) for state in ServiceState},
        "stale_count": AgentService.objects.stale().count(),
    }
