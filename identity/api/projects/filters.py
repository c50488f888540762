"""Query parameters of the list of projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import DateField, Q, QuerySet
from django.db.models.functions import Cast, Now

from common.api.filters import (
    OWN,
    ApiFilterSet,
    Before,
    Contains,
    Exact,
    Flag,
    Never,
    OneUuid,
    Ordering,
    Search,
    Since,
    Texts,
    Uuids,
)
from identity import access
from identity.contributions import contributions
from identity.models import Grant, Project
from identity.permissions import Permission
from identity.roles import RoleName, ScopeType

if TYPE_CHECKING:
    from uuid import UUID

NO_AFFILIATIONS = "affiliations of projects are not served"


def held(user: Q, roles: list[str] | None = None) -> QuerySet[Any]:
    """Return the keys of the projects in which somebody holds a role, or one of these."""
    grants = Grant.objects.in_force().filter(user, scope_type=ScopeType.PROJECT.value)
    if roles is not None:
        grants = grants.filter(role__name__in=roles)
    return grants.values("project")


class ProjectSearch(Search):
    """Text looked for in projects, and in the names of the allocations that the caller sees."""

    beside = ("allocation name", "allocation backend id")

    def found(self, value: str) -> list[Q]:
        """Return the conditions of which one is enough."""
        held = contributions().holds_called(self.parent.request.user, value)
        return [*super().found(value), held]


class ProjectFilter(ApiFilterSet):
    """Projects by what is known of them, and by the caller's part in them.

    `abbreviation` is the older name of `customer_abbreviation`. Removed projects are left out
    unless `is_removed` or `include_terminated` asks for them.
    """

    class Meta:
        model = Project

    abbreviation = Contains("customer__abbreviation")
    accounting_is_running = Flag(
        method="filter_accounting", reads=("customer__accounting_start_date",)
    )
    affiliation_name = Never(NO_AFFILIATIONS)
    affiliation_uuid = Never(NO_AFFILIATIONS, kind="uuid", many=True)
    backend_id = Exact("backend_id")
    can_admin = Flag(method="filter_can_admin", reads=OWN)
    can_manage = Flag(method="filter_can_manage", reads=OWN)
    conceal_finished_projects = Flag(method="filter_finished", reads=("end_date",))
    created = Since("created")
    created_before = Before("created")
    current_user_has_role = Texts(method="filter_current_role", reads=OWN)
    customer = Uuids("customer__uuid")
    customer_abbreviation = Contains("customer__abbreviation")
    customer_name = Contains("customer__name")
    customer_native_name = Contains("customer__native_name")
    description = Contains("description")
    has_affiliation = Never(NO_AFFILIATIONS, kind="boolean")
    include_terminated = Flag(method="as_it_is", reads=("is_removed",))
    is_removed = Flag("is_removed")
    modified = Since("modified")
    modified_after = Since("modified")
    modified_before = Before("modified")
    name = Contains("name")
    name_exact = Exact("name")
    query = ProjectSearch("name__icontains", "slug", "backend_id", uuid="uuid")
    science_domain_uuid = OneUuid("science_sub_domain__domain__uuid")
    science_sub_domain_uuid = OneUuid("science_sub_domain__uuid")
    slug = Exact("slug")
    user_uuid = OneUuid(method="filter_user", reads=("grants",))
    user_uuid_with_active_role = OneUuid(method="filter_user", reads=("grants",))
    o = Ordering(
        {
            "created": "created",
            "customer_abbreviation": "customer__abbreviation",
            "customer_name": "customer__name",
            "customer_native_name": "customer__native_name",
            "end_date": "end_date",
            # Nothing is invoiced, so every estimate is the same.
            "estimated_cost": (),
            "name": "name",
            "start_date": "start_date",
        }
    )

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave out what was removed unless it is asked for."""
        rows: QuerySet[Any] = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        if asked.get("is_removed") is None and not asked.get("include_terminated"):
            rows = rows.filter(is_removed=False)
        return rows

    def as_it_is(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep all: `filter_queryset` reads the value."""
        return rows

    def filter_accounting(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those of organisations whose accounting has begun, or has not."""
        running = Q(customer__accounting_start_date__lte=Now())
        return rows.filter(running if value else ~running)

    def filter_can_admin(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those in which the caller is an administrator."""
        mine = held(Q(user=self.request.user), [RoleName.PROJECT_ADMIN.value])
        return rows.filter(pk__in=mine) if value else rows.exclude(pk__in=mine)

    def filter_can_manage(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Keep those that the caller may change, as their manager or their organisation's owner."""
        within = access.reach(self.request.user, Permission.UPDATE_PROJECT)
        if within.everywhere:
            return rows if value else rows.none()
        managed = Q(pk__in=within.projects) | Q(customer__in=within.customers)
        return rows.filter(managed if value else ~managed)

    def filter_current_role(
        self, rows: QuerySet[Any], name: str, value: list[str]
    ) -> QuerySet[Any]:
        """Keep those in which the caller has any of the roles."""
        return rows.filter(pk__in=held(Q(user=self.request.user), value))

    def filter_finished(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Leave out those that have ended."""
        today = Cast(Now(), DateField())
        return rows.filter(Q(end_date=None) | Q(end_date__gte=today)) if value else rows

    def filter_user(self, rows: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Keep those in which a person has a role."""
        return rows.filter(pk__in=held(Q(user__uuid=value)))
