"""Query parameters of the list of organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from common.api.filters import (
    OWN,
    SEEN,
    ApiFilterSet,
    Contains,
    Exact,
    Flag,
    Never,
    OneUuid,
    Ordering,
    Search,
    Texts,
    Uuids,
)
from identity import access
from identity.contributions import contributions
from identity.models import Customer, Grant, Project
from identity.permissions import Permission
from identity.roles import ScopeType

if TYPE_CHECKING:
    from identity.models import User


def held_by(user: User, role: Q) -> QuerySet[Any]:
    """Return the keys of the organisations in which somebody holds such a role."""
    held = Grant.objects.in_force().filter(role, user=user, scope_type=ScopeType.CUSTOMER.value)
    return held.values("customer")


class CustomerFilter(ApiFilterSet):
    """Organisations by what is known of them, and by the caller's part in them."""

    class Meta:
        model = Customer

    abbreviation = Contains("abbreviation")
    accounting_is_running = Flag(method="filter_accounting", reads=("accounting_start_date",))
    agreement_number = Contains("agreement_number")
    archived = Flag("archived")
    backend_id = Exact("backend_id")
    contact_details = Contains("contact_details")
    current_user_has_project_create_permission = Flag(
        method="filter_may_create_projects", reads=OWN
    )
    current_user_has_role = Texts(method="filter_current_role", reads=OWN)
    has_resources = Exact(method="filter_has_resources", reads=SEEN)
    is_call_managing_organization = Never("calls for proposals are not served", kind="boolean")
    is_service_provider = Flag(method="filter_is_provider", reads=SEEN)
    name = Contains("name")
    name_exact = Exact("name")
    native_name = Contains("native_name")
    organization_group_name = Contains(method="filter_group_name", reads=("organization_groups",))
    organization_group_uuid = Uuids(method="filter_groups", reads=("organization_groups",))
    owned_by_current_user = Flag(method="filter_owned", reads=OWN)
    originated_id = Exact("originated_id")
    query = Search(
        "name__icontains",
        "native_name__icontains",
        "abbreviation__icontains",
        "domain__icontains",
        "registration_code",
        "agreement_number",
        uuid="uuid",
    )
    registration_code = Contains("registration_code")
    service_provider_uuid = OneUuid(method="filter_served_by", reads=SEEN)
    slug = Exact("slug")
    user_uuid = OneUuid(method="filter_user", reads=("grants",))
    o = Ordering(
        {
            "abbreviation": "abbreviation",
            "accounting_start_date": "accounting_start_date",
            "agreement_number": "agreement_number",
            "contact_details": "contact_details",
            "created": "created",
            "name": "name",
            "native_name": "native_name",
            "registration_code": "registration_code",
        }
    )
    o.api_schema = {"type": "string"}  # a list with commas, in the contract of this list alone

    def filter_accounting(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those whose accounting has begun, or has not."""
        running = Q(accounting_start_date__lte=Now())
        return rows.filter(running if value else ~running)

    def filter_may_create_projects(
        self, rows: QuerySet[Any], name: str, value: bool
    ) -> QuerySet[Any]:
        """Keep those in which the caller may start a project, or may not."""
        within = access.reach(self.request.user, Permission.CREATE_PROJECT)
        if within.everywhere:
            return rows if value else rows.none()
        allowed = Q(pk__in=within.customers)
        return rows.filter(allowed if value else ~allowed)

    def filter_current_role(
        self, rows: QuerySet[Any], name: str, value: list[str]
    ) -> QuerySet[Any]:
        """Keep those in which the caller has any of the roles."""
        return rows.filter(pk__in=held_by(self.request.user, Q(role__name__in=value)))

    def filter_has_resources(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those of whose projects the caller sees one with allocations, or none."""
        projects = Project.objects.visible_to(self.request.user).filter(resources_count__gt=0)
        having = Q(pk__in=projects.values("customer"))
        return rows.filter(~having if value.lower() in {"false", "0"} else having)

    def filter_is_provider(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those that are providers, or are not; everybody sees who is."""
        provider = contributions().is_provider()
        return rows.filter(provider if value else ~provider)

    def filter_group_name(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those in a group whose name contains the text."""
        groups = Customer.objects.filter(organization_groups__name__icontains=value)
        return rows.filter(pk__in=groups.values("pk"))

    def filter_groups(self, rows: QuerySet[Any], name: str, value: list[Any]) -> QuerySet[Any]:
        """Keep those in any of the groups."""
        groups = Customer.objects.filter(organization_groups__uuid__in=value)
        return rows.filter(pk__in=groups.values("pk"))

    def filter_owned(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those that the caller owns, or does not."""
        owned = Q(pk__in=held_by(self.request.user, access.allowing(Permission.UPDATE_CUSTOMER)))
        return rows.filter(owned if value else ~owned)

    def filter_served_by(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those that have allocations from the provider, as far as the caller sees them."""
        return rows.filter(contributions().is_served_by(self.request.user, value))

    def filter_user(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those in which a person has a role."""
        held = Grant.objects.in_force().filter(
            user__uuid=value, scope_type=ScopeType.CUSTOMER.value
        )
        return rows.filter(pk__in=held.values("customer"))
