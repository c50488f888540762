"""What agents, their services and their processors look like."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from allocations.agents import Compatibility, ServiceState, compatibility
from allocations.models import AgentIdentity, AgentProcessor, AgentService
from common.api.json_shapes import TEXT, JsonField, list_of, record, words
from common.api.reads.outputs import Computed, EnumField, MapField, Nested, Output, UrlField
from common.api.reads.outputs import UuidField as Uuid

DEPENDENCIES = list_of(record({"package": TEXT, "version": TEXT}, required=("package", "version")))
COMPATIBILITY = record(
    {"status": words(*Compatibility), "message": TEXT, "minimum_required": TEXT},
    required=("status", "message"),
)


class NestedAgentServiceOutput(Output):
    """A service of an agent."""

    class Meta:
        model = AgentService
        fields = ("created", "mode", "modified", "name", "state", "statistics", "url", "uuid")
        always = ("created", "modified", "name", "state", "url", "uuid")

    url = UrlField("marketplace-site-agent-service-detail")
    uuid = Uuid()
    mode = serializers.CharField(allow_null=True)
    state = EnumField(ServiceState)
    statistics = MapField()


class AgentIdentityOutput(Output):
    """A site agent."""

    class Meta:
        model = AgentIdentity
        fields = (
            "compatibility",
            "config_file_content",
            "config_file_path",
            "created",
            "created_by",
            "dependencies",
            "last_restarted",
            "modified",
            "name",
            "offering",
            "services",
            "url",
            "uuid",
            "version",
        )
        always = (
            "compatibility",
            "created",
            "created_by",
            "modified",
            "name",
            "offering",
            "services",
            "url",
            "uuid",
        )

    url = UrlField("marketplace-site-agent-identity-detail")
    uuid = Uuid()
    offering = Uuid(source="offering.uuid")
    created_by = Uuid(source="created_by.uuid", allow_null=True)
    compatibility = Computed("version", fn=compatibility, output=JsonField(COMPATIBILITY))
    version = serializers.CharField(allow_null=True)
    config_file_path = serializers.CharField(allow_null=True)
    config_file_content = serializers.CharField(allow_null=True)
    dependencies = JsonField(DEPENDENCIES)
    services = Nested(NestedAgentServiceOutput, source="services", many=True)


class NestedAgentProcessorOutput(Output):
    """What a service of an agent works with."""

    class Meta:
        model = AgentProcessor
        fields = (
            "backend_type",
            "backend_version",
            "created",
            "last_run",
            "modified",
            "name",
            "url",
            "uuid",
        )
        always = ("backend_type", "created", "modified", "name", "url", "uuid")

    url = UrlField("marketplace-site-agent-processor-detail")
    uuid = Uuid()
    backend_version = serializers.CharField(allow_null=True)
    last_run = serializers.DateTimeField(allow_null=True)


class AgentServiceOutput(Output):
    """A service of an agent."""

    class Meta:
        model = AgentService
        fields = (
            "created",
            "identity",
            "identity_name",
            "mode",
            "modified",
            "name",
            "processors",
            "state",
            "statistics",
            "url",
            "uuid",
        )
        always = (
            "created",
            "identity",
            "identity_name",
            "modified",
            "name",
            "processors",
            "state",
            "url",
            "uuid",
        )

    url = UrlField("marketplace-site-agent-service-detail")
    uuid = Uuid()
    identity = Uuid(source="identity.uuid")
    identity_name = serializers.CharField(source="identity.name")
    mode = serializers.CharField(allow_null=True)
    state = EnumField(ServiceState)
    statistics = MapField()
    processors = Nested(NestedAgentProcessorOutput, source="processors", many=True)


class AgentProcessorOutput(Output):
    """What a service of an agent works with."""

    class Meta:
        model = AgentProcessor
        fields = (
            "backend_type",
            "backend_version",
            "created",
            "last_run",
            "modified",
            "name",
            "service",
            "service_name",
            "url",
            "uuid",
        )
        always = (
            "backend_type",
            "created",
            "modified",
            "name",
            "service",
            "service_name",
            "url",
            "uuid",
        )

    url = UrlField("marketplace-site-agent-processor-detail")
    uuid = Uuid()
    service = Uuid(source="service.uuid")
    service_name = serializers.CharField(source="service.name")
    backend_version = serializers.CharField(allow_null=True)
    last_run = serializers.DateTimeField(allow_null=True)


class CleanupResponseItemOutput(serializers.Serializer[Any]):
    """Something that was deleted, or would be."""

    uuid = serializers.UUIDField(format="hex")
    name = serializers.CharField()
    offering__name = serializers.CharField(required=False)
    identity__name = serializers.CharField(required=False)
    state = serializers.CharField(required=False)
    created = serializers.DateTimeField(required=False)
    modified = serializers.DateTimeField(required=False)


class CleanupResponseOutput(serializers.Serializer[Any]):
    """What was deleted, or would be."""

    deleted_count = serializers.IntegerField()
    dry_run = serializers.BooleanField()
    items = CleanupResponseItemOutput(many=True)


class AgentStatsOfferingCountOutput(serializers.Serializer[Any]):
    """How many agents an offering has."""

    offering__uuid = serializers.UUIDField(format="hex")
    offering__name = serializers.CharField()
    count = serializers.IntegerField()


class AgentStatsIdentitiesOutput(serializers.Serializer[Any]):
    """How many agents there are."""

    total = serializers.IntegerField()
    by_offering = AgentStatsOfferingCountOutput(many=True)


class AgentStatsServicesStateOutput(serializers.Serializer[Any]):
    """How many services are in which state."""

    active = serializers.IntegerField()
    idle = serializers.IntegerField()
    error = serializers.IntegerField()


class AgentStatsServicesOutput(serializers.Serializer[Any]):
    """How many services there are."""

    total = serializers.IntegerField()
    by_state = AgentStatsServicesStateOutput()
    stale_count = serializers.IntegerField()


class AgentStatsBackendTypeOutput(serializers.Serializer[Any]):
    """How many processors work with a backend."""

    backend_type = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()


class AgentStatsProcessorsOutput(serializers.Serializer[Any]):
    """How many processors there are."""

    total = serializers.IntegerField()
    by_backend_type = AgentStatsBackendTypeOutput(many=True)
    stale_count = serializers.IntegerField()


class AgentStatsResponseOutput(serializers.Serializer[Any]):
    """Agents, services and processors in numbers."""

    identities = AgentStatsIdentitiesOutput()
    services = AgentStatsServicesOutput()
    processors = AgentStatsProcessorsOutput()
