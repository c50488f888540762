"""What site agents are and when one counts as silent. Pure: importable without Django.

The words are Waldur's. An agent says which mode each of its services runs in; how often such a
service lets itself be seen follows from the agent's own timetable (1.0.7: orders and members every
5 minutes, usage every 30; in event mode only when it starts and when something happens).
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class AgentType(StrEnum):
    """What a service of an agent does, in the words of an offering's integration status."""

    ORDER_PROCESSING = "Order processing"
    USAGE_REPORTING = "Usage reporting"
    RESOURCE_SYNC = "Resource sync"
    EVENT_PROCESSING = "Event processing"
    GLAUTH_SYNC = "Glauth sync"
    UNKNOWN = "unknown"


class ServiceState(StrEnum):
    """How a service of an agent stands."""

    ACTIVE = "Active"
    IDLE = "Idle"
    ERROR = "Error"


class IntegrationState(StrEnum):
    """How an offering's integration stands."""

    UNKNOWN = "Unknown"
    ACTIVE = "Active"
    DISCONNECTED = "Disconnected"


class Compatibility(StrEnum):
    """Whether a version of the agent can work with this service."""

    COMPATIBLE = "compatible"
    INCOMPATIBLE = "incompatible"
    UNKNOWN = "unknown"


class LogLevel(StrEnum):
    """How serious a line of an agent's log is."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


FAILURES = frozenset({LogLevel.ERROR, LogLevel.CRITICAL})

TYPE_BY_MODE: Mapping[str, AgentType] = {
    "order_process": AgentType.ORDER_PROCESSING,
    "report": AgentType.USAGE_REPORTING,
    "membership_sync": AgentType.RESOURCE_SYNC,
    "event_process": AgentType.EVENT_PROCESSING,
    "glauth_sync": AgentType.GLAUTH_SYNC,
}

SEEN_WITHIN: Mapping[AgentType, timedelta] = {
    AgentType.ORDER_PROCESSING: timedelta(minutes=15),
    AgentType.RESOURCE_SYNC: timedelta(minutes=15),
    AgentType.USAGE_REPORTING: timedelta(minutes=90),
    AgentType.EVENT_PROCESSING: timedelta(days=1),
    AgentType.GLAUTH_SYNC: timedelta(minutes=15),
    AgentType.UNKNOWN: timedelta(hours=1),
}
"""How long after it was last seen a service still counts as running: three of its rounds, or for
event mode, whose agents may have nothing to say for hours, a day."""

REMEMBERED_FOR = timedelta(days=30)
"""How long the staff are told that an agent is silent; after that it is taken to be given up."""

STALE_AFTER = timedelta(days=1)
"""After how long a part of an agent counts as stale, and may be cleaned up."""

OLDEST_SERVED = (1, 0, 0)
"""The oldest version of `waldur-site-agent` that the calls served here are known to suffice for."""

_RELEASE = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?")


def type_of(name: str, mode: str) -> AgentType:
    """Return what a service does, from its mode or, where it names none, from its own name.

    In event mode a service is called `event_process-<type of object>`.
    """
    for word in (mode, name, name.split("-", maxsplit=1)[0]):
        if word in TYPE_BY_MODE:
            return TYPE_BY_MODE[word]
    return AgentType.UNKNOWN


def state_of(
    agent_type: AgentType, error: str, *, last_seen: datetime, now: datetime
) -> ServiceState:
    """Return how a service stands: idle when it was not seen in time, else as it says itself."""
    if last_seen < now - SEEN_WITHIN[agent_type]:
        return ServiceState.IDLE
    return ServiceState.ERROR if error else ServiceState.ACTIVE


def release(version: str) -> tuple[int, int, int] | None:
    """Return the numbers of a version (`1.0.7.dev1` is 1.0.7), or None when it has none."""
    found = _RELEASE.match(version.strip())
    if found is None:
        return None
    major, minor, patch = (int(number or 0) for number in found.groups())
    return major, minor, patch


def compatibility(version: str) -> dict[str, str]:
    """Return what the API says of a version of the agent: a status, and a sentence about it."""
    numbers = release(version)
    oldest = ".".join(map(str, OLDEST_SERVED))
    if numbers is None:
        status, message = Compatibility.UNKNOWN, "The agent has not told its version."
    elif numbers < OLDEST_SERVED:
        status, message = Compatibility.INCOMPATIBLE, f"{version} is older than {oldest}."
    else:
        status, message = Compatibility.COMPATIBLE, f"{version} is served."
    return {"status": status, "message": message, "minimum_required": oldest}
