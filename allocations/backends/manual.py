"""Offerings that people deliver, in the admin or through the API."""

from __future__ import annotations

from allocations.backends.agent import AgentBackend
from allocations.backends.base import Outcome, Pending


class ManualBackend(AgentBackend):
    """As with an agent, the order is pulled and reported on, but by the provider's people."""

    can_stop = True
    answer: Outcome = Pending("The provider's staff deliver the order and say so.")
