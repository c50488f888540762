"""What a resource looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from rest_framework import serializers

from common.api.json_shapes import (
    TEXT,
    JsonField,
    list_of,
    or_null,
    record,
)
from common.api.reads.outputs import (
    Computed,
    Derived,
    EnumField,
    ExactMap,
    MapField,
    Nested,
    Omitted,
    Output,
    UrlField,
    UuidField,
)
from identity.api.customers.serializers import NO_IMAGES
from identity.end_dates import effective_end_date, is_in_grace
from marketplace import account_settings, usage_snapshot
from marketplace.api.nested.serializers import EndpointsField, OfferingComponentOutput
from marketplace.api.offerings.plugin_options import ACCOUNT_SETTINGS
from marketplace.api.orders.serializers import NO_BACKING_OBJECTS, OrderDetailsOutput
from marketplace.components import BillingType, BillingUnit
from marketplace.lifecycle import OPEN, OfferingState, OrderType, ResourceState
from marketplace.models import Resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

NO_PARENTS = "resources and offerings have no parents"
NO_RENEWALS = "an allocation is renewed by a change of its end date"
RESTRICTIONS = ("paused", "downscaled")
ACTIONS: Mapping[str, tuple[str, ...]] = {
    ResourceState.OK: ("switch_plan", "terminate", "update_limits", "update_options"),
    ResourceState.ERRED: ("terminate",),
    ResourceState.TERMINATED: ("restore",),
}

text = serializers.CharField

BACKEND_METADATA = record(
    {
        "action": TEXT,
        "instance_name": or_null(TEXT),
        "runtime_state": TEXT,
        "state": TEXT,
    }
)
REPORT = list_of(record({"header": TEXT, "body": TEXT}))


def available_actions(state: str) -> list[str]:
    """Return what can be ordered in a state."""
    return list(ACTIONS.get(state, ()))


def has_component(billing_type: BillingType) -> Any:
    """Return the function that tells whether rendered components are billed in a way."""

    def tell(components: Iterable[Mapping[str, Any]]) -> bool:
        return any(component["billing_type"] == billing_type for component in components)

    return tell


def restriction(paused: bool, downscaled: bool) -> str | None:  # noqa: FBT001 - columns
    """Return how use is restricted, the harder way first."""
    return "paused" if paused else "downscaled" if downscaled else None


def earlier_end(
    own: date | None, project: date | None, project_days: int | None, customer_days: int | None
) -> date | None:
    """Return the day on which an allocation ends: its own, or that of its project if earlier."""
    ends = (own, effective_end_date(project, project_days, customer_days))
    return min((end for end in ends if end is not None), default=None)


class ResourceOutput(Output):
    """An allocation with its offering, its plan and its project."""

    class Meta:
        model = Resource
        fields = (
            "attributes",
            "available_actions",
            "backend_id",
            "backend_metadata",
            "can_terminate",
            "category_icon",
            "category_title",
            "category_uuid",
            "created",
            "creation_order",
            "current_usages",
            "customer_name",
            "customer_slug",
            "customer_uuid",
            "description",
            "downscaled",
            "effective_id",
            "end_date",
            "end_date_requested_by",
            "end_date_updated_at",
            "endpoints",
            "error_message",
            "error_traceback",
            "has_api_keys",
            "is_limit_based",
            "is_usage_based",
            "last_sync",
            "limit_usage",
            "limits",
            "modified",
            "name",
            "offering",
            "offering_account_settings",
            "offering_backend_id",
            "offering_billable",
            "offering_components",
            "offering_description",
            "offering_image",
            "offering_name",
            "offering_plugin_options",
            "offering_shared",
            "offering_slug",
            "offering_state",
            "offering_thumbnail",
            "offering_type",
            "offering_uuid",
            "options",
            "order_in_progress",
            "parent_name",
            "parent_offering_name",
            "parent_offering_slug",
            "parent_offering_uuid",
            "parent_uuid",
            "paused",
            "plan",
            "plan_description",
            "plan_name",
            "plan_unit",
            "plan_uuid",
            "project",
            "project_description",
            "project_effective_end_date",
            "project_end_date",
            "project_end_date_requested_by",
            "project_is_in_grace_period",
            "project_name",
            "project_slug",
            "project_start_date",
            "project_uuid",
            "provider_description",
            "provider_name",
            "provider_slug",
            "provider_uuid",
            "renewal_date",
            "report",
            "resource_effective_end_date",
            "resource_type",
            "resource_uuid",
            "restrict_member_access",
            "scope",
            "service_settings_uuid",
            "slug",
            "state",
            "url",
            "usage_limit_restriction",
            "user_requires_reconsent",
            "username",
            "uuid",
        )
        detail_only = ("creation_order", "order_in_progress")
        volatile = ("last_sync",)  # told anew by every site agent every few minutes

    url = UrlField("marketplace-resource-detail")
    state = EnumField(ResourceState)
    attributes = MapField()
    available_actions = Computed(
        "state", fn=available_actions, output=serializers.ListField(child=text())
    )
    backend_metadata = JsonField(BACKEND_METADATA)
    can_terminate = serializers.BooleanField()
    creation_order = Nested(
        OrderDetailsOutput,
        source="orders",
        where=Q(type=OrderType.CREATE.value),
        order_by=("created", "pk"),
        allow_null=True,
    )
    current_usages = Computed(
        *("state", "usage_month", "today", "current_usages", "following_usages"),
        fn=usage_snapshot.current_usages,
        output=MapField(child=text()),
    )
    end_date_requested_by = UrlField(
        "user-detail", source="end_date_requested_by.uuid", allow_null=True
    )
    endpoints = EndpointsField()
    error_traceback = text(source="readable_traceback")
    limit_usage = Computed(
        *("state", "usage_month", "today", "limit_usage", "following_usages"),
        fn=usage_snapshot.limit_usage,
        output=ExactMap(child=serializers.FloatField()),
    )
    limits = MapField(child=serializers.FloatField())
    options = MapField(allow_null=True)
    order_in_progress = Nested(
        OrderDetailsOutput,
        source="orders",
        where=Q(state__in=sorted(OPEN)),
        order_by=("-created", "-pk"),
        allow_null=True,
    )
    report = JsonField(REPORT)
    resource_effective_end_date = Computed(
        "end_date",
        "project.end_date",
        "project.grace_period_days",
        "project.customer.grace_period_days",
        fn=earlier_end,
        output=serializers.DateField(allow_null=True),
    )
    usage_limit_restriction = Computed(
        "paused",
        "downscaled",
        fn=restriction,
        output=serializers.ChoiceField(choices=RESTRICTIONS),
    )
    user_requires_reconsent = serializers.BooleanField()
    username = text(allow_null=True)

    # for whom it is
    customer_name = text(source="project.customer.name")
    customer_slug = text(source="project.customer.slug")
    customer_uuid = UuidField(source="project.customer.uuid")
    project = UrlField("project-detail", source="project.uuid")
    project_description = text(source="project.description")
    project_effective_end_date = Computed(
        "project.end_date",
        "project.grace_period_days",
        "project.customer.grace_period_days",
        fn=effective_end_date,
        output=serializers.DateField(allow_null=True),
    )
    project_end_date = serializers.DateField(source="project.end_date", allow_null=True)
    project_end_date_requested_by = UrlField(
        "user-detail", source="project.end_date_requested_by.uuid", allow_null=True
    )
    project_is_in_grace_period = Computed(
        "today",
        "project.end_date",
        "project.grace_period_days",
        "project.customer.grace_period_days",
        fn=is_in_grace,
        output=serializers.BooleanField(),
    )
    project_name = text(source="project.name")
    project_slug = text(source="project.slug")
    project_start_date = serializers.DateField(source="project.start_date", allow_null=True)
    project_uuid = UuidField(source="project.uuid")

    # of what, and of whom
    category_icon = Omitted(text(), reason=NO_IMAGES)
    category_title = text(source="offering.category.title")
    category_uuid = UuidField(source="offering.category.uuid")
    is_limit_based = Derived(
        "offering_components",
        fn=has_component(BillingType.LIMIT),
        output=serializers.BooleanField(),
    )
    is_usage_based = Derived(
        "offering_components",
        fn=has_component(BillingType.USAGE),
        output=serializers.BooleanField(),
    )
    offering = UrlField("marketplace-public-offering-detail", source="offering.uuid")
    offering_account_settings = Computed(
        "offering.plugin_options",
        "provider_account_options",
        fn=account_settings.resolve,
        output=JsonField(ACCOUNT_SETTINGS),
    )
    offering_backend_id = text(source="offering.backend_id")
    offering_billable = serializers.BooleanField(source="offering.billable")
    offering_components = Nested(
        OfferingComponentOutput, source="offering.components", many=True, order_by=("pk",)
    )
    offering_description = text(source="offering.description")
    offering_image = Omitted(text(), reason=NO_IMAGES)
    offering_name = text(source="offering.name")
    offering_plugin_options = MapField(source="offering.plugin_options")
    offering_shared = serializers.BooleanField(source="offering.shared")
    offering_slug = text(source="offering.slug")
    offering_state = EnumField(OfferingState, source="offering.state")
    offering_thumbnail = Omitted(text(), reason=NO_IMAGES)
    offering_type = text(source="offering.type")
    offering_uuid = UuidField(source="offering.uuid")
    provider_description = text(source="offering.customer.description")
    provider_name = text(source="offering.customer.name")
    provider_slug = text(source="offering.customer.slug")
    provider_uuid = UuidField(source="offering.customer.uuid")

    # under which plan
    plan = UrlField("marketplace-public-offering-plan", uuid="offering.uuid", plan_uuid="plan.uuid")
    plan_description = text(source="plan.description", allow_null=True)
    plan_name = text(source="plan.name", allow_null=True)
    plan_unit = EnumField(BillingUnit, source="plan.unit", allow_null=True)
    plan_uuid = UuidField(source="plan.uuid", allow_null=True)

    # what resources do not have here
    has_api_keys = serializers.BooleanField()
    parent_name = Omitted(text(), reason=NO_PARENTS)
    parent_offering_name = Omitted(text(), reason=NO_PARENTS)
    parent_offering_slug = Omitted(text(), reason=NO_PARENTS)
    parent_offering_uuid = Omitted(UuidField(), reason=NO_PARENTS)
    parent_uuid = Omitted(UuidField(), reason=NO_PARENTS)
    renewal_date = Omitted(
        MapField(child=serializers.DateField(), allow_null=True), reason=NO_RENEWALS
    )
    resource_type = Omitted(text(allow_null=True), reason=NO_BACKING_OBJECTS)
    resource_uuid = Omitted(UuidField(allow_null=True), reason=NO_BACKING_OBJECTS)
    scope = Omitted(text(), reason=NO_BACKING_OBJECTS)
    service_settings_uuid = Omitted(UuidField(), reason=NO_BACKING_OBJECTS)


class ResourceUpdateOutput(Output):
    """What people write about an allocation."""

    class Meta:
        model = Resource
        fields = ("description", "end_date", "name")
        always = ("name",)


class PullResponse(serializers.Serializer[Any]):
    """What was asked for, in words."""

    detail = serializers.CharField(required=False)


class NameResponse(serializers.Serializer[Any]):
    """A suggested name."""

    name = serializers.CharField(required=False)


class BackingObject(serializers.Serializer[Any]):
    """The object of another kind that a resource is backed by."""
