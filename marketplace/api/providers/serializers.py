"""Service providers, as they are shown and as they are sent."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from common.api.inputs import RelatedUrl
from common.api.json_shapes import TEXT, TRUTH, JsonField, record, words
from common.api.reads.outputs import Nested, Omitted, Output, UrlField, UuidField
from identity.api.customers.serializers import NO_IMAGES
from identity.api.inputs import Columns, NotKept, Words
from identity.api.organization_groups import OrganizationGroupOutput
from identity.models import Customer
from marketplace.api.offerings.plugin_options import ACCOUNT_SCOPES, USERNAME_POLICIES
from marketplace.models import ServiceProvider

ACCOUNT_OPTIONS = record(
    {
        "account_scope": words(*ACCOUNT_SCOPES),
        "homedir_prefix": TEXT,
        "login_shell": TEXT,
        "project_groups_enabled": TRUTH,
        "username_anonymized_prefix": TEXT,
        "username_generation_policy": words(*USERNAME_POLICIES),
    }
)


class ServiceProviderOutput(Output):
    """An organization that offers allocations."""

    class Meta:
        model = ServiceProvider
        fields = (
            "account_options",
            "allowed_domains",
            "created",
            "customer",
            "customer_abbreviation",
            "customer_country",
            "customer_image",
            "customer_name",
            "customer_native_name",
            "customer_slug",
            "customer_uuid",
            "description",
            "enable_notifications",
            "image",
            "offering_count",
            "organization_groups",
            "url",
            "uuid",
        )

    account_options = JsonField(ACCOUNT_OPTIONS)
    allowed_domains = serializers.ListField(child=serializers.CharField())
    customer = UrlField("customer-detail", source="customer.uuid")
    customer_abbreviation = serializers.CharField(source="customer.abbreviation")
    customer_country = serializers.CharField(source="customer.country")
    customer_image = Omitted(serializers.CharField(), reason=NO_IMAGES)
    customer_name = serializers.CharField(source="customer.name")
    customer_native_name = serializers.CharField(source="customer.native_name")
    customer_slug = serializers.CharField(source="customer.slug")
    customer_uuid = UuidField(source="customer.uuid")
    image = Omitted(serializers.CharField(allow_null=True), reason=NO_IMAGES)
    offering_count = serializers.IntegerField()
    organization_groups = Nested(
        OrganizationGroupOutput,
        source="customer.organization_groups",
        many=True,
        order_by=("name", "pk"),
    )
    url = UrlField("marketplace-service-provider-detail")


class ServiceProviderInput(Columns):
    """An organization to be registered, or what changes about a service provider."""

    class Meta:
        model = ServiceProvider
        fields: ClassVar[tuple[str, ...]] = (
            "account_options",
            "allowed_domains",
            "customer",
            "description",
            "enable_notifications",
            "image",
        )

    account_options = JsonField(ACCOUNT_OPTIONS)
    allowed_domains = Words()
    customer = RelatedUrl("customer-detail", Customer)
    image = NotKept(f"{NO_IMAGES.capitalize()}.")
