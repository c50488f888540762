"""`/api/marketplace-site-agent-logs/`: lines that agents send of their logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from allocations.api.agent_logs.filters import SiteAgentLogFilter
from allocations.api.agent_logs.inputs import MOST_LINES, SiteAgentLogCreateInput
from allocations.api.agent_logs.serializers import SiteAgentLogOutput
from allocations.api.agents.access import OwnOfASource
from allocations.models import AgentLog
from allocations.services import agent_logs
from common.api.access import SCOPED, EachOf, Needs, Rule
from common.api.actions import creates_several
from common.api.operation_texts import Noun
from common.api.viewsets import ApiViewSet, Listed
from identity.permissions import P

if TYPE_CHECKING:
    from rest_framework.response import Response

    from identity.api.requests import AuthenticatedRequest

SERVE = Needs(
    P.MANAGE_DELIVERY, on=("identity.offering", "identity.offering.customer")
) | OwnOfASource("identity.created_by")


class SiteAgentLogViewSet(Listed, ApiViewSet):
    """A line of a site agent's log, the latest first. Lines are kept for some weeks."""

    model = AgentLog
    noun = Noun("a log line of a site agent", "log lines of site agents")
    output = SiteAgentLogOutput
    filterset_class = SiteAgentLogFilter
    default_order = ("-timestamp",)
    access: ClassVar[dict[str, Rule]] = {"list": SCOPED, "create": EachOf(SERVE)}

    @creates_several(SiteAgentLogCreateInput, SiteAgentLogOutput)
    def create(self, request: AuthenticatedRequest) -> Response:
        """Store log lines of site agents.

        A list, of which all are stored or none.
        """
        lines = self.entries(SiteAgentLogCreateInput, at_most=MOST_LINES)
        stored = agent_logs.store(lines, now=self.now)
        return self.reply_several(stored)
