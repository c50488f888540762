"""What an order looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from common.api.reads.outputs import (
    Computed,
    DecimalString,
    EnumField,
    MapField,
    NumberField,
    Omitted,
    Output,
    UrlField,
    UuidField,
)
from identity.api.customers.serializers import NO_IMAGES
from marketplace.components import BillingUnit
from marketplace.lifecycle import OrderState, OrderType
from marketplace.models import Order

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_ATTACHMENTS = "files are not stored"
NO_BACKING_OBJECTS = "a resource is not backed by an object of another kind"
NO_ISSUES = "no help desk is connected"
NO_MESSAGES = "consumer and provider do not exchange messages here"
NO_RULES = "orders are not approved by rules"
NO_SUBTYPES = "an order's attributes tell what it changes"

text = serializers.CharField
moment = serializers.DateTimeField


def full_name(first_name: str | None, last_name: str | None) -> str | None:
    """Return a name as people write it, or None when there is nobody."""
    return None if first_name is None else f"{first_name} {last_name}".strip()


def name_of(person: str, *, allow_null: bool = False) -> Computed:
    """Return the field of a person's full name."""
    return Computed(
        f"{person}.first_name",
        f"{person}.last_name",
        fn=full_name,
        output=text(allow_null=allow_null),
    )


def told_of_creator(attribute: str) -> Any:
    """Return the function that leaves an attribute of who ordered out unless the caller sees it."""

    def choose(value: str | None, names: Sequence[str]) -> str | None:
        return value if attribute in names else None

    return choose


def of_creator(column: str) -> Computed:
    """Return the field of a column of the person who ordered."""
    return Computed(
        f"created_by.{column}",
        "shown_of_creator",
        fn=told_of_creator(column),
        output=text(allow_null=True),
    )


class IssueReference(serializers.Serializer[Any]):
    """A ticket of a help desk."""

    key = serializers.CharField(required=False)
    uuid = serializers.CharField(required=False)


