"""Sites whose agent comes for its work: it pulls orders and reports through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocations.backends.base import Outcome, Pending

if TYPE_CHECKING:
    from allocations.backends.base import Limits, Ref, Spec


class AgentBackend:
    """Nothing is pushed: the agent looks for executing orders, and reports by itself."""

    can_stop = False
    answer: Outcome = Pending("The site agent pulls the order and reports how it went.")

    def create(self, spec: Spec) -> Outcome:
        """Leave the order to be pulled."""
        return self.answer

    def set_limits(self, ref: Ref, limits: Limits) -> Outcome:
        """Leave the order to be pulled."""
        return self.answer

    def terminate(self, ref: Ref) -> Outcome:
        """Leave the order to be pulled."""
        return self.answer
