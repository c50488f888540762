"""What a monthly usage looks like."""

from __future__ import annotations

from rest_framework import serializers

from accounting.models import ComponentUsage, PlanPeriodUsage
from accounting.models.usage import MissingUsagePolicy
from common.api.reads.outputs import DecimalString, EnumField, Output, UuidField


class BaseComponentUsageOutput(Output):
    """The part of a monthly usage that fell into a plan period."""

    class Meta:
        model = PlanPeriodUsage
        fields = (
            "created",
            "date",
            "description",
            "measured_unit",
            "missing_usage_policy",
            "name",
            "recurring",
            "type",
            "usage",
            "uuid",
        )
        always = ("created", "date", "measured_unit", "name", "recurring", "type", "uuid")

    uuid = UuidField(source="component_usage.uuid")
    created = serializers.DateTimeField(source="component_usage.created")
    date = serializers.DateTimeField(source="component_usage.date")
    description = serializers.CharField(source="component_usage.description")
    recurring = serializers.BooleanField(source="component_usage.recurring")
    type = serializers.CharField(source="component_usage.component.type")
    name = serializers.CharField(source="component_usage.component.name")
    measured_unit = serializers.CharField(source="component_usage.component.measured_unit")
    usage = DecimalString(max_digits=20, decimal_places=2)
    missing_usage_policy = EnumField(
        MissingUsagePolicy, source="component_usage.missing_usage_policy"
    )


class ComponentUsageOutput(Output):
    """What an allocation used of a component in a month."""

    class Meta:
        model = ComponentUsage
        fields = (
            "billing_period",
            "created",
            "customer_name",
            "customer_uuid",
            "date",
            "description",
            "measured_unit",
            "missing_usage_policy",
            "modified_by",
            "name",
            "offering_name",
            "offering_uuid",
            "project_name",
            "project_uuid",
            "recurring",
            "resource_name",
            "resource_uuid",
            "type",
            "usage",
            "uuid",
        )

    type = serializers.CharField(source="component.type")
    name = serializers.CharField(source="component.name")
    measured_unit = serializers.CharField(source="component.measured_unit")
    usage = DecimalString(max_digits=20, decimal_places=2)
    missing_usage_policy = EnumField(MissingUsagePolicy)
    modified_by = serializers.IntegerField(source="modified_by_id", allow_null=True)
    resource_name = serializers.CharField(source="resource.name")
    resource_uuid = UuidField(source="resource.uuid")
    offering_name = serializers.CharField(source="resource.offering.name")
    offering_uuid = UuidField(source="resource.offering.uuid")
    project_name = serializers.CharField(source="resource.project.name")
    project_uuid = UuidField(source="resource.project.uuid")
    customer_name = serializers.CharField(source="resource.project.customer.name")
    customer_uuid = UuidField(source="resource.project.customer.uuid")
