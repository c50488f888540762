"""What sites report: the usage of a resource's components in a month.

A report is a fact: it is stored also when it is above a limit, and the latest one counts. A partial
report leaves the other components as they are. What is told of a resource is what the month came
to; what is told of a plan period is the part of the month that fell into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Min, Q

from accounting import event_kinds as kinds
from accounting.amounts import check_amounts, check_once
from accounting.ledger import (
    AHEAD,
    EARLIEST,
    WESTERNMOST,
    first_month_of,
    following,
    has_begun,
    is_over,
    month_of,
)
from accounting.models import ComponentUsage
from accounting.models.usage import MissingUsagePolicy
from accounting.services import month_rows
from accounting.services.totals import refresh
from common.errors import Invalid
from common.times import in_utc
from identity import events
from marketplace.components import REPORTED, BillingType
from marketplace.lifecycle import REPORTABLE
from marketplace.services import locking, plan_periods

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from identity.models import User
    from marketplace.models import OfferingComponent, Resource, ResourcePlanPeriod


class WrongState(Invalid):
    """The resource is not in use, so that nothing can have been used."""

    code = "resource_not_in_use"


class UnknownUsageComponents(Invalid):
    """The offering has no such components, or none that usage is reported for."""

    code = "unknown_components"


class MonthClosed(Invalid):
    """The month's usage-based components were charged for already."""

    code = "month_closed"


class MonthAhead(Invalid):
    """The month has not begun."""

    code = "month_ahead"


class BeforeAllocation(Invalid):
    """The month was over before the allocation began."""

    code = "before_allocation"


class PlanPeriodClosed(Invalid):
    """The plan period ended before the month that is reported for."""

    code = "plan_period_closed"


class PlanPeriodAhead(Invalid):
    """The plan period began after the month that is reported for."""

    code = "plan_period_ahead"


@dataclass(frozen=True)
class Reported:
    """How much of one component was used in the month."""

    type: str
    amount: Decimal
    description: str = ""
    recurring: bool = False
    missing_usage_policy: MissingUsagePolicy = MissingUsagePolicy.NONE


@transaction.atomic
def set_usage(
    resource: Resource,
    reported: Sequence[Reported],
    *,
    at: datetime | None = None,
    plan_period: ResourcePlanPeriod | None = None,
    actor: User,
    now: datetime,
) -> None:
    """Replace what is known of some components' usage in the month of `at`, by default this one.

    Also of what is erred something may be used, and of what has ended the last period is reported
    until its month is closed.

    :raises WrongState: the resource was not in use in that month.
    :raises UnknownUsageComponents: a component is unknown or not reported for.
    :raises Repeated: a component is named twice.
    :raises AmountUnusable: an amount is negative, not finite, too long or too precise.
    :raises MonthAhead: the month has not begun, or the moment is more than a day ahead.
    :raises BeforeAllocation: the month is before the allocation's first; for staff, before 2000.
    :raises MonthClosed: a usage-based component of a past month, or a past month of what has ended,
        and the actor is not staff.
    :raises PlanPeriodClosed: the named plan period ended before the month.
    :raises PlanPeriodAhead: the named plan period began after the month.
    """
    held = locking.resource(resource)
    check_amounts(entry.amount for entry in reported)
    components = _components(held, reported)
    moment = at or now
    month = month_of(moment)
    _check_month(month, components.values(), actor=actor, now=now)
    if held.state not in REPORTABLE:
        _check_ended(held, month, actor=actor, now=now)
    _check_moment(held, moment, actor=actor, now=now)
    period = _plan_period(held, plan_period, month)
    so_far = month_rows.load(held, month)
    totals = {e.type: _total(e, components[e.type], plan_period, so_far) for e in reported}
    rows = [
        ComponentUsage(
            resource=held,
            component=components[entry.type],
            billing_period=month,
            date=in_utc(moment),
            usage=totals[entry.type],
            description=entry.description,
            recurring=entry.recurring,
            missing_usage_policy=entry.missing_usage_policy,
            modified_by=actor,
            created=now,
        )
        for entry in reported
    ]
    month_rows.store(rows, period, so_far)
    refresh(held, now=now)
    changed = {
        row.component.type: str(row.usage)
        for row in rows
        if row.component_id not in so_far or so_far[row.component_id].usage != row.usage
    }
    if changed:
        _record(held, month, changed, actor=actor, now=now)


