"""How resources stand under a policy: reads only, as many queries for many resources as for one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from accounting.ledger import following, month_of
from accounting.models import PolicyState
from accounting.periods import first_month, first_month_before, sum_of
from accounting.services import month_rows
from accounting.thresholds import Measured, Terms, measure
from identity.models import Customer
from marketplace.components import REPORTED, BillingType
from marketplace.lifecycle import ResourceState
from marketplace.models import Offering, Resource

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from accounting.models import SlurmPeriodicUsagePolicy

GONE = frozenset({ResourceState.TERMINATING, ResourceState.TERMINATED})
"""The states in which a policy has nothing to say any more."""


@dataclass(frozen=True)
class Counted:
    """What of an offering a policy counts: whose limits, and the policy's own in their place."""

    limited: frozenset[str]
    factors: Mapping[str, int]
    own: Mapping[str, Decimal]

    def limits_of(self, resource: Resource) -> dict[str, Decimal]:
        """Return what is allowed of each component in a period."""
        if self.own:
            return dict(self.own)
        return {
            name: Decimal(str(limit))
            for name, limit in resource.limits.items()
            if name in self.limited and isinstance(limit, int | float)
        }


def looked_at(policy: SlurmPeriodicUsagePolicy) -> QuerySet[Resource]:
    """Return the live resources that the policy applies to, and those of which it holds a flag."""
    holding = Q(paused_by__isnull=False) | Q(downscaled_by__isnull=False)
    held = PolicyState.objects.filter(holding, policy=policy)
    live = Resource.objects.filter(offering=policy.offering_id).exclude(state__in=GONE)
    return live.filter(applies(policy) | Q(pk__in=held.values("resource")))


def applies(policy: SlurmPeriodicUsagePolicy) -> Q:
    """Return the condition that a policy is meant for a resource: all, or some organisations'."""
    if policy.apply_to_all:
        return Q(pk__isnull=False)
    groups = policy.organization_groups.all()
    return Q(project__customer__in=Customer.objects.filter(organization_groups__in=groups))


def counted_by(offering: Offering, policy: SlurmPeriodicUsagePolicy | None = None) -> Counted:
    """Return what of an offering's components counts under its policy, or without one."""
    components = list(offering.components.filter(billing_type__in=REPORTED))
    limits = policy.component_limits_set.select_related("component") if policy else ()
    return Counted(
        limited=frozenset(c.type for c in components if c.billing_type == BillingType.LIMIT),
        factors={component.type: component.unit_factor for component in components},
        own={limit.component.type: Decimal(limit.limit) for limit in limits},
    )


def measured(
    resources: Collection[Resource], counted: Counted, terms: Terms, *, now: datetime
) -> dict[int, Measured]:
    """Return how each resource stands in the present period, by its key."""
    month = month_of(now)
    first, earlier = first_month(terms.period, month), first_month_before(terms.period, month)
    keys = [resource.pk for resource in resources]
    usages = month_rows.usage_by_month(keys, since=earlier, until=month)
    nothing = Decimal(0)
    found = {}
    for resource in resources:
        months = usages[resource.pk]
        used = {name: sum_of(of, first, following(month), nothing) for name, of in months.items()}
        previous = {
            name: sum_of(of, earlier, first, nothing) if earlier else nothing
            for name, of in months.items()
        }
        found[resource.pk] = measure(counted.limits_of(resource), used, previous, terms)
    return found
