"""Placing an order for a new allocation: what is checked, and in which state both begin."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from config.common import slugs
from config.common.errors import Invalid
from marketplace import limits as rules
from marketplace import options as option_rules
from marketplace.components import BillingType
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource
from marketplace.services import (
    availability,
    locking,
    names,
    order_states,
    project_counts,
    quotes,
    reviews,
    terms,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from identity.models import Project, User
    from marketplace.models import Offering, OfferingComponent, Plan

NAME_LENGTH = 255


class ForeignPlan(Invalid):
    """The plan is not one of the offering's that the project's organisation can have."""

    code = "foreign_plan"


class PlanNeeded(Invalid):
    """The offering has several plans, and the order does not say which."""

    code = "plan_needed"


class InvalidAttributes(Invalid):
    """Name, description or end date are not what they should be."""

    code = "invalid_attributes"


class StartInPast(Invalid):
    """An allocation cannot begin before today, nor after its end."""

    code = "impossible_start_date"


class SlugTaken(Invalid):
    """Another order has the slug."""

    code = "slug_taken"


@dataclass(frozen=True)
class Wish:
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
def place(wish: Wish, *, actor: User, now: datetime) -> Order:
    """Order a new allocation, which exists from this moment in state Creating.

    :raises NotOnOffer: the offering is not open to the project's organisation.
    :raises ProjectExpired: the project has ended.
    :raises ForeignPlan: the plan is not one that can be had.
    :raises PlanNeeded: there are several plans, and none was named.
    :raises PlanFull: the plan takes no more allocations.
    :raises TooMany: the project may have no more.
    :raises InvalidOptions: an attribute is not what the offering asks for.
    :raises InvalidAttributes: the name or the end date cannot be.
    :raises StartInPast: the start date cannot be.
    :raises InvalidLimits: the limits cannot be had.
    :raises TermsNotAccepted: the terms of service were not.
    """
    project = locking.project(wish.project.pk)
    components = list(wish.offering.components.all())
    offering = _offering(wish, components)
    _refuse(offering, project, now=now)
    plan = _plan(wish.plan, offering, project)
    attributes = _attributes(wish.attributes, offering)
    availability.refuse_too_many(offering, project, attributes)
    end_date = _end_date(attributes, offering, now=now)
    _refuse_start(wish.start_date, end_date, now=now)
    limits = _limits(wish.limits, offering, components)
    agreed_to = terms.settle(
        offering, user=actor, accepting=wish.accepting_terms, actor=actor, now=now
    )
    quote = quotes.quote(plan, limits)
    resource = Resource(
        project=project,
        offering=offering,
        plan=plan,
        name=attributes.get("name") or names.suggest(project, offering),
        description=attributes.get("description") or "",
        state=ResourceState.CREATING,
        limits=limits,
        attributes=attributes,
        options=option_rules.chosen(attributes, offering.resource_options),
        cost=quote.cost,
        end_date=end_date,
        end_date_requested_by=actor if end_date else None,
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
        attributes=attributes,
        cost=quote.cost,
        old_cost=quote.cost,
        fixed_price=quote.fixed_price,
        activation_price=quote.activation_price,
        start_date=wish.start_date,
        callback_url=wish.callback_url,
        request_comment=wish.request_comment,
        accepted_terms_version=agreed_to,
        created_by=actor,
        created=now,
    )
    _store(order, _slug(wish.slug, actor), actor=actor, now=now)
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


def _offering(wish: Wish, components: list[OfferingComponent]) -> Offering:
    """Return the offering, locked where what is left of it will be counted."""
    counted = wish.plan is not None and wish.plan.max_amount is not None
    if counted or availability.is_scarce(components):
        return locking.offering(wish.offering.pk)
    return wish.offering


def _refuse(offering: Offering, project: Project, *, now: datetime) -> None:
    availability.refuse_unavailable(offering, project.customer)
    if project.is_removed:
        raise InvalidAttributes({"project": ["Invalid hyperlink - Object does not exist."]})
    availability.refuse_expired(project, now=now)


def _plan(wanted: Plan | None, offering: Offering, project: Project) -> Plan | None:
    """Return the plan that was asked for, or the only one there is."""
    plans = list(availability.plans_for(project.customer, offering))
    if wanted is None:
        if len(plans) > 1:
            raise PlanNeeded({"plan": ["This field is required."]})
        return plans[0] if plans else None
    if wanted not in plans:
        raise ForeignPlan({"plan": ["This plan is not available for selected offering."]})
    availability.refuse_full(wanted)
    return wanted


def _attributes(given: Mapping[str, Any] | None, offering: Offering) -> dict[str, Any]:
    """Return the attributes, if they are what the offering asks for."""
    option_rules.check(given, offering.options)
    attributes = dict(given or {})
    for name, length in (("name", NAME_LENGTH), ("description", None)):
        value = attributes.get(name, "")
        if not isinstance(value, str):
            raise InvalidAttributes({name: ["Not a valid string."]})
        if length is not None and len(value) > length:
            message = f"Ensure this field has no more than {length} characters."
            raise InvalidAttributes({name: [message]})
    return attributes


def _limits(
    given: Mapping[str, object], offering: Offering, components: list[OfferingComponent]
) -> rules.Limits:
    """Return the limits asked for, with the offering's defaults for what was not."""
    defaults = {
        component.type: rules.as_text(component.default_limit)
        for component in components
        if component.billing_type == BillingType.LIMIT and component.default_limit is not None
    }
    left = availability.left(offering, components)
    return rules.ordered({**defaults, **given}, rules.rules_of(components, left))


def _end_date(attributes: dict[str, Any], offering: Offering, *, now: datetime) -> date | None:
    """Return the end date among the attributes, or the one that the offering gives."""
    options, today = offering.plugin_options, now.date()
    given = attributes.get("end_date")
    if given in (None, ""):
        return _default_end(options, today)
    try:
        end_date = date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        message = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
        raise InvalidAttributes({"end_date": [message]}) from error
    if end_date < today:
        raise InvalidAttributes({"end_date": ["Cannot be earlier than the current date."]})
    latest = _latest_end(options, today)
    if latest is not None and end_date > latest:
        raise InvalidAttributes({"end_date": [f"Cannot be later than {latest.isoformat()}."]})
    return end_date


def _default_end(options: Mapping[str, Any], today: date) -> date | None:
    if options.get("is_resource_termination_date_required") is not True:
        return None
    days = options.get("default_resource_termination_offset_in_days")
    if not isinstance(days, int):
        raise InvalidAttributes({"end_date": ["This field is required."]})
    return today + timedelta(days=days)


def _latest_end(options: Mapping[str, Any], today: date) -> date | None:
    days = options.get("max_resource_termination_offset_in_days")
    fixed = options.get("latest_date_for_resource_termination")
    ends = [today + timedelta(days=days)] if isinstance(days, int) else []
    if isinstance(fixed, str):
        with suppress(ValueError):  # a provider's free text: what cannot be read binds nobody
            ends.append(date.fromisoformat(fixed))
    return min(ends, default=None)


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
        raise SlugTaken({"slug": ["order with this slug already exists."]})
    return slug