def _total(
    entry: Reported,
    component: OfferingComponent,
    named: ResourcePlanPeriod | None,
    so_far: Mapping[int, month_rows.MonthUsage],
) -> Decimal:
    """Return what the month comes to, of which a report on a plan period tells a part only.

    :raises AmountUnusable: that is too much to be kept.
    """
    if named is None or component.pk not in so_far:
        return entry.amount
    total = so_far[component.pk].total_with(entry.amount, named.pk)
    check_amounts([total])
    return total


def _components(held: Resource, reported: Sequence[Reported]) -> dict[str, OfferingComponent]:
    """Return the components of a report by their type."""
    wanted = [entry.type for entry in reported]
    check_once(wanted, "components")
    found = held.offering.components.filter(type__in=wanted, billing_type__in=REPORTED)
    components = {component.type: component for component in found}
    if unknown := sorted(set(wanted) - set(components)):
        raise UnknownUsageComponents(
            {"non_field_errors": [f"These components are invalid: {', '.join(unknown)}."]}
        )
    return components


def _check_moment(held: Resource, moment: datetime, *, actor: User, now: datetime) -> None:
    """Refuse a moment that no report can be of.

    Site agents look for the words `backfilling past billing periods` and skip the month.
    """
    if moment > now + AHEAD:
        raise MonthAhead({"date": ["Usage cannot be reported more than a day ahead."]})
    first = EARLIEST if actor.is_staff else _first_month(held)
    if month_of(moment) < first:
        message = f"backfilling past billing periods is possible from {first:%Y-%m} on."
        raise BeforeAllocation({"date": [f"The resource has no earlier usage: {message}"]})


def _first_month(held: Resource) -> date:
    """Return the month in which an allocation began: with its row, or a time under a plan."""
    begun = held.plan_periods.aggregate(first=Min("start"))["first"]
    return first_month_of(min(begun or held.created, held.created))


def _check_month(
    month: date, components: Iterable[OfferingComponent], *, actor: User, now: datetime
) -> None:
    """Refuse a month that has not begun, and for all but staff one that was charged for.

    A limit-based component is charged by its limit, so its late reports change no invoice. Site
    agents look for the words `backfilling past billing periods` and skip the month.
    """
    if not has_begun(month, now):
        raise MonthAhead({"date": ["Usage cannot be reported ahead of its month."]})
    is_charged = any(component.billing_type == BillingType.USAGE for component in components)
    if is_over(month, now) and is_charged and not actor.is_staff:
        message = "Usage-based components are closed to providers backfilling past billing periods."
        raise MonthClosed({"date": [message]})


def _check_ended(held: Resource, month: date, *, actor: User, now: datetime) -> None:
    """Refuse for what is not in use a month after its end, and for all but staff a closed one.

    One that waits to be restored has ended once, too.
    """
    ended = plan_periods.ended_at(held)
    if ended is None or not has_begun(month, ended):
        raise WrongState({"resource": ["Resource is not in valid state."]})
    if is_over(month, now) and not actor.is_staff:
        message = "Terminated resources are closed to providers backfilling past billing periods."
        raise MonthClosed({"date": [message]})


def _plan_period(
    held: Resource, named: ResourcePlanPeriod | None, month: date
) -> ResourcePlanPeriod | None:
    if named is None:
        return plan_period_of(held, month)
    if named.end is not None and month_of(named.end) < month:
        raise PlanPeriodClosed({"plan_period": ["The plan period ended before this month."]})
    if named.start is not None and month < month_of(named.start - WESTERNMOST):
        raise PlanPeriodAhead({"plan_period": ["The plan period began after this month."]})
    return named


def plan_period_of(held: Resource, month: date) -> ResourcePlanPeriod | None:
    """Return the time under a plan that a month's usage belongs to: the latest that touches it."""
    touching = held.plan_periods.filter(
        Q(end__isnull=True) | Q(end__date__gte=month),
        Q(start__isnull=True) | Q(start__date__lt=following(month)),
    )
    return touching.order_by(F("start").desc(nulls_last=True), "-pk").first()


def _record(
    held: Resource, month: date, changed: Mapping[str, str], *, actor: User, now: datetime
) -> None:
    events.record(
        kinds.USAGE_RECORDED,
        held,
        actor=actor,
        now=now,
        payload={"billing_period": month.isoformat(), "usages": dict(changed)},
    )
