"""Whether something can be ordered now, by whom and under which plan; `capacity` says how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from common.errors import Invalid
from marketplace.lifecycle import OfferingState
from marketplace.models import Offering, Plan

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project


CLOSED = frozenset({OfferingState.ARCHIVED, OfferingState.DRAFT})
"""The states of an offering in which nobody is promised anything more."""


class NotOnOffer(Invalid):
    """The offering cannot be ordered, or not by this organisation."""

    code = "not_on_offer"


class ProjectExpired(Invalid):
    """The project has ended."""

    code = "project_expired"


class Blocked(Invalid):
    """The organisation may not order."""

    code = "organisation_blocked"


class ForeignPlan(Invalid):
    """The plan is not one of the offering's that the project's organisation can have."""

    code = "foreign_plan"


class PlanFull(Invalid):
    """As many allocations as the plan allows are under it."""

    code = "plan_full"


class TooManyResources(Invalid):
    """The project has as many allocations of the offering as it may."""

    code = "too_many_resources"


def refuse_unavailable(offering: Offering, customer: Customer, *, placed: bool = False) -> None:
    """See that an offering is open, and open to an organisation.

    What was `placed` while it was open may be agreed to while it is paused.

    :raises NotOnOffer: when it is not.
    """
    states = {OfferingState.ACTIVE, OfferingState.PAUSED} if placed else {OfferingState.ACTIVE}
    if offering.state not in states or not is_open_to(offering, customer):
        raise NotOnOffer({"offering": ["Offering is not available."]})


def is_open_to(offering: Offering, customer: Customer) -> bool:
    """Tell whether an offering is meant for an organisation, whatever its state."""
    groups = offering.organization_groups.all()
    return offering.customer_id == customer.pk or bool(
        offering.shared and (not groups or groups.filter(customers=customer).exists())
    )


def refuse_closed(offering: Offering) -> None:
    """See that those who have an allocation of an offering can have more of it.

    :raises NotOnOffer: it is archived, or a draft.
    """
    if offering.state in CLOSED:
        raise NotOnOffer({"offering": ["Offering is not available."]})


def refuse_expired(project: Project, *, now: datetime) -> None:
    """See that a project and its organisation may order.

    :raises ProjectExpired: the project's end date is reached.
    :raises Blocked: the organisation is blocked or archived.
    """
    if project.end_date is not None and project.end_date <= now.date():
        name = f"{project.name} | {project.customer.name}"
        raise ProjectExpired([f"Project '{name}' is expired."])
    if project.customer.blocked or project.customer.archived:
        raise Blocked(["Blocked organization is not available."])


def plans_for(customer: Customer, offering: Offering) -> QuerySet[Plan]:
    """Return the plans under which an organisation can have an offering."""
    for_all = Q(organization_groups__isnull=True)
    for_it = Q(organization_groups__in=customer.organization_groups.all())
    return Plan.objects.filter(for_all | for_it, offering=offering, archived=False).distinct()


def refuse_foreign(plan: Plan, customer: Customer, offering: Offering) -> None:
    """See that an organisation can have an offering under a plan.

    :raises ForeignPlan: when it cannot.
    """
    if not plans_for(customer, offering).filter(pk=plan.pk).exists():
        raise ForeignPlan({"plan": ["This plan is not available for selected offering."]})


def is_plan_for(plan: Plan, customer: Customer) -> bool:
    """Tell whether a plan is meant for an organisation, also one that is archived by now."""
    groups = plan.organization_groups.all()
    return not groups or groups.filter(customers=customer).exists()
