"""Whether something can be ordered now: by whom, under which plan, and how much of it is left."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import DecimalField, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from config.common.errors import Invalid
from marketplace.lifecycle import OfferingState, ResourceState
from marketplace.models import Offering, OfferingComponent, Plan, Resource

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from identity.models import Customer, Project


class NotOnOffer(Invalid):
    """The offering cannot be ordered, or not by this organisation."""

    code = "not_on_offer"


class ProjectExpired(Invalid):
    """The project has ended."""

    code = "project_expired"


class Blocked(Invalid):
    """The organisation may not order."""

    code = "organisation_blocked"


class PlanFull(Invalid):
    """As many allocations as the plan allows are under it."""

    code = "plan_full"


class TooMany(Invalid):
    """The project has as many allocations of the offering as it may."""

    code = "too_many_resources"


def refuse_unavailable(offering: Offering, customer: Customer) -> None:
    """See that an offering is open, and open to an organisation.

    :raises NotOnOffer: when it is not.
    """
    groups = offering.organization_groups.all()
    open_to_it = offering.customer_id == customer.pk or (
        offering.shared and (not groups or groups.filter(customers=customer).exists())
    )
    if offering.state != OfferingState.ACTIVE or not open_to_it:
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


def refuse_full(plan: Plan) -> None:
    """See that one more allocation may be under a plan; the caller holds the offering's lock.

    :raises PlanFull: when that would be too many.
    """
    if plan.max_amount is None:
        return
    if _live(plan.offering).filter(plan=plan).count() >= plan.max_amount:
        raise PlanFull({"plan": ["Plan is not available because limit has been reached."]})


def refuse_too_many(offering: Offering, project: Project, attributes: dict[str, Any]) -> None:
    """See that a project may have one more allocation; the caller holds the project's lock.

    :raises TooMany: the offering allows no more, or none with the same value of an attribute.
    """
    held = _live(offering).filter(project=project)
    most = offering.plugin_options.get("maximal_resource_count_per_project")
    if isinstance(most, int) and held.count() >= most:
        raise TooMany(["Maximal resource count per project has been reached for this offering."])
    name = offering.plugin_options.get("unique_resource_per_attribute")
    same = {name: attributes[name]} if name in attributes else None
    if same is not None and held.filter(attributes__contains=same).exists():
        raise TooMany([f"The project has a resource with this {name} already."])


def is_scarce(components: Iterable[OfferingComponent]) -> bool:
    """Tell whether there is only so much of a component for all allocations together."""
    return any(component.max_available_limit is not None for component in components)


def left(
    offering: Offering,
    components: Iterable[OfferingComponent],
    *,
    apart_from: Resource | None = None,
) -> dict[str, Decimal]:
    """Return how much of the scarce components is left; the caller holds the offering's lock."""
    rows = _live(offering)
    if apart_from is not None:
        rows = rows.exclude(pk=apart_from.pk)
    number = DecimalField(max_digits=30, decimal_places=10)
    return {
        component.type: component.max_available_limit
        - (
            rows.filter(limits__has_key=component.type).aggregate(
                total=Sum(Cast(KeyTextTransform(component.type, "limits"), number))
            )["total"]
            or Decimal(0)
        )
        for component in components
        if component.max_available_limit is not None
    }


def _live(offering: Offering) -> QuerySet[Resource]:
    return Resource.objects.filter(offering=offering).exclude(state=ResourceState.TERMINATED)
