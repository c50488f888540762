"""Which usages and policies a person may see: those of the resources and offerings they may."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Replace

from allocations.lifecycle import AccountState
from common.rows import rows_of
from identity.models import OrganizationGroup
from identity.querysets import count_of
from marketplace.components import BillingType
from marketplace.lifecycle import ResourceState
from marketplace.models import OfferingComponent
from marketplace.querysets import AtProvidedOfferings, consumed_or_provided

UUID_HEX = Replace(Cast(F("uuid"), TextField()), Value("-"), Value(""), output_field=TextField())
"""A UUID as 32 digits."""


class ComponentUsageQuerySet(QuerySet[Any]):
    """Monthly usages."""

    def visible_to(self, user: Any) -> Self:
        """Keep the usages of resources that the user may see."""
        return consumed_or_provided(
            self, user, project="resource__project", offering="resource__offering"
        )


class ComponentUserUsageQuerySet(QuerySet[Any]):
    """Monthly usages by person."""

    def visible_to(self, user: Any) -> Self:
        """Keep the usages of resources that the user may see."""
        return consumed_or_provided(
            self,
            user,
            project="component_usage__resource__project",
            offering="component_usage__resource__offering",
        )


class ComponentUserUsageLimitQuerySet(QuerySet[Any]):
    """People's limits."""

    def visible_to(self, user: Any) -> Self:
        """Keep the limits on resources that the user may see, of people who have an account.

        Sites go by usernames: a limit of a deleted account would hold for whoever has its name now.
        """
        seen = consumed_or_provided(
            self, user, project="resource__project", offering="resource__offering"
        )
        return seen.exclude(user__state=AccountState.DELETED)


class PolicyQuerySet(AtProvidedOfferings):
    """Policies of offerings, for those who help to provide them."""

    def for_api(self, user: Any) -> Self:
        """Add what the API shows of a policy beside its own columns."""
        limited = OfferingComponent.objects.filter(
            offering=OuterRef("offering"),
            billing_type=BillingType.LIMIT,
            limit_period__isnull=False,
        )
        states = (
            rows_of("accounting.PolicyState")
            .filter(policy=OuterRef("pk"), fired=True)
            .exclude(resource__state__in=(ResourceState.TERMINATING, ResourceState.TERMINATED))
        )
        return self.annotate(
            group_uuids=ArraySubquery(
                OrganizationGroup.objects.filter(periodic_usage_policies=OuterRef("pk"))
                .order_by("name", "pk")
                .values(hex=UUID_HEX)
            ),
            limit_periods=ArraySubquery(
                limited.order_by("limit_period").values("limit_period").distinct()
            ),
            affected_resources_count=count_of(states, "policy"),
        )
