"""Offerings: in the public catalogue, as their providers see them, and in a provider's list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q
from rest_framework import serializers

from common.api.json_shapes import (
    ANYTHING,
    TEXT,
    TRUTH,
    JsonField,
    list_of,
    map_of,
    record,
    words,
)
from common.api.reads.outputs import (
    Computed,
    Derived,
    EnumField,
    MapField,
    Nested,
    Omitted,
    Output,
    UrlField,
    UuidField,
    Withheld,
    if_may,
)
from identity.api.customers.serializers import (
    COUNTRIES,
    NO_INVOICES,
    NestedPriceEstimate,
)
from identity.api.organization_groups import OrganizationGroupOutput
from marketplace import account_settings
from marketplace.api.nested.serializers import OfferingComponentOutput
from marketplace.api.offerings import omitted_keys
from marketplace.api.offerings.endpoints import NestedEndpointOutput
from marketplace.api.offerings.integration import AGENTS
from marketplace.api.offerings.options import OptionsOutput, complete
from marketplace.api.offerings.partitions import NestedPartitionOutput
from marketplace.api.offerings.plugin_options import (
    ACCOUNT_SETTINGS,
    PLUGIN_OPTIONS,
    SECRET_OPTIONS,
    named,
)
from marketplace.api.plans.serializers import (
    BaseProviderPlanOutput,
    BasePublicPlanOutput,
    billed_as,
)
from marketplace.audiences import its_providers
from marketplace.components import BillingType, LimitPeriod, PlanBillingMode
from marketplace.lifecycle import OfferingState
from marketplace.models import Offering, ProviderCustomer

Components = Iterable[Mapping[str, Any]]

PER_PERIOD = frozenset({BillingType.FIXED, BillingType.LIMIT})
MODE_COMPONENT = record(
    {
        "billing_type": words(*BillingType),
        "is_prepaid": TRUTH,
        "limit_period": words(*LimitPeriod),
        "measured_unit": TEXT,
        "type": TEXT,
    },
    required=("billing_type", "is_prepaid", "limit_period", "measured_unit", "type"),
)


def by_mode(components: Components) -> dict[str, list[dict[str, Any]]]:
    """Return how each component is charged under each billing mode of a plan."""
    return {
        mode.value: [
            {
                "billing_type": str(billed_as(row["billing_type"], mode)),
                "is_prepaid": row["is_prepaid"],
                "limit_period": row["limit_period"] or LimitPeriod.MONTH.value,
                "measured_unit": row["measured_unit"],
                "type": row["type"],
            }
            for row in components
        ]
        for mode in PlanBillingMode
    }


def with_period(modes: Mapping[str, Components]) -> dict[str, bool]:
    """Return under which billing modes something is charged per period."""
    return {
        mode: any(row["billing_type"] in PER_PERIOD for row in rows) for mode, rows in modes.items()
    }


def classification(components: Components) -> str:
    """Return whether limits alone are charged, or usage alone, or both or something else."""
    kinds = {row["billing_type"] for row in components}
    names = {
        frozenset({BillingType.LIMIT}): "limit_only",
        frozenset({BillingType.USAGE}): "usage_only",
    }
    return names.get(frozenset(kinds), "mixed")


def limited(components: Components) -> list[str]:
    """Return the types of the components that take a limit."""
    return [row["type"] for row in components if row["billing_type"] == BillingType.LIMIT]


def rounded(amount: Decimal | None) -> int | None:
    """Return an amount of money in whole units, as the contract has it."""
    return None if amount is None else int(amount.to_integral_value(ROUND_HALF_UP))


def of_provider(column: str, output: Any) -> Any:
    """Return the field of a column that is for those who help to provide the offering."""
    return Withheld(column, by="is_provided", fn=if_may, audience=its_providers, output=output)


NAMES = (
    "access_url account_settings attributes backend_id backend_metadata billable"
    " billing_mode_components billing_period_applies billing_type_classification"
    " can_update_integration can_update_options category category_title category_uuid"
    " citation_count compliance_checklist compliance_checklist_details components country created"
    " customer customer_name customer_uuid datacite_doi default_access_subnets description"
    " documentation_url effective_available_limits endpoints files full_description"
    " getting_started google_calendar_is_public google_calendar_link has_compliance_requirements"
    " helpdesk_url image integration_guide latitude longitude name offering_group"
    " offering_group_title offering_group_uuid options order_count organization_groups"
    " parent_description parent_name parent_uuid partitions paused_reason plans plugin_options"
    " privacy_policy_link profile_name profile_uuid project project_name project_uuid"
    " qos_profiles quotas resource_options scope scope_error_message scope_name scope_resource"
    " scope_resource_name scope_resource_uuid scope_state scope_uuid screenshots shared slug"
    " software_catalogs state tags thumbnail total_cost total_cost_estimated total_customers type"
    " url uuid vendor_details"
)
COMMON = tuple(NAMES.split())


class OfferingOutput(Output):
    """What everybody who sees an offering sees of it."""

    class Meta:
        model = Offering
        fields: tuple[str, ...] = COMMON

    url = UrlField("marketplace-provider-offering-detail")
    account_settings = Computed(
        "plugin_options",
        "provider_account_options",
        fn=account_settings.resolve,
        output=JsonField(ACCOUNT_SETTINGS),
    )
    attributes = MapField()
    backend_metadata = MapField()
    billing_mode_components = Derived(
        "components", fn=by_mode, output=JsonField(map_of(list_of(MODE_COMPONENT)))
    )
    billing_period_applies = Derived(
        "billing_mode_components", fn=with_period, output=JsonField(map_of(TRUTH))
    )
    billing_type_classification = Derived(
        "components", fn=classification, output=serializers.CharField()
    )
    can_update_integration = serializers.BooleanField(source="may_update")
    can_update_options = serializers.BooleanField(source="may_update")
    category = UrlField("marketplace-category-detail", source="category.uuid")
    category_title = serializers.CharField(source="category.title")
    category_uuid = UuidField(source="category.uuid")
    citation_count = Omitted(serializers.IntegerField(), reason="citations are not counted")
    compliance_checklist = omitted_keys.text("checklists are not served")
    compliance_checklist_details = omitted_keys.object_or_null(
        omitted_keys.CHECKLIST, "checklists are not served"
    )
    components = Nested(OfferingComponentOutput, source="components", many=True)
    # An empty code is none of the enum's: clients would fail on the whole page.
    country = Computed(
        "country",
        fn=lambda code: code or None,
        output=serializers.ChoiceField(choices=COUNTRIES),
    )
    customer = UrlField("customer-detail", source="customer.uuid", allow_null=True)
    customer_name = serializers.CharField(source="customer.name", allow_null=True)
    customer_uuid = UuidField(source="customer.uuid", allow_null=True)
    default_access_subnets = omitted_keys.rows(
        record({"description": TEXT, "inet": TEXT, "uuid": TEXT}), "subnets are not served"
    )
    effective_available_limits = Derived(
        "components", fn=limited, output=serializers.ListField(child=serializers.CharField())
    )
    endpoints = Nested(NestedEndpointOutput, source="endpoints", many=True, order_by=("name", "pk"))
    files = omitted_keys.rows(
        record({"created": TEXT, "file": TEXT, "name": TEXT}), omitted_keys.FILES
    )
    google_calendar_is_public = Omitted(
        serializers.BooleanField(allow_null=True), reason="calendars are not connected"
    )
    google_calendar_link = omitted_keys.text("calendars are not connected")
    has_compliance_requirements = Omitted(
        serializers.BooleanField(), reason="checklists are not served"
    )
    image = omitted_keys.text(omitted_keys.FILES)
    offering_group = omitted_keys.text(omitted_keys.GROUPS)
    offering_group_title = omitted_keys.text(omitted_keys.GROUPS)
    offering_group_uuid = omitted_keys.uuid(omitted_keys.GROUPS)
    options = Computed("options", fn=complete, output=OptionsOutput())
    order_count = serializers.IntegerField()
    organization_groups = Nested(
        OrganizationGroupOutput, source="organization_groups", many=True, order_by=("name", "pk")
    )
    parent_description = omitted_keys.text("offerings have no parents")
    parent_name = omitted_keys.text("offerings have no parents")
    parent_uuid = omitted_keys.uuid("offerings have no parents")
    partitions = Nested(
        NestedPartitionOutput, source="partitions", many=True, order_by=("partition_name", "pk")
    )
    plans = Nested(BaseProviderPlanOutput, source="plans", many=True, order_by=("name", "pk"))
    plugin_options = JsonField(PLUGIN_OPTIONS)
    profile_name = omitted_keys.text("offerings have no profiles")
    profile_uuid = omitted_keys.uuid("offerings have no profiles")
    project = UrlField("project-detail", source="project.uuid", allow_null=True)
    project_name = serializers.CharField(source="project.name", allow_null=True)
    project_uuid = UuidField(source="project.uuid", allow_null=True)
    qos_profiles = omitted_keys.rows(omitted_keys.QOS, "qualities of service are the site's own")
    quotas = omitted_keys.rows(omitted_keys.QUOTA, "counts stand under their own names")
    resource_options = Computed("resource_options", fn=complete, output=OptionsOutput())
    scope = Omitted(serializers.CharField(), reason=omitted_keys.SCOPES)
    scope_error_message = omitted_keys.text(omitted_keys.SCOPES)
    scope_name = omitted_keys.text(omitted_keys.SCOPES)
    scope_resource = omitted_keys.text(omitted_keys.SCOPES)
    scope_resource_name = omitted_keys.text(omitted_keys.SCOPES)
    scope_resource_uuid = omitted_keys.text(omitted_keys.SCOPES)
    scope_state = Omitted(
        serializers.ChoiceField(choices=omitted_keys.CORE_STATES, allow_null=True),
        reason=omitted_keys.SCOPES,
    )
    scope_uuid = omitted_keys.uuid(omitted_keys.SCOPES)
    screenshots = omitted_keys.rows(
        record(named("created description image name thumbnail uuid", TEXT)), omitted_keys.FILES
    )
    software_catalogs = omitted_keys.rows(
        omitted_keys.SOFTWARE, "catalogues of software are not kept"
    )
    state = EnumField(OfferingState)
    tags = omitted_keys.rows(record({"name": TEXT, "uuid": TEXT}), "offerings have no tags")
    thumbnail = omitted_keys.text(omitted_keys.FILES)
    total_cost = Omitted(serializers.IntegerField(allow_null=True), reason=NO_INVOICES)
    total_cost_estimated = Computed(
        "total_cost_estimated", fn=rounded, output=serializers.IntegerField(allow_null=True)
    )
    total_customers = serializers.IntegerField(allow_null=True)
    type = serializers.CharField()


class PublicOfferingDetailsOutput(OfferingOutput):
    """An offering in the catalogue, with what it means to you."""

    class Meta:
        model = Offering
        fields = (
            *COMMON,
            "config_drive_default",
            "is_accessible",
            "open_for_proposals",
            "promotion_campaigns",
            "secret_options",
            "service_attributes",
            "user_has_consent",
            "user_has_offering_user",
        )

    url = UrlField("marketplace-public-offering-detail")
    backend_id = of_provider("backend_id", serializers.CharField())
    backend_metadata = of_provider("backend_metadata", MapField())
    config_drive_default = Omitted(serializers.BooleanField(), reason="no machines are started")
    is_accessible = serializers.BooleanField()
    open_for_proposals = Omitted(
        serializers.BooleanField(), reason="calls for proposals are not served"
    )
    order_count = of_provider("order_count", serializers.IntegerField())
    plans = Nested(
        BasePublicPlanOutput,
        source="plans",
        many=True,
        where=Q(archived=False),
        order_by=("name", "pk"),
    )
    promotion_campaigns = omitted_keys.rows(omitted_keys.CAMPAIGN, "campaigns are not served")
    secret_options = Omitted(JsonField(SECRET_OPTIONS), reason=omitted_keys.PRIVATE)
    service_attributes = Omitted(JsonField(map_of(ANYTHING)), reason=omitted_keys.PRIVATE)
    total_cost_estimated = Withheld(
        "total_cost_estimated",
        by="is_provided",
        fn=lambda cost, may: rounded(cost) if may else None,
        audience=its_providers,
        output=serializers.IntegerField(allow_null=True),
    )
    total_customers = of_provider("total_customers", serializers.IntegerField(allow_null=True))
    user_has_consent = serializers.BooleanField()
    user_has_offering_user = serializers.BooleanField()


class ProviderOfferingDetailsOutput(OfferingOutput):
    """An offering as its providers see it; its secrets only those who may change it."""

    class Meta:
        model = Offering
        fields = (
            *COMMON,
            "backend_id_rules",
            "integration_status",
            "limit_precision_advisory",
            "secret_options",
            "service_attributes",
        )
        volatile = ("integration_status", "order_count", "total_cost_estimated", "total_customers")

    backend_id_rules = MapField()
    integration_status = JsonField(list_of(AGENTS), allow_null=True)
    limit_precision_advisory = omitted_keys.text(
        "limits are held to each component's decimal places"
    )
    secret_options = Computed(
        "secret_options", "may_update", fn=if_may, output=JsonField(SECRET_OPTIONS)
    )
    service_attributes = Computed(
        "service_attributes", "may_update", fn=if_may, output=JsonField(map_of(ANYTHING))
    )


class ProviderOfferingOutput(Output):
    """An offering in a provider's list."""

    class Meta:
        model = Offering
        fields = (
            "billing_price_estimate",
            "category_title",
            "components",
            "customer_uuid",
            "name",
            "offering_group_title",
            "offering_group_uuid",
            "options",
            "plans",
            "resource_options",
            "resources_count",
            "secret_options",
            "service_provider_can_create_offering_user",
            "slug",
            "state",
            "thumbnail",
            "type",
            "uuid",
        )

    billing_price_estimate = Omitted(NestedPriceEstimate, reason=NO_INVOICES)
    category_title = serializers.CharField(source="category.title")
    components = Nested(OfferingComponentOutput, source="components", many=True)
    customer_uuid = UuidField(source="customer.uuid")
    offering_group_title = omitted_keys.text(omitted_keys.GROUPS)
    offering_group_uuid = omitted_keys.uuid(omitted_keys.GROUPS)
    options = Computed("options", fn=complete, output=MapField())
    plans = Nested(BaseProviderPlanOutput, source="plans", many=True, order_by=("name", "pk"))
    resource_options = Computed("resource_options", fn=complete, output=MapField())
    resources_count = serializers.IntegerField()
    secret_options = Computed(
        "secret_options", "may_update", fn=if_may, output=JsonField(SECRET_OPTIONS)
    )
    service_provider_can_create_offering_user = Computed(
        "plugin_options",
        fn=lambda options: bool(options.get("service_provider_can_create_offering_user")),
        output=serializers.BooleanField(),
    )
    state = EnumField(OfferingState)
    thumbnail = omitted_keys.text(omitted_keys.FILES)
    type = serializers.CharField()


class ProviderOfferingCustomerOutput(Output):
    """An organization that holds allocations of an offering."""

    class Meta:
        model = ProviderCustomer
        fields = ("abbreviation", "email", "name", "phone_number", "slug", "uuid")
