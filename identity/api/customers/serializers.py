"""What an organisation looks like."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.reads.outputs import (
    Computed,
    DecimalString,
    Derived,
    Nested,
    Omitted,
    Output,
    UrlField,
    UuidField,
)
from identity import countries
from identity.api.organization_groups import OrganizationGroupOutput
from identity.models import Customer

NO_INVOICES = "nothing is invoiced here"
NO_CALLS = "calls for proposals are not served"
NO_AFFILIATIONS = "affiliations of projects are not served"
NO_IMAGES = "images are not stored"

COUNTRIES = tuple(countries.NAMES.items())


class CountryOutput(serializers.Serializer[Any]):
    """A country."""

    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()


class NestedPriceEstimate(serializers.Serializer[Any]):
    """What something is expected to cost."""

    current = serializers.CharField(required=False)
    tax = serializers.CharField(required=False)
    tax_current = serializers.CharField(required=False)
    total = serializers.CharField(required=False)


class AffiliatedOrganization(serializers.Serializer[Any]):
    """An organization that a project is affiliated with."""

    abbreviation = serializers.CharField(required=False)
    address = serializers.CharField(required=False)
    code = serializers.CharField(required=False)
    country = serializers.CharField(required=False)
    created = serializers.DateTimeField(required=False)
    description = serializers.CharField(required=False)
    email = serializers.CharField(required=False)
    homepage = serializers.CharField(required=False)
    modified = serializers.DateTimeField(required=False)
    name = serializers.CharField(required=False)
    projects_count = serializers.IntegerField(required=False)
    url = serializers.CharField(required=False)
    uuid = serializers.UUIDField(required=False)


PAYMENT_TYPES = ("fixed_price", "invoices", "payment_gw_monthly")


class PaymentProfileAttributes(serializers.Serializer[Any]):
    """What was agreed on paying."""

    agreement_number = serializers.CharField(required=False)
    contract_sum = serializers.CharField(required=False)
    end_date = serializers.CharField(required=False)


class PaymentProfile(serializers.Serializer[Any]):
    """How an organization pays."""

    attributes = PaymentProfileAttributes(required=False)
    is_active = serializers.BooleanField(required=False, allow_null=True)
    name = serializers.CharField(required=False)
    organization = serializers.CharField(required=False)
    organization_uuid = serializers.UUIDField(required=False)
    payment_type = serializers.ChoiceField(choices=PAYMENT_TYPES, required=False)
    payment_type_display = serializers.CharField(required=False)
    url = serializers.CharField(required=False)
    uuid = serializers.UUIDField(required=False)


def display_name(name: str, abbreviation: str, native_name: str) -> str:
    """Return the shortest name that is known."""
    return abbreviation or (f"{name} ({native_name})" if native_name else name)


class CustomerOutput(Output):
    """An organization (customer)."""

    class Meta:
        model = Customer
        fields = (
            "abbreviation",
            "access_subnets",
            "accounting_start_date",
            "address",
            "agreement_number",
            "apartment_nr",
            "archived",
            "backend_id",
            "bank_account",
            "bank_name",
            "billing_price_estimate",
            "blocked",
            "call_managing_organization_uuid",
            "city",
            "contact_details",
            "country",
            "country_name",
            "created",
            "customer_credit",
            "customer_unallocated_credit",
            "default_affiliations",
            "default_tax_percent",
            "description",
            "display_billing_info_in_projects",
            "display_name",
            "domain",
            "email",
            "grace_period_days",
            "has_active_helpdesk",
            "has_affiliate_links",
            "homepage",
            "house_nr",
            "household",
            "image",
            "is_service_provider",
            "is_service_provider_manager_only",
            "latitude",
            "longitude",
            "max_service_accounts",
            "name",
            "native_name",
            "notification_emails",
            "organization_groups",
            "originated_id",
            "parish",
            "payment_profiles",
            "phone_number",
            "postal",
            "project_metadata_checklist",
            "project_slug_template",
            "projects_count",
            "registration_code",
            "service_provider",
            "service_provider_uuid",
            "slug",
            "sponsor_number",
            "state",
            "street",
            "url",
            "user_affiliations",
            "user_email_patterns",
            "user_identity_sources",
            "users_count",
            "uuid",
            "vat_code",
        )

    url = UrlField("customer-detail")
    billing_price_estimate = Omitted(NestedPriceEstimate, reason=NO_INVOICES)
    call_managing_organization_uuid = Omitted(
        serializers.CharField(allow_null=True), reason=NO_CALLS
    )
    # An empty code is none of the enum's: clients would fail on the whole page.
    country = Computed(
        "country",
        fn=lambda code: code or None,
        output=serializers.ChoiceField(choices=COUNTRIES),
    )
    country_name = Computed("country", fn=countries.name_of, output=serializers.CharField())
    customer_credit = Omitted(serializers.CharField(allow_null=True), reason=NO_INVOICES)
    customer_unallocated_credit = Omitted(
        serializers.CharField(allow_null=True), reason=NO_INVOICES
    )
    default_affiliations = Omitted(AffiliatedOrganization(many=True), reason=NO_AFFILIATIONS)
    default_tax_percent = DecimalString(max_digits=4, decimal_places=2)
    display_name = Computed(
        "name", "abbreviation", "native_name", fn=display_name, output=serializers.CharField()
    )
    has_active_helpdesk = Omitted(serializers.BooleanField(), reason="no help desk is connected")
    has_affiliate_links = Omitted(serializers.BooleanField(), reason=NO_AFFILIATIONS)
    image = Omitted(serializers.CharField(allow_null=True), reason=NO_IMAGES)
    is_service_provider = Derived(
        "service_provider_uuid",
        fn=lambda uuid: uuid is not None,
        output=serializers.BooleanField(),
    )
    is_service_provider_manager_only = serializers.BooleanField()
    organization_groups = Nested(
        OrganizationGroupOutput, source="organization_groups", many=True, order_by=("name", "pk")
    )
    payment_profiles = Omitted(PaymentProfile(many=True), reason=NO_INVOICES)
    project_metadata_checklist = Omitted(
        UuidField(allow_null=True), reason="checklists are not served"
    )
    projects_count = serializers.IntegerField()
    service_provider = UrlField(
        "marketplace-service-provider-detail", source="service_provider_uuid", allow_null=True
    )
    service_provider_uuid = UuidField(allow_null=True)
    user_affiliations = serializers.ListField(child=serializers.CharField())
    user_email_patterns = serializers.ListField(child=serializers.CharField())
    user_identity_sources = serializers.ListField(child=serializers.CharField())
    users_count = serializers.IntegerField()
