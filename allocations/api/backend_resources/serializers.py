"""What something at a site looks like that is not known here."""

from __future__ import annotations

from rest_framework import serializers

from allocations.models import BackendResource
from common.api.reads.outputs import MapField, Output, UrlField, UuidField


class BackendResourceOutput(Output):
    """What a site has that is not known here, and which project it is for."""

    class Meta:
        model = BackendResource
        fields = (
            "backend_id",
            "backend_metadata",
            "created",
            "modified",
            "name",
            "offering",
            "offering_name",
            "offering_url",
            "project",
            "project_name",
            "project_url",
            "url",
            "uuid",
        )
        always = tuple(name for name in fields if not name.startswith("backend_"))

    backend_metadata = MapField()
    offering = UuidField(source="offering.uuid")
    offering_name = serializers.CharField(source="offering.name")
    offering_url = UrlField("marketplace-provider-offering-detail", source="offering.uuid")
    project = UuidField(source="project.uuid")
    project_name = serializers.CharField(source="project.name")
    project_url = UrlField("project-detail", source="project.uuid")
    url = UrlField("backend-resource-detail")


class ImportableResourceOutput(Output):
    """Something at the site that can be imported."""

    class Meta:
        model = BackendResource
        fields = ("backend_id", "description", "name", "type")
        always = fields

    description = serializers.CharField(source="project.name")
    type = serializers.CharField(source="offering.type")
