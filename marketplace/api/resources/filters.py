"""Query parameters of the lists of resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from common.api.filters import (
    SEEN,
    ApiFilterSet,
    Before,
    Choices,
    Contains,
    Exact,
    Flag,
    Never,
    Number,
    OneUuid,
    Ordering,
    Search,
    Since,
    Texts,
    Url,
    Uuids,
)
from common.json_values import UnreadableJson, read, unkeepable
from identity import access
from identity.models import Customer, Grant
from identity.permissions import Permission
from identity.roles import ScopeType
from marketplace.api.orders.filters import managed_offerings
from marketplace.components import BillingType
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Offering, Order

if TYPE_CHECKING:
    from uuid import UUID

NO_CLOUD = "virtual machines and their disks are not offered"
NO_LEXIS = "links to the LEXIS platform are not served"
NO_PARENTS = "resources and offerings have no parents"
NO_SCOPES = "a resource is not backed by an object of another kind"


def offerings_with(billing_type: BillingType) -> Any:
    """Return the offerings with a component that is billed in a way."""
    return Offering.objects.filter(components__billing_type=billing_type)


def offerings_without(offerings: Any, billing_type: BillingType) -> Any:
    """Return those of some offerings in which nothing is billed in a way."""
    return offerings.exclude(pk__in=offerings_with(billing_type).values("pk"))


class ResourceFilter(ApiFilterSet):
    """Resources by what they are, whose they are, and where they stand."""

    backend_id = Exact("backend_id")
    category_uuid = OneUuid("offering__category__uuid")
    component_count = Number(method="filter_component_count", reads=("offering__components",))
    created = Since("created")
    created_before = Before("created")
    customer = Url("project__customer__uuid")
    customer_uuid = OneUuid("project__customer__uuid")
    downscaled = Flag("downscaled")
    flavor_name = Never(NO_CLOUD)
    has_terminate_date = Flag(method="filter_has_end", reads=("end_date",))
    image_name = Never(NO_CLOUD)
    is_attached = Never(NO_CLOUD, kind="boolean")
    lexis_links_supported = Never(NO_LEXIS, kind="boolean")
    limit_based = Flag(method="filter_limit_based", reads=("offering__components",))
    limit_component_count = Number(
        method="filter_limit_component_count", reads=("offering__components",)
    )
    modified = Since("modified")
    modified_after = Since("modified")
    modified_before = Before("modified")
    name = Contains("name")
    name_exact = Exact("name")
    o = Ordering(
        {
            "backend_id": "backend_id",
            "created": "created",
            "customer_name": "project__customer__name",
            "end_date": "end_date",
            "name": "name",
            "offering_name": "offering__name",
            "plan_name": "plan__name",
            "project_name": "project__name",
            "state": "state",
        }
    )
    offering = Url("offering__uuid")
    offering_billable = Flag("offering__billable")
    offering_shared = Flag("offering__shared")
    offering_slug = Texts("offering__slug")
    offering_type = Exact("offering__type")
    offering_uuid = Uuids("offering__uuid")
    only_limit_based = Flag(method="filter_only_limit_based", reads=("offering__components",))
    only_usage_based = Flag(method="filter_only_usage_based", reads=("offering__components",))
    order_state = Choices(None, OrderState, method="filter_order_state", reads=SEEN)
    parent_offering_uuid = Never(NO_PARENTS, kind="uuid")
    paused = Flag("paused")
    plan_uuid = OneUuid("plan__uuid")
    project_name = Contains("project__name")
    project_uuid = OneUuid("project__uuid")
    provider_uuid = OneUuid("offering__customer__uuid")
    query = Search("name__icontains", "backend_id", "effective_id", "slug", uuid="uuid")
    resource_attributes = Exact(method="filter_attributes", reads=("attributes",))
    restrict_member_access = Flag("restrict_member_access")
    runtime_state = Exact("backend_metadata__runtime_state")
    scope = Never(NO_SCOPES)
    service_manager_uuid = OneUuid(method="filter_manager", reads=SEEN)
    slug = Exact("slug")
    state = Choices("state", ResourceState)
    usage_based = Flag(method="filter_usage_based", reads=("offering__components",))
    visible_to_providers = Flag(method="filter_visible_to_providers", reads=SEEN)
    visible_to_username = Exact(method="filter_visible_to", reads=SEEN)

    def filter_component_count(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those whose offering has so many components."""
        counted = Offering.objects.annotate(n=Count("components"))
        return rows.filter(offering__in=counted.filter(n=value))

    def filter_limit_component_count(
        self, rows: QuerySet[Any], name: str, value: Any
    ) -> QuerySet[Any]:
        """Keep those whose offering has so many components that take a limit."""
        takes_limit = Q(components__billing_type=BillingType.LIMIT)
        counted = Offering.objects.annotate(n=Count("components", filter=takes_limit))
        return rows.filter(offering__in=counted.filter(n=value))

    def filter_has_end(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those with an end date of their own, or those without."""
        return rows.filter(end_date__isnull=not value)

    def filter_limit_based(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those of offerings with components that take a limit, or the others."""
        return self._of(rows, offerings_with(BillingType.LIMIT), wanted=value)

    def filter_usage_based(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those of offerings with components that are paid by use, or the others."""
        return self._of(rows, offerings_with(BillingType.USAGE), wanted=value)

    def filter_only_limit_based(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those of offerings in which nothing is paid by use, or the others."""
        limited = offerings_with(BillingType.LIMIT)
        return self._of(rows, offerings_without(limited, BillingType.USAGE), wanted=value)

    def filter_only_usage_based(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those of offerings in which nothing takes a limit, or the others."""
        used = offerings_with(BillingType.USAGE)
        return self._of(rows, offerings_without(used, BillingType.LIMIT), wanted=value)

    @staticmethod
    def _of(rows: QuerySet[Any], offerings: QuerySet[Any], *, wanted: bool) -> QuerySet[Any]:
        condition = Q(offering__in=offerings.values("pk"))
        return rows.filter(condition if wanted else ~condition)

    def filter_order_state(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Keep those with an order in any of the states."""
        seen = Order.objects.visible_to(self.request.user)
        return rows.filter(pk__in=seen.filter(state__in=value).values("resource"))

    def filter_attributes(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those whose attributes contain a JSON object; no other text is in any."""
        try:
            wanted = read(value)
        except UnreadableJson:
            return rows.none()
        is_object = isinstance(wanted, dict) and unkeepable(wanted) is None
        return rows.filter(attributes__contains=wanted) if is_object else rows.none()

    def filter_manager(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those of the offerings that somebody manages."""
        return rows.filter(offering__in=managed_offerings(value, seen_by=self.request.user))

    def filter_visible_to_providers(
        self, rows: QuerySet[Any], name: str, value: bool
    ) -> QuerySet[Any]:
        """Keep those whose order the consumer has agreed to, or those that still wait for that."""
        undecided = (
            Order.objects.visible_to(self.request.user)
            .filter(type=OrderType.CREATE, state=OrderState.PENDING_CONSUMER)
            .values("resource")
        )
        return rows.exclude(pk__in=undecided) if value else rows.filter(pk__in=undecided)

    def filter_visible_to(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those of the projects of somebody.

        Whoever sees an allocation sees who is in its project; who else sees it for their roles in
        the organisation is seen by those who see the organisation.
        """
        held = Grant.objects.in_force().filter(user__username=value, user__is_active=True)
        allowing = held.filter(access.allowing(Permission.VIEW_RESOURCE))
        seen = Customer.objects.visible_to(self.request.user)
        theirs = allowing.filter(scope_type=ScopeType.CUSTOMER, customer__in=seen.values("pk"))
        return rows.filter(
            Q(project__in=allowing.filter(scope_type=ScopeType.PROJECT).values("project"))
            | Q(project__customer__in=theirs.values("customer"))
        )
