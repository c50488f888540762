"""What a line of an agent's log looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework import serializers

from allocations.agents import LogLevel
from allocations.models import AgentLog
from common.api.reads.outputs import Computed, EnumField, Output, UrlField, UuidField

if TYPE_CHECKING:
    from datetime import datetime


def seconds(moment: datetime) -> float:
    """Return how long after 1970 began a moment is."""
    return moment.timestamp()


class SiteAgentLogOutput(Output):
    """A line of an agent's log."""

    class Meta:
        model = AgentLog
        fields = (
            "agent_identity_uuid",
            "created",
            "level",
            "message",
            "module",
            "offering",
            "offering_uuid",
            "timestamp",
            "uuid",
        )
        always = fields

    offering = UrlField("marketplace-provider-offering-detail", source="identity.offering.uuid")
    offering_uuid = UuidField(source="identity.offering.uuid")
    agent_identity_uuid = UuidField(source="identity.uuid")
    timestamp = Computed("timestamp", fn=seconds, output=serializers.FloatField())
    level = EnumField(LogLevel)
