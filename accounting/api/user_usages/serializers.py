"""What one person's part of a monthly usage looks like."""

from __future__ import annotations

from rest_framework import serializers

from accounting.models import ComponentUserUsage
from common.api.reads.outputs import DecimalString, Output, UrlField, UuidField


class ComponentUserUsageOutput(Output):
    """A person's part of a component usage."""

    class Meta:
        model = ComponentUserUsage
        fields = (
            "backend_id",
            "billing_period",
            "component_type",
            "component_usage",
            "created",
            "customer_name",
            "customer_uuid",
            "date",
            "description",
            "measured_unit",
            "modified",
            "offering_name",
            "offering_uuid",
            "project_name",
            "project_uuid",
            "resource_name",
            "resource_uuid",
            "usage",
            "user",
            "username",
            "uuid",
        )

    component_usage = UrlField("marketplace-component-usage-detail", source="component_usage.uuid")
    component_type = serializers.CharField(source="component_usage.component.type")
    measured_unit = serializers.CharField(source="component_usage.component.measured_unit")
    billing_period = serializers.DateField(source="component_usage.billing_period")
    date = serializers.DateTimeField(source="component_usage.date")
    usage = DecimalString(max_digits=20, decimal_places=2)
    user = UrlField("marketplace-offering-user-detail", source="user.uuid")
    resource_name = serializers.CharField(source="component_usage.resource.name")
    resource_uuid = UuidField(source="component_usage.resource.uuid")
    offering_name = serializers.CharField(source="component_usage.resource.offering.name")
    offering_uuid = UuidField(source="component_usage.resource.offering.uuid")
    project_name = serializers.CharField(source="component_usage.resource.project.name")
    project_uuid = UuidField(source="component_usage.resource.project.uuid")
    customer_name = serializers.CharField(source="component_usage.resource.project.customer.name")
    customer_uuid = UuidField(source="component_usage.resource.project.customer.uuid")
