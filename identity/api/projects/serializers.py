"""What a project looks like."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.reads.outputs import (
    Computed,
    EnumField,
    MapField,
    Omitted,
    Output,
    UrlField,
    UuidField,
)
from identity.api.customers.serializers import (
    NO_AFFILIATIONS,
    NO_IMAGES,
    NO_INVOICES,
    AffiliatedOrganization,
    NestedPriceEstimate,
)
from identity.end_dates import effective_end_date, is_in_grace
from identity.fields_of_science import FieldOfScience
from identity.models import Project
from identity.project_kinds import ProjectKind

NO_TYPES = "projects have no types"


class ProjectMetadataAnswer(serializers.Serializer[Any]):
    """An answer in a checklist."""

    answer = serializers.JSONField(required=False)
    modified = serializers.DateTimeField(required=False)
    question = serializers.CharField(required=False)
    question_type = serializers.CharField(required=False)
    question_uuid = serializers.CharField(required=False)


class ProjectOutput(Output):
    """A project with its organization (customer)."""

    class Meta:
        model = Project
        fields = (
            "affiliation",
            "affiliation_code",
            "affiliation_name",
            "affiliation_uuid",
            "backend_id",
            "billing_price_estimate",
            "created",
            "customer",
            "customer_abbreviation",
            "customer_display_billing_info_in_projects",
            "customer_grace_period_days",
            "customer_name",
            "customer_native_name",
            "customer_slug",
            "customer_uuid",
            "description",
            "effective_end_date",
            "end_date",
            "end_date_requested_by",
            "end_date_updated_at",
            "grace_period_days",
            "has_metrics",
            "image",
            "is_in_grace_period",
            "is_industry",
            "is_removed",
            "kind",
            "marketplace_resource_count",
            "max_service_accounts",
            "name",
            "oecd_fos_2007_code",
            "oecd_fos_2007_label",
            "project_credit",
            "project_metadata",
            "resources_count",
            "science_domain_code",
            "science_domain_name",
            "science_domain_uuid",
            "science_sub_domain",
            "science_sub_domain_code",
            "science_sub_domain_name",
            "slug",
            "staff_notes",
            "start_date",
            "termination_metadata",
            "type",
            "type_name",
            "type_uuid",
            "url",
            "user_affiliations",
            "user_email_patterns",
            "user_identity_sources",
            "uuid",
        )

    url = UrlField("project-detail")
    affiliation = Omitted(AffiliatedOrganization(allow_null=True), reason=NO_AFFILIATIONS)
    affiliation_code = Omitted(serializers.CharField(), reason=NO_AFFILIATIONS)
    affiliation_name = Omitted(serializers.CharField(), reason=NO_AFFILIATIONS)
    affiliation_uuid = Omitted(UuidField(allow_null=True), reason=NO_AFFILIATIONS)
    billing_price_estimate = Omitted(NestedPriceEstimate, reason=NO_INVOICES)
    customer = UrlField("customer-detail", source="customer.uuid")
    customer_abbreviation = serializers.CharField(source="customer.abbreviation")
    customer_display_billing_info_in_projects = serializers.BooleanField(
        source="customer.display_billing_info_in_projects"
    )
    customer_grace_period_days = serializers.IntegerField(
        source="customer.grace_period_days", allow_null=True
    )
    customer_name = serializers.CharField(source="customer.name")
    customer_native_name = serializers.CharField(source="customer.native_name")
    customer_slug = serializers.CharField(source="customer.slug")
    customer_uuid = UuidField(source="customer.uuid")
    effective_end_date = Computed(
        "end_date",
        "grace_period_days",
        "customer.grace_period_days",
        fn=effective_end_date,
        output=serializers.DateField(allow_null=True),
    )
    end_date_requested_by = UrlField(
        "user-detail", source="end_date_requested_by.uuid", allow_null=True
    )
    has_metrics = Omitted(serializers.BooleanField(), reason="metrics are not served")
    image = Omitted(serializers.CharField(allow_null=True), reason=NO_IMAGES)
    is_in_grace_period = Computed(
        "today",
        "end_date",
        "grace_period_days",
        "customer.grace_period_days",
        fn=is_in_grace,
        output=serializers.BooleanField(),
    )
    kind = EnumField(ProjectKind)
    marketplace_resource_count = MapField(child=serializers.IntegerField())
    oecd_fos_2007_code = serializers.ChoiceField(choices=FieldOfScience.choices(), allow_null=True)
    oecd_fos_2007_label = Computed(
        "oecd_fos_2007_code", fn=FieldOfScience.label, output=serializers.CharField()
    )
    project_credit = Omitted(serializers.FloatField(allow_null=True), reason=NO_INVOICES)
    project_metadata = Omitted(ProjectMetadataAnswer(many=True), reason="checklists are not served")
    science_domain_code = serializers.CharField(source="science_sub_domain.domain.code")
    science_domain_name = serializers.CharField(source="science_sub_domain.domain.name")
    science_domain_uuid = UuidField(source="science_sub_domain.domain.uuid")
    science_sub_domain = UuidField(source="science_sub_domain.uuid", allow_null=True)
    science_sub_domain_code = serializers.CharField(source="science_sub_domain.code")
    science_sub_domain_name = serializers.CharField(source="science_sub_domain.name")
    staff_notes = serializers.CharField(source="readable_staff_notes")
    termination_metadata = MapField(allow_null=True)
    type = Omitted(serializers.CharField(allow_null=True), reason=NO_TYPES)
    type_name = Omitted(serializers.CharField(allow_null=True), reason=NO_TYPES)
    type_uuid = Omitted(UuidField(allow_null=True), reason=NO_TYPES)
    user_affiliations = serializers.ListField(child=serializers.CharField())
    user_email_patterns = serializers.ListField(child=serializers.CharField())
    user_identity_sources = serializers.ListField(child=serializers.CharField())