class OrderDetailsOutput(Output):
    """An order with its offering, its plan, its project and those who dealt with it."""

    class Meta:
        model = Order
        fields = (
            "accepting_terms_of_service",
            "activation_price",
            "attachment",
            "attributes",
            "auto_approved",
            "auto_approved_by_rule_uuid",
            "auto_approved_cost_limit_snapshot",
            "backend_id",
            "callback_url",
            "can_terminate",
            "category_icon",
            "category_title",
            "category_uuid",
            "completed_at",
            "consumer_message",
            "consumer_message_attachment",
            "consumer_message_updated_at",
            "consumer_rejection_comment",
            "consumer_reviewed_at",
            "consumer_reviewed_by",
            "consumer_reviewed_by_full_name",
            "consumer_reviewed_by_username",
            "cost",
            "created",
            "created_by_civil_number",
            "created_by_email",
            "created_by_full_name",
            "created_by_organization",
            "created_by_organization_address",
            "created_by_organization_country",
            "created_by_organization_registry_code",
            "created_by_organization_vat_code",
            "created_by_username",
            "customer_name",
            "customer_slug",
            "customer_uuid",
            "error_message",
            "error_traceback",
            "error_updated_at",
            "fixed_price",
            "issue",
            "limits",
            "marketplace_resource_uuid",
            "modified",
            "new_cost_estimate",
            "new_plan_billing_mode",
            "new_plan_name",
            "new_plan_uuid",
            "offering",
            "offering_billable",
            "offering_description",
            "offering_image",
            "offering_name",
            "offering_plugin_options",
            "offering_shared",
            "offering_thumbnail",
            "offering_type",
            "offering_uuid",
            "old_cost_estimate",
            "old_plan_billing_mode",
            "old_plan_name",
            "old_plan_uuid",
            "order_subtype",
            "output",
            "output_updated_at",
            "plan",
            "plan_description",
            "plan_name",
            "plan_unit",
            "plan_uuid",
            "project_description",
            "project_name",
            "project_slug",
            "project_uuid",
            "provider_description",
            "provider_message",
            "provider_message_attachment",
            "provider_message_updated_at",
            "provider_message_url",
            "provider_name",
            "provider_rejection_comment",
            "provider_reviewed_at",
            "provider_reviewed_by",
            "provider_reviewed_by_full_name",
            "provider_reviewed_by_username",
            "provider_slug",
            "provider_uuid",
            "request_comment",
            "resource_end_date",
            "resource_name",
            "resource_type",
            "resource_uuid",
            "slug",
            "start_date",
            "state",
            "termination_comment",
            "type",
            "url",
            "uuid",
        )

    url = UrlField("marketplace-order-detail")
    state = EnumField(OrderState)
    type = EnumField(OrderType)
    attributes = MapField()
    limits = MapField(child=serializers.FloatField())
    can_terminate = serializers.BooleanField()
    error_traceback = text(source="readable_traceback")

    # what it costs
    activation_price = NumberField()
    cost = DecimalString(allow_null=True)
    fixed_price = NumberField()
    new_cost_estimate = NumberField(source="cost", allow_null=True)
    old_cost_estimate = NumberField(source="old_cost")

    # who dealt with it
    created_by_civil_number = of_creator("civil_number")
    created_by_email = of_creator("email")
    created_by_full_name = name_of("created_by")
    created_by_organization = of_creator("organization")
    created_by_organization_address = of_creator("organization_address")
    created_by_organization_country = of_creator("organization_country")
    created_by_organization_registry_code = of_creator("organization_registry_code")
    created_by_organization_vat_code = of_creator("organization_vat_code")
    created_by_username = text(source="created_by.username")
    consumer_reviewed_by = text(source="consumer_reviewed_by.username", allow_null=True)
    consumer_reviewed_by_full_name = name_of("consumer_reviewed_by", allow_null=True)
    consumer_reviewed_by_username = text(source="consumer_reviewed_by.username", allow_null=True)
    provider_reviewed_by = text(source="provider_reviewed_by.username", allow_null=True)
    provider_reviewed_by_full_name = name_of("provider_reviewed_by", allow_null=True)
    provider_reviewed_by_username = text(source="provider_reviewed_by.username", allow_null=True)

    # for whom it is
    customer_name = text(source="project.customer.name")
    customer_slug = text(source="project.customer.slug")
    customer_uuid = UuidField(source="project.customer.uuid")
    project_description = text(source="project.description")
    project_name = text(source="project.name")
    project_slug = text(source="project.slug")
    project_uuid = UuidField(source="project.uuid")

    # what is ordered, and of whom
    category_icon = Omitted(text(), reason=NO_IMAGES)
    category_title = text(source="offering.category.title")
    category_uuid = UuidField(source="offering.category.uuid")
    offering = UrlField("marketplace-public-offering-detail", source="offering.uuid")
    offering_billable = serializers.BooleanField(source="offering.billable")
    offering_description = text(source="offering.description")
    offering_image = Omitted(text(), reason=NO_IMAGES)
    offering_name = text(source="offering.name")
    offering_plugin_options = MapField(source="offering.plugin_options")
    offering_shared = serializers.BooleanField(source="offering.shared")
    offering_thumbnail = Omitted(text(), reason=NO_IMAGES)
    offering_type = text(source="offering.type")
    offering_uuid = UuidField(source="offering.uuid")
    provider_description = text(source="offering.customer.description")
    provider_name = text(source="offering.customer.name")
    provider_slug = text(source="offering.customer.slug")
    provider_uuid = UuidField(source="offering.customer.uuid")

    # under which plan
    new_plan_billing_mode = text(source="plan.billing_mode", allow_null=True)
    new_plan_name = text(source="plan.name", allow_null=True)
    new_plan_uuid = UuidField(source="plan.uuid", allow_null=True)
    old_plan_billing_mode = text(source="old_plan.billing_mode", allow_null=True)
    old_plan_name = text(source="old_plan.name", allow_null=True)
    old_plan_uuid = UuidField(source="old_plan.uuid", allow_null=True)
    plan = UrlField("marketplace-public-offering-plan", uuid="offering.uuid", plan_uuid="plan.uuid")
    plan_description = text(source="plan.description", allow_null=True)
    plan_name = text(source="plan.name", allow_null=True)
    plan_unit = EnumField(BillingUnit, source="plan.unit", allow_null=True)
    plan_uuid = UuidField(source="plan.uuid", allow_null=True)

    # what comes of it
    marketplace_resource_uuid = UuidField(source="resource.uuid")
    resource_end_date = serializers.DateField(source="resource.end_date", allow_null=True)
    resource_name = text(source="resource.name")
    resource_type = Omitted(text(allow_null=True), reason=NO_BACKING_OBJECTS)
    resource_uuid = Omitted(UuidField(allow_null=True), reason=NO_BACKING_OBJECTS)

    # what orders do not have here
    accepting_terms_of_service = Omitted(
        serializers.BooleanField(), reason="it is sent with an order, and not shown again"
    )
    attachment = Omitted(text(allow_null=True), reason=NO_ATTACHMENTS)
    auto_approved_by_rule_uuid = Omitted(UuidField(allow_null=True), reason=NO_RULES)
    auto_approved_cost_limit_snapshot = Omitted(text(allow_null=True), reason=NO_RULES)
    consumer_message = Omitted(text(), reason=NO_MESSAGES)
    consumer_message_attachment = Omitted(text(allow_null=True), reason=NO_MESSAGES)
    consumer_message_updated_at = Omitted(moment(allow_null=True), reason=NO_MESSAGES)
    issue = Omitted(IssueReference(allow_null=True), reason=NO_ISSUES)
    order_subtype = Omitted(text(allow_null=True), reason=NO_SUBTYPES)
    provider_message = Omitted(text(), reason=NO_MESSAGES)
    provider_message_attachment = Omitted(text(allow_null=True), reason=NO_MESSAGES)
    provider_message_updated_at = Omitted(moment(allow_null=True), reason=NO_MESSAGES)
    provider_message_url = Omitted(text(), reason=NO_MESSAGES)


class OrderUpdateOutput(Output):
    """What of a waiting order can be changed."""

    class Meta:
        model = Order
        fields = ("attributes", "limits", "start_date")

    attributes = MapField()
    limits = MapField(child=serializers.FloatField())


class OrderInfoResponse(serializers.Serializer[Any]):
    """What was done with an order, in words."""

    detail = serializers.CharField()


class OrderUUID(serializers.Serializer[Any]):
    """The order that was made."""

    order_uuid = serializers.UUIDField()


class Status(serializers.Serializer[Any]):
    """What was done, in words."""

    status = serializers.CharField()
