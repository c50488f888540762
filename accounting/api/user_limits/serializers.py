"""What a person's limit looks like."""

from __future__ import annotations

from rest_framework import serializers

from accounting.models import ComponentUserUsageLimit
from common.api.reads.outputs import DecimalString, Output, UrlField, UuidField


class ComponentUserUsageLimitOutput(Output):
    """How much of a component one person may use of an allocation."""

    class Meta:
        model = ComponentUserUsageLimit
        fields = ("component", "component_type", "limit", "resource", "url", "user", "uuid")
        always = ("component", "component_type", "resource", "url", "user", "uuid")

    component = UuidField(source="component.uuid")
    component_type = serializers.CharField(source="component.type")
    limit = DecimalString(max_digits=20, decimal_places=2)
    resource = UrlField("marketplace-resource-detail", source="resource.uuid")
    url = UrlField("component-user-usage-limit-detail")
    user = serializers.CharField(source="user.username")
