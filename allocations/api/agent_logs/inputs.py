"""What an agent sends of its log."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from allocations.agents import LogLevel
from allocations.api.agent_logs.filters import LATEST, moment
from allocations.models import AgentIdentity
from allocations.services.agent_logs import Line
from common.api.inputs import Entries, FiniteField, Input
from common.api.reads.outputs import EnumField

MOST_LINES = 1000
"""Lines in one request; agents send a hundred."""

LONGEST_LINE = 65_536
"""Characters of one line, a traceback included."""


class Lines(Entries):
    """Lines of logs; the agents that they name are looked up together."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the lines, once all of them are right.

        :raises ValidationError: with what is wrong with each, in its place.
        """
        entries = super().to_internal_value(data)
        wanted = {entry["agent_identity_uuid"] for entry in entries}
        visible = AgentIdentity.objects.visible_to(self.context["request"].user)
        known = {
            identity.uuid: identity
            for identity in visible.select_related("offering__customer").filter(uuid__in=wanted)
        }
        if wanted - known.keys():
            raise serializers.ValidationError(
                [
                    {}
                    if entry["agent_identity_uuid"] in known
                    else {"agent_identity_uuid": ["Object does not exist."]}
                    for entry in entries
                ]
            )
        return [
            Line(
                identity=known[entry["agent_identity_uuid"]],
                timestamp=moment(entry["timestamp"]),
                level=LogLevel(entry["level"]),
                message=entry["message"],
                module=entry["module"],
            )
            for entry in entries
        ]


class SiteAgentLogCreateInput(Input):
    """A line of an agent's log; its time is in seconds since 1970, by the agent's clock."""

    class Meta:
        list_serializer_class = Lines

    agent_identity_uuid = serializers.UUIDField()
    timestamp = FiniteField(min_value=0, max_value=LATEST)
    level = EnumField(LogLevel)
    message = serializers.CharField(
        max_length=LONGEST_LINE, allow_blank=True, trim_whitespace=False
    )
    module = serializers.CharField(max_length=255, allow_blank=True)
