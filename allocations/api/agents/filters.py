"""Query parameters of the lists of agents, services and processors."""

from __future__ import annotations

from typing import Any

from allocations.agents import ServiceState
from allocations.models import AgentIdentity, AgentProcessor, AgentService
from common.api.filters import (
    ApiFilterSet,
    Before,
    Choices,
    Exact,
    Flag,
    OneUuid,
    Since,
    several,
)

NUMBERS = {"1": ServiceState.ACTIVE, "2": ServiceState.IDLE, "3": ServiceState.ERROR}
"""Waldur filters services by the numbers of their states, and shows the words."""


class StateNumbers(Choices):
    """Any of several states, by number or by word."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the method that filters."""
        words = {state.value: state for state in ServiceState}
        super().__init__(None, {**NUMBERS, **words}, **kwargs)
        self.api_schema = several({"type": "integer", "enum": sorted(map(int, NUMBERS))})


def among(some: Any, rows: Any, value: bool) -> Any:
    """Return the rows that are among some of their model, or the others."""
    keys = some.values("pk")
    return rows.filter(pk__in=keys) if value else rows.exclude(pk__in=keys)


class AgentIdentityFilter(ApiFilterSet):
    """Agents by offering and name."""

    last_restarted = Since("last_restarted")
    name = Exact("name")
    offering_uuid = OneUuid("offering__uuid")
    orphaned = Flag(method="filter_orphaned", reads=("services",))
    version = Exact("version")

    def filter_orphaned(self, rows: Any, name: str, value: bool) -> Any:
        """Keep those of which no service runs, or the others."""
        return among(AgentIdentity.objects.orphaned(), rows, value)


class AgentServiceFilter(ApiFilterSet):
    """Services by agent, mode and state."""

    identity_uuid = OneUuid("identity__uuid")
    mode = Exact("mode")
    modified_after = Since("modified")
    modified_before = Before("modified")
    stale = Flag(method="filter_stale", reads=("modified",))
    state = StateNumbers(method="filter_state", reads=("state",))

    def filter_stale(self, rows: Any, name: str, value: bool) -> Any:
        """Keep those that were not seen for a day, or the others."""
        return among(AgentService.objects.stale(), rows, value)

    def filter_state(self, rows: Any, name: str, value: list[str]) -> Any:
        """Keep those that stand so."""
        return rows.with_state().filter(state__in=[NUMBERS.get(one, one) for one in value])


class AgentProcessorFilter(ApiFilterSet):
    """Processors by service and backend."""

    backend_type = Exact("backend_type")
    backend_version = Exact("backend_version")
    last_run = Since("last_run")
    last_run_before = Before("last_run")
    service_uuid = OneUuid("service__uuid")
    stale = Flag(method="filter_stale", reads=("modified",))

    def filter_stale(self, rows: Any, name: str, value: bool) -> Any:
        """Keep those that did not run for a day, or the others."""
        return among(AgentProcessor.objects.stale(), rows, value)
