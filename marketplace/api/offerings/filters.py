"""Query parameters of the lists of offerings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework.exceptions import ValidationError

from common.api.filters import (
    NOTHING,
    OWN,
    SEEN,
    ApiFilterSet,
    Before,
    Choices,
    Contains,
    Exact,
    Flag,
    Never,
    OneUuid,
    Ordering,
    Search,
    Since,
    Texts,
    Url,
    Uuids,
)
from common.api.viewsets import as_uuid
from common.json_values import UnreadableJson, read, unkeepable
from identity import access
from identity.models import Customer, Grant, Project
from identity.permissions import Permission
from identity.roles import ScopeType
from marketplace.contributions import contributions
from marketplace.lifecycle import OfferingState
from marketplace.models import Consent, Offering, Resource, TermsOfService

if TYPE_CHECKING:
    from uuid import UUID

NO_TAGS = "offerings have no tags"
MANAGED = "service_provider_can_create_offering_user"


class UuidList(Uuids):
    """UUIDs separated by commas."""

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        """Type the parameter as the contract does."""
        super().__init__(field_name, **kwargs)
        self.api_schema = {"type": "string"}


class PublicOfferingFilter(ApiFilterSet):
    """Offerings by what they are, and by who may order or holds them."""

    class Meta:
        model = Offering

    accessible = Flag(method="filter_accessible", reads=OWN)
    accessible_via_calls = Never("calls for proposals are not served", kind="boolean")
    allowed_customer_uuid = OneUuid(method="filter_open_to_customer", reads=SEEN)
    attributes = Exact(method="filter_attributes", reads=("attributes",))
    billable = Flag("billable")
    can_create_offering_user = Flag(
        method="filter_can_create_offering_user", reads=("plugin_options",)
    )
    category_group_uuid = OneUuid("category__group__uuid")
    category_uuid = OneUuid("category__uuid")
    consumer_customer_uuid = OneUuid(method="filter_open_to_customer", reads=SEEN)
    created = Since("created")
    created_before = Before("created")
    customer = Url("customer__uuid")
    customer_uuid = OneUuid("customer__uuid")
    description = Contains("description")
    has_active_terms_of_service = Flag(method="filter_terms_in_force", reads=("terms_of_service",))
    has_terms_of_service = Flag(method="filter_terms", reads=("terms_of_service",))
    keyword = Search(
        "name__icontains", "description__icontains", "customer__name__icontains", "slug__icontains"
    )
    modified = Since("modified")
    modified_after = Since("modified")
    modified_before = Before("modified")
    name = Contains("name")
    name_exact = Exact("name")
    offering_group_uuid = Never("offerings are not grouped", kind="uuid")
    open_for_proposals = Never("calls for proposals are not served", kind="boolean")
    organization_group_uuid = OneUuid(method="filter_group", reads=("organization_groups",))
    parent_uuid = Never("offerings have no parents", kind="uuid")
    project_uuid = OneUuid(method="filter_open_to_project", reads=SEEN)
    query = Search("name__icontains", "slug__icontains", "description__icontains", uuid="uuid")
    resource_customer_uuid = OneUuid(method="filter_held_by_customer", reads=SEEN)
    resource_project_uuid = OneUuid(method="filter_held_by_project", reads=SEEN)
    scope_uuid = Never("an offering stands for itself")
    service_manager_uuid = OneUuid(method="filter_managed_by", reads=SEEN)
    shared = Flag("shared")
    slug = Exact("slug")
    state = Choices("state", OfferingState)
    tag = Never(NO_TAGS, kind="uuid", many=True)
    tag_name = Never(NO_TAGS, many=True)
    tag_names_and = Never(NO_TAGS)
    tags_and = Never(NO_TAGS)
    type = Texts("type")
    user_has_consent = Flag(method="filter_consent", reads=OWN)
    user_has_offering_user = Flag(method="filter_account", reads=OWN)
    uuid_list = UuidList("uuid")
    o = Ordering(
        {
            "created": "created",
            "name": "name",
            "state": "state",
            # Nothing is invoiced, so every total is the same.
            "total_cost": (),
            "total_cost_estimated": "_estimated",
            "total_customers": "_customers",
            "type": "type",
        }
    )

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Count what is to be ordered by, before the ordering."""
        wanted = {name.lstrip("-") for name in self.form.cleaned_data.get("o") or ()}
        rows: Any = queryset
        if wanted & {"total_customers", "total_cost_estimated"}:
            rows = rows.with_totals("_customers", "_estimated")
        found: QuerySet[Any] = super().filter_queryset(rows)
        return found

    def filter_accessible(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep what the caller may order, or what they may not."""
        mine = Offering.objects.orderable_by(self.request.user).values("pk")
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)

    def filter_open_to_customer(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep what an organisation may order from; of one that the caller does not see, anybody.

        In which groups an organisation is concerns those who see it.
        """
        seen = Customer.objects.visible_to(self.request.user)
        open_to = Offering.objects.open_to(seen.filter(uuid=value).values("pk"))
        return rows.filter(pk__in=open_to.values("pk"))

    def filter_open_to_project(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep what a project's organisation may order from."""
        seen = Project.objects.visible_to(self.request.user)
        customers = seen.filter(uuid=value).values("customer")
        return rows.filter(pk__in=Offering.objects.open_to(customers).values("pk"))

    def filter_attributes(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those whose attributes have the given values, each one of a list."""
        try:
            wanted = read(value)
        except UnreadableJson as error:
            raise ValidationError(["Filter attribute is not valid json."]) from error
        if not isinstance(wanted, dict) or unkeepable(wanted):
            raise ValidationError(["Filter attribute should be an dict."])
        for key, one_or_more in wanted.items():
            values = one_or_more if isinstance(one_or_more, list) else [one_or_more]
            any_of = Q(pk__in=())
            for one in values:
                any_of |= Q(attributes__contains={key: one})
            rows = rows.filter(any_of)
        return rows

    def filter_can_create_offering_user(
        self, rows: QuerySet[Any], name: str, value: Any
    ) -> QuerySet[Any]:
        """Keep those whose accounts the provider may make, or may not."""
        may = Q(**{f"plugin_options__{MANAGED}": True})
        having = Offering.objects.filter(may).values("pk")
        return rows.filter(pk__in=having) if value else rows.exclude(pk__in=having)

    def filter_group(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those that are open to a group of organisations alone."""
        return rows.filter(pk__in=Offering.objects.filter(organization_groups__uuid=value))

    def filter_terms(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those that ever had terms of service, or never."""
        terms = Exists(TermsOfService.objects.filter(offering=OuterRef("pk")))
        return rows.filter(terms if value else ~terms)

    def filter_terms_in_force(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those that have terms of service now, or have not."""
        terms = Exists(TermsOfService.objects.filter(offering=OuterRef("pk"), is_active=True))
        return rows.filter(terms if value else ~terms)

    def filter_held_by_customer(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those that an organisation holds allocations of, as far as the caller sees them."""
        return rows.filter(pk__in=self._seen().filter(project__customer__uuid=value))

    def filter_held_by_project(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those that a project holds allocations of, as far as the caller sees them."""
        return rows.filter(pk__in=self._seen().filter(project__uuid=value))

    def _seen(self) -> Any:
        return Resource.objects.visible_to(self.request.user).values("offering")

    def filter_managed_by(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those that a person helps to provide, as far as the caller sees their roles."""
        seen = Grant.objects.visible_to(self.request.user).in_force()
        held = seen.filter(access.allowing(Permission.VIEW_PROVIDER_SIDE), user__uuid=value)
        offerings = held.filter(scope_type=ScopeType.OFFERING).values("scope_id")
        customers = held.filter(scope_type=ScopeType.CUSTOMER).values("scope_id")
        return rows.filter(Q(pk__in=offerings) | Q(customer__in=customers))

    def filter_consent(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those to whose terms the caller agreed, or did not."""
        user = self.request.user
        having = Q(pk__in=())
        if user.is_authenticated:
            mine = Consent.objects.filter(revocation_date__isnull=True, user=user)
            having = Q(pk__in=mine.values("offering"))
        return rows.filter(having if value else ~having)

    def filter_account(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those where the caller has an account, or has none."""
        user = self.request.user
        having = contributions().is_site_of(user) if user.is_authenticated else Q(pk__in=())
        return rows.filter(having if value else ~having)


class ProviderOfferingFilter(PublicOfferingFilter):
    """Those, and by whether what exists at the site already can be taken over."""

    importable = Exact(method="filter_importable", reads=NOTHING)

    def filter_importable(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep all, or none for `false`: every site may report what it has."""
        return rows.none() if value.lower() in {"false", "0"} else rows


class OfferingOfPathFilter(ProviderOfferingFilter):
    """The same, asked of the one offering that the address names: what is below it, or nothing."""

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep all if the offering is one of those that are asked for."""
        named = as_uuid(self.request.parser_context["kwargs"]["uuid"], Offering)
        found = super().filter_queryset(Offering.objects.filter(uuid=named))
        return queryset if found.exists() else queryset.none()
