"""Taking over an allocation that a site has already, with the order and the history of any other.

It is the provider's word that it is there, so neither bounds of limits nor numbers of allocations
are asked about: those are rules for what may be ordered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import slugs
from common.errors import Conflict
from marketplace import limits as rules
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource
from marketplace.services import (
    delivery,
    locking,
    order_states,
    placing,
    plan_periods,
    project_counts,
    quotes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.models import Project, User
    from marketplace.models import Offering, Plan


class AlreadyHere(Conflict):
    """A live allocation of the offering has the name at the site."""

    code = "already_here"


class Restorable(Conflict):
    """A terminated allocation had the name, and the offering lets it be restored."""

    code = "restorable"


@dataclass(frozen=True)
class Found:
    """What a site has, for which project; `limits` maps component types to what holds there."""

    offering: Offering
    project: Project
    name: str
    backend_id: str
    limits: object = field(default_factory=dict)
    backend_metadata: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def take_over(found: Found, *, plan: Plan | None = None, actor: User, now: datetime) -> Resource:
    """Make an allocation of what a site has: it is OK at once, and so is the order it came of.

    The offering is locked, so that of two who take over the same thing one is refused.

    :raises ProjectGone: the project was removed.
    :raises ProjectExpired: the project has ended.
    :raises Blocked: its organisation is blocked or archived.
    :raises AlreadyHere: a live allocation of the offering has the name at the site.
    :raises Restorable: a terminated one had it, and can be restored.
    :raises ForeignPlan: the plan is not one that can be had.
    :raises PlanNeeded: there are several plans, and none was named.
    :raises PlanFull: the plan takes no more allocations.
    :raises InvalidLimits: they are no limits of components that the offering counts.
    :raises TooDear: what they cost does not fit into an invoice.
    """
    project = locking.project(found.project.pk)
    offering = locking.offering(found.offering.pk)
    placing.refuse_ended(project, now=now)
    _refuse_known(offering, found.backend_id)
    chosen = placing.choose_plan(plan, offering, project)
    limits = _limits(found.limits, offering)
    quote = quotes.quote(chosen, limits)
    resource = Resource(
        project=project,
        offering=offering,
        plan=chosen,
        name=found.name,
        state=ResourceState.CREATING,
        limits=limits,
        cost=quote.cost,
        backend_id=found.backend_id,
        backend_metadata=dict(found.backend_metadata),
        last_sync=now,
        created=now,
    )
    slugs.insert(resource, resource.name)
    order = Order(
        resource=resource,
        project=project,
        offering=offering,
        plan=chosen,
        type=OrderType.CREATE,
        state=OrderState.DONE,
        limits=limits,
        attributes={"name": found.name},
        cost=quote.cost,
        old_cost=quote.cost,
        fixed_price=quote.fixed_price,
        activation_price=quote.activation_price,
        created_by=actor,
        provider_reviewed_by=actor,
        provider_reviewed_at=now,
        completed_at=now,
        created=now,
    )
    order.slug = order_states.slug_of(order)
    order.save(force_insert=True)
    order_states.begin(order, actor=actor, now=now, action="import")
    plan_periods.begin(resource, now=now)
    project_counts.recount(project)
    return resource


def refuse_live(offering: Offering, backend_id: str) -> None:
    """See that no live allocation of the offering has a name at the site, in whatever case.

    :raises AlreadyHere: when one has.
    """
    named = Resource.objects.filter(offering=offering, backend_id__iexact=backend_id)
    if named.exclude(state=ResourceState.TERMINATED).exists():
        raise AlreadyHere("A resource of this offering has this backend ID already.")


def _refuse_known(offering: Offering, backend_id: str) -> None:
    refuse_live(offering, backend_id)
    named = Resource.objects.filter(offering=offering, backend_id__iexact=backend_id)
    if offering.lets_restore and named.exists():
        raise Restorable("A terminated resource has this backend ID; restore it instead.")


def _limits(given: object, offering: Offering) -> rules.Limits:
    """Return the limits that hold at the site, of components that the offering counts."""
    if not isinstance(given, dict):
        raise rules.NotANumber({"limits": ["Expected a dictionary of items."]})
    return delivery.limits_at_site(offering, given)
