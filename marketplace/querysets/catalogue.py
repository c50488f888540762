"""What of the catalogue a person may see, and in which shape the API reads it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from common.querysets import PublicQuerySet
from common.rows import rows_of
from identity import access
from identity.models import OrganizationGroup
from identity.permissions import Permission
from identity.querysets import count_of
from marketplace.contributions import contributions
from marketplace.lifecycle import (
    ResourceState,
)
from marketplace.querysets.sides import FALSE, OF_USER, ORDERABLE, TRUE, provider_side


def organisations_of(user: Any) -> Any:
    """Return the keys of the organisations in which, or in a project of which, the user is."""
    if not user.is_authenticated:
        return ()
    return access.customers_around(user)


class CategoryQuerySet(PublicQuerySet):
    """Shelves: everyone sees them."""

    def for_api(self, user: Any) -> Self:
        """Add how many offerings are listed in each, and how many of them for the user."""
        listed = rows_of("marketplace.Offering").filter(
            category=OuterRef("pk"), state__in=ORDERABLE
        )
        return self.annotate(
            offering_count=count_of(listed, "category"),
            available_offerings_count=count_of(listed.orderable_by(user), "category"),
        )


class ServiceProviderQuerySet(PublicQuerySet):
    """Providers: everyone sees them."""

    def for_api(self, user: Any) -> Self:
        """Add how many of each one's offerings are listed."""
        listed = rows_of("marketplace.Offering").filter(state__in=ORDERABLE)
        return self.annotate(
            offering_count=count_of(listed.filter(customer=OuterRef("customer")), "customer")
        )


class OfferingQuerySet(QuerySet[Any]):
    """Offerings, from the consumer's side and from the provider's."""

    def visible_to(self, user: Any) -> Self:
        """Keep what the user may order from or provides."""
        return self.filter(
            Q(pk__in=self.model.objects.orderable_by(user).values("pk"))
            | Q(pk__in=self.model.objects.provided_by(user).values("pk"))
        )

    def orderable_by(self, user: Any) -> Self:
        """Keep what the public catalogue shows to the user (who may be anonymous)."""
        listed = self.filter(state__in=ORDERABLE)
        within = access.reach(user, Permission.VIEW_CUSTOMER)
        return listed if within.everywhere else listed.open_to(organisations_of(user))

    def provided_by(self, user: Any) -> Self:
        """Keep what the user helps to provide, in any state."""
        within = access.reach(user, Permission.VIEW_PROVIDER_SIDE)
        if within.everywhere:
            return self
        return self.filter(Q(pk__in=within.offerings) | Q(customer__in=within.customers))

    def with_terms_for(self, user: Any) -> Self:
        """Keep those whose terms of service concern the user: they find it, or have some of it."""
        held = rows_of("marketplace.Resource").visible_to(user)
        return self.filter(
            Q(pk__in=self.model.objects.visible_to(user).values("pk"))
            | Q(pk__in=held.values("offering"))
        )

    def open_to(self, customers: Any) -> Self:
        """Keep what the organisations may order from: by their groups, or as their own."""
        theirs = OrganizationGroup.objects.filter(customers__in=customers)
        allowed = self.model.objects.filter(
            Q(shared=True, organization_groups__isnull=True)
            | Q(shared=True, organization_groups__in=theirs)
            | Q(customer__in=customers)
        )
        return self.filter(pk__in=allowed.values("pk"))

    def for_api(self, user: Any) -> Self:
        """Add what the API shows of an offering beside its own columns."""
        mine = OuterRef("pk")
        resources = rows_of("marketplace.Resource").exclude(state=ResourceState.TERMINATED)
        return self.with_totals("total_customers", "total_cost_estimated").annotate(
            order_count=count_of(rows_of("marketplace.Order").filter(offering=mine), "offering"),
            resources_count=count_of(resources.filter(offering=mine), "offering"),
            provider_account_options=F("customer__service_provider__account_options"),
            is_accessible=Exists(self.model.objects.orderable_by(user).filter(pk=mine)),
            integration_status=contributions().integration_status(),
            may_update=self._is_within(user, Permission.UPDATE_OFFERING),
            is_provided=self._is_within(user, Permission.VIEW_PROVIDER_SIDE),
            **self._of_user(user),
        )

    def with_totals(self, customers: str, cost: str) -> Self:
        """Add under two names how many organisations hold live allocations, and at what cost."""
        live = rows_of("marketplace.Resource").exclude(state=ResourceState.TERMINATED)
        held = live.filter(offering=OuterRef("pk")).order_by().values("offering")
        counted = held.annotate(n=Count("project__customer", distinct=True)).values("n")
        summed = held.annotate(sum=Sum("cost")).values("sum")
        return self.annotate(
            **{
                customers: Coalesce(Subquery(counted, output_field=IntegerField()), 0),
                cost: Coalesce(Subquery(summed), Decimal(0)),
            }
        )

    def _is_within(self, user: Any, permission: Permission) -> Case:
        """Return a column that tells whether the user may do something with an offering."""
        within = access.reach(user, permission)
        if within.everywhere:
            return Case(When(pk__isnull=False, then=TRUE), default=FALSE)
        allowed = Q(pk__in=within.offerings) | Q(customer__in=within.customers)
        return Case(When(allowed, then=TRUE), default=FALSE)

    def _of_user(self, user: Any) -> dict[str, Any]:
        """Return whether the user agreed to the terms, and has an account at the site."""
        if not user.is_authenticated:
            return dict.fromkeys(OF_USER, FALSE)
        consents = rows_of("marketplace.Consent").filter(revocation_date__isnull=True)
        agreed = Exists(consents.filter(offering=OuterRef("pk"), user=user))
        return dict(zip(OF_USER, (agreed, contributions().has_account(user)), strict=True))


class PlanQuerySet(QuerySet[Any]):
    """Plans."""

    def visible_to(self, user: Any) -> Self:
        """Keep the plans of offerings that the user helps to provide."""
        condition = provider_side(user, Permission.VIEW_PROVIDER_SIDE)
        return self if condition is None else self.filter(condition)

    def orderable_by(self, user: Any) -> Self:
        """Keep those under which the user, or everybody, can order."""
        listed = self.filter(archived=False)
        if access.reach(user, Permission.VIEW_CUSTOMER).everywhere:
            return listed
        theirs = OrganizationGroup.objects.filter(customers__in=organisations_of(user)).values("pk")
        allowed = self.model.objects.filter(
            Q(organization_groups__isnull=True) | Q(organization_groups__in=theirs)
        )
        return listed.filter(pk__in=allowed.values("pk"))

    def for_api(self, user: Any) -> Self:
        """Add how many allocations are under each."""
        resources = rows_of("marketplace.Resource").exclude(state=ResourceState.TERMINATED)
        return self.annotate(
            resources_count=count_of(resources.filter(plan=OuterRef("pk")), "plan")
        )
