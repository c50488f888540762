"""What a search looks like."""

from __future__ import annotations

from rest_framework import serializers

from allocations.lifecycle import ImportState
from allocations.models import BackendResourceRequest
from common.api.reads.outputs import EnumField, Output, UrlField, UuidField


class BackendResourceReqOutput(Output):
    """A search for backend resources, and how it went."""

    class Meta:
        model = BackendResourceRequest
        fields = (
            "created",
            "error_message",
            "error_traceback",
            "finished",
            "modified",
            "offering",
            "offering_name",
            "offering_url",
            "started",
            "state",
            "url",
            "uuid",
        )
        always = fields

    offering = UuidField(source="offering.uuid")
    offering_name = serializers.CharField(source="offering.name")
    offering_url = UrlField("marketplace-provider-offering-detail", source="offering.uuid")
    state = EnumField(ImportState)
    url = UrlField("backend-resource-request-detail")
