"""What identity's rows a person may see, and in which shape the API reads them."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from identity import access
from identity.permissions import Permission
from identity.roles import ScopeType


def count_of(rows: QuerySet[Any], by: str) -> Coalesce:
    """Return the number of `rows` per outer row as a subquery; `by` is the key they share."""
    counted = rows.order_by().values(by).annotate(n=Count("pk", distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class UserQuerySet(QuerySet[Any]):
    """People."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user himself and those he shares an organisation or a project with."""
        within = access.reach(user, Permission.VIEW_PROJECT)
        if within.everywhere:
            return self
        if not user.is_authenticated:
            return self.none()
        colleagues = self.model._meta.get_field("grants").related_model.objects.filter(
            Q(scope_type=ScopeType.CUSTOMER, scope_id__in=within.customers)
            | Q(project__in=within.projects)
            | Q(project__customer__in=within.customers),
            access.in_force(),
        )
        return self.filter(Q(pk=user.pk) | Q(pk__in=colleagues.values("user")), is_active=True)


class CustomerQuerySet(QuerySet[Any]):
    """Organisations."""

    def visible_to(self, user: Any) -> Self:
        """Keep those in which, or in a project of which, the user holds a role."""
        if not user.is_authenticated:
            return self.none()
        if access.reach(user, Permission.VIEW_CUSTOMER).everywhere:
            return self
        return self.filter(pk__in=user.grants.filter(access.in_force()).values("customer"))

    def for_api(self, user: Any) -> Self:
        """Add what the API shows of an organisation beside its own columns."""
        grants = self.model._meta.get_field("grants").related_model.objects
        projects = self.model._meta.get_field("projects").related_model.objects
        return self.annotate(
            projects_count=count_of(
                projects.filter(customer=OuterRef("pk"), is_removed=False), "customer"
            ),
            users_count=Coalesce(
                Subquery(
                    grants.filter(access.in_force(), customer=OuterRef("pk"))
                    .exclude(scope_type=ScopeType.OFFERING)
                    .order_by()
                    .values("customer")
                    .annotate(n=Count("user", distinct=True))
                    .values("n"),
                    output_field=IntegerField(),
                ),
                0,
            ),
            service_provider_uuid=F("service_provider__uuid"),
        )


class ProjectQuerySet(QuerySet[Any]):
    """Projects; the removed ones only for those who ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Keep those in which, or in whose organisation, the user may see projects."""
        within = access.reach(user, Permission.VIEW_PROJECT)
        if within.everywhere:
            return self
        return self.filter(Q(pk__in=within.projects) | Q(customer__in=within.customers))

    def present(self) -> Self:
        """Keep what was not removed."""
        return self.filter(is_removed=False)


class GrantQuerySet(QuerySet[Any]):
    """Who holds which role where."""

    def in_force(self) -> Self:
        """Keep the grants that hold now."""
        return self.filter(access.in_force())

    def on(self, scope_type: ScopeType, scope_id: int) -> Self:
        """Keep the grants in one scope."""
        return self.filter(scope_type=scope_type, scope_id=scope_id)


class SshKeyQuerySet(QuerySet[Any]):
    """Public keys."""

    def visible_to(self, user: Any) -> Self:
        """Keep the user's own; staff see all, and everyone what is shared."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff or user.is_support:
            return self
        return self.filter(Q(user=user) | Q(is_shared=True))


class EventQuerySet(QuerySet[Any]):
    """The record of what happened."""

    def visible_to(self, user: Any) -> Self:
        """Keep what happened in the user's organisations, projects and offerings, or by him."""
        if not user.is_authenticated:
            return self.none()
        consumer = access.reach(user, Permission.VIEW_RESOURCE)
        if consumer.everywhere:
            return self
        provider = access.reach(user, Permission.VIEW_PROVIDER_SIDE)
        return self.filter(
            Q(project__in=consumer.projects)
            | Q(customer__in=consumer.customers)
            | Q(provider__in=provider.customers)
            | Q(actor=user)
            | Q(subject_type="user", subject_uuid=user.uuid)
        )
