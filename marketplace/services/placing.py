"""Placing an order for a new allocation: what is checked, and in which state both begin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from common import slugs
from common.errors import Invalid
from marketplace import limits as rules
from marketplace.components import BillingType
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource
from marketplace.services import (
    attributes,
    availability,
    capacity,
    consents,
    locking,
    names,
    order_states,
    project_counts,
    quotes,
    reviews,
)
from marketplace.services.availability import ForeignPlan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from identity.models import Project, User
    from marketplace.models import Offering, OfferingComponent, Plan


class PlanNeeded(Invalid):
    """The offering has several plans, and the order does not say which."""

    code = "plan_needed"


class ProjectRemoved(Invalid):
    """The project was removed."""

    code = "project_gone"


class StartInPast(Invalid):
    """An allocation cannot begin before today, nor after its end."""

    code = "impossible_start_date"


class OrderSlugTaken(Invalid):
    """Another order has the slug."""

    code = "slug_taken"


@dataclass(frozen=True)
class OrderRequest:
    """What somebody wants to have; `attributes` None is an order that says nothing of it."""

    offering: Offering
    project: Project
    plan: Plan | None = None
    limits: Mapping[str, object] = field(default_factory=dict)
    attributes: Mapping[str, Any] | None = None
    accepting_terms: bool = False
    start_date: date | None = None
    callback_url: str | None = None
    request_comment: str | None = None
    slug: str = ""


@transaction.atomic
def place(requested: OrderRequest, *, actor: User, now: datetime) -> Order:
    """Order a new allocation, which exists from this moment in state Creating.

    :raises NotOnOffer: the offering is not open to the project's organisation.
    :raises ProjectExpired: the project has ended.
    :raises ForeignPlan: the plan is not one that can be had.
    :raises PlanNeeded: there are several plans, and none was named.
    :raises PlanFull: the plan takes no more allocations.
    :raises TooMany: the project may have no more.
    :raises InvalidOptions: an attribute is not what the offering asks for.
    :raises InvalidAttributes: the name or the end date cannot be.
    :raises ProjectRemoved: the project was removed.
    :raises StartInPast: the start date cannot be.
    :raises InvalidLimits: the limits cannot be had.
    :raises TermsNotAccepted: the terms of service were not.
    """
    project = locking.project(requested.project.pk)
    offering = _offering(requested)
    components = list(offering.components.all())
    _refuse(offering, project, now=now)
    plan = choose_plan(requested.plan, offering, project)
    parsed = attributes.read(requested.attributes, offering, now=now)
    capacity.refuse_too_many(capacity.Others(offering), project, parsed.values)
    _refuse_start(requested.start_date, parsed.end_date, now=now)
    limits = _limits(requested.limits, offering, components)
    agreed_to = consents.settle(
        offering, user=actor, accepting=requested.accepting_terms, actor=actor, now=now
    )
    quote = quotes.quote(plan, limits)
    resource = Resource(
        project=project,
        offering=offering,
        plan=plan,
        name=parsed.name or names.suggest(project, offering),
        description=parsed.description,
        state=ResourceState.CREATING,
        limits=limits,
        attributes=parsed.values,
        options=parsed.changeable,
        cost=quote.cost,
        end_date=parsed.end_date,
        end_date_requested_by=actor if parsed.end_date else None,
        last_sync=now,
        created=now,
    )
    slugs.insert(resource, resource.name)
    order = Order(
        resource=resource,
        project=project,
        offering=offering,
        plan=plan,
        type=OrderType.CREATE,
        limits=limits,
        attributes=parsed.values,
        cost=quote.cost,
        old_cost=quote.cost,
        fixed_price=quote.fixed_price,
        activation_price=quote.activation_price,
        start_date=requested.start_date,
        callback_url=requested.callback_url,
        request_comment=requested.request_comment,
        accepted_terms_version=agreed_to,
        created_by=actor,
        created=now,
    )
    _store(order, _slug(requested.slug, actor), actor=actor, now=now)
    project_counts.recount(project)
    return order


def _store(order: Order, slug: str, *, actor: User, now: datetime) -> None:
    """Store the order in its first state, with the approvals that it needs not wait for."""
    order.state = reviews.first_state(order, actor, now=now)
    order.auto_approved = reviews.waives_consumer(order) or reviews.waives_provider(order)
    if order.state != OrderState.PENDING_CONSUMER:
        order.consumer_reviewed_by, order.consumer_reviewed_at = actor, now
    order.slug = slug or order_states.slug_of(order)
    order.save(force_insert=True)
    order_states.begin(order, actor=actor, now=now)


def _offering(requested: OrderRequest) -> Offering:
    """Return the offering, locked where what is left of it will be counted."""
    return (
        locking.offering(requested.offering.pk)
        if capacity.is_limited(requested.offering)
        else requested.offering
    )


def _refuse(offering: Offering, project: Project, *, now: datetime) -> None:
    availability.refuse_unavailable(offering, project.customer)
    refuse_ended(project, now=now)


def refuse_ended(project: Project, *, now: datetime) -> None:
    """See that a project is there, and may have something new.

    :raises ProjectRemoved: it was removed.
    :raises ProjectExpired: its end date is reached.
    :raises Blocked: its organisation is blocked or archived.
    """
    if project.is_removed:
        raise ProjectRemoved({"project": ["Invalid hyperlink - Object does not exist."]})
    availability.refuse_expired(project, now=now)


def choose_plan(wanted: Plan | None, offering: Offering, project: Project) -> Plan | None:
    """Return the plan that was asked for, or the only one there is.

    :raises ForeignPlan: the project's organisation cannot have it.
    :raises PlanNeeded: there are several, and none was asked for.
    :raises PlanFull: it takes no more allocations.
    """
    plans = list(availability.plans_for(project.customer, offering))
    if wanted is None and len(plans) > 1:
        raise PlanNeeded({"plan": ["This field is required."]})
    chosen = next((plan for plan in plans if wanted is None or plan == wanted), None)
    if chosen is not None:
        capacity.refuse_full(chosen, capacity.Others(offering))
    elif wanted is not None:
        raise ForeignPlan({"plan": ["This plan is not available for selected offering."]})
    return chosen


def _limits(
    given: Mapping[str, object], offering: Offering, components: list[OfferingComponent]
) -> rules.Limits:
    """Return the limits asked for, with the offering's defaults for what was not."""
    defaults = {
        component.type: rules.as_text(component.default_limit)
        for component in components
        if component.billing_type == BillingType.LIMIT and component.default_limit is not None
    }
    left = capacity.left(capacity.Others(offering), components)
    return rules.ordered({**defaults, **given}, rules.rules_of(components, left))


def _refuse_start(start_date: date | None, end_date: date | None, *, now: datetime) -> None:
    if start_date is None:
        return
    if start_date < now.date():
        raise StartInPast({"start_date": ["Cannot be earlier than the current date."]})
    if end_date is not None and start_date > end_date:
        raise StartInPast({"start_date": ["Cannot be later than the end date."]})


def _slug(wanted: str, actor: User) -> str:
    """Return the slug that staff chose; what others send is not theirs to choose."""
    slug = wanted if actor.is_staff else ""
    if slug and Order.objects.filter(slug=slug).exists():
        raise OrderSlugTaken({"slug": ["order with this slug already exists."]})
    return slug
