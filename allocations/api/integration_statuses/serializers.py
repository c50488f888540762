"""What an offering's integration looks like."""

from __future__ import annotations

from rest_framework import serializers

from allocations.agents import AgentType
from allocations.models import AgentService
from common.api.reads.outputs import EnumField, Output, UrlField, UuidField


class IntegrationStatusDetailsOutput(Output):
    """What an agent does for an offering, and when it was last seen doing it."""

    class Meta:
        model = AgentService
        fields = (
            "agent_type",
            "last_request_timestamp",
            "offering",
            "offering_uuid",
            "service_name",
            "status",
            "url",
            "uuid",
        )
        always = ("agent_type", "last_request_timestamp", "offering", "status", "url")

    url = UrlField("marketplace-integration-status-detail")
    offering = UrlField("marketplace-provider-offering-detail", source="identity.offering.uuid")
    offering_uuid = UuidField(source="identity.offering.uuid")
    agent_type = EnumField(AgentType)
    service_name = serializers.CharField(source="name")
    status = serializers.CharField()
    last_request_timestamp = serializers.DateTimeField(allow_null=True)
