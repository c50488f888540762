"""Plans: prices of an offering's components, now and from the next month on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from common import changes
from common.errors import Conflict, Invalid
from identity import events
from identity.models import Event
from identity.services import periodic_rows
from identity.services.organization_groups import COLUMN, replace
from marketplace import event_kinds as kinds
from marketplace.lifecycle import ResourceState
from marketplace.models import Offering, Plan, PlanComponent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from identity.event_catalogue import Kind
    from identity.models import User

BRINGING = "marketplace.tasks.bring_prices_into_force"
"""The task that lets prices hold whose month has come."""

FIXED_WHILE_USED = ("unit", "billing_mode")
"""What the prices mean; under the allocations that were sold at them it does not change."""


class UnknownPlanComponents(Invalid):
    """The offering has no components of these types."""

    code = "unknown_components"


class PlanInUse(Conflict):
    """There are allocations or orders under the plan."""

    code = "plan_in_use"


class AlreadyArchived(Conflict):
    """The plan is archived."""

    code = "already_archived"


@transaction.atomic
def create(offering: Offering, *, actor: User, now: datetime, **fields: Any) -> Plan:
    """Add a plan to an offering, with a price of nothing for each component."""
    Offering.objects.select_for_update().get(pk=offering.pk)
    plan = Plan.objects.create(offering=offering, created=now, **fields)
    PlanComponent.objects.bulk_create(
        PlanComponent(plan=plan, component=component) for component in offering.components.all()
    )
    _record(kinds.PLAN_CREATED, plan, actor=actor, now=now)
    return plan


@transaction.atomic
def change(plan: Plan, *, actor: User, now: datetime, **wanted: Any) -> Plan:
    """Change a plan; not what its prices mean while allocations are under it.

    :raises PlanInUse: for another unit or billing mode while there are such allocations.
    :raises RemovedMeanwhile: a group that it is to be open to was removed.
    """
    plan, groups = _locked(plan), wanted.pop(COLUMN, None)
    differs = [
        name
        for name in FIXED_WHILE_USED
        if wanted.get(name, getattr(plan, name)) != getattr(plan, name)
    ]
    if differs and in_use(plan):
        raise PlanInUse(f"Plan has resources, so its {differs[0]} cannot be changed.")
    changed = list(changes.write(plan, wanted, now=now))
    changed += () if groups is None else replace(plan, groups, now=now)
    if changed:
        _record(kinds.PLAN_UPDATED, plan, actor=actor, now=now, changed=changed)
    return plan


@transaction.atomic
def archive(plan: Plan, *, actor: User, now: datetime) -> Plan:
    """Take a plan off the list; allocations under it keep it.

    :raises AlreadyArchived: when it is archived.
    """
    plan = _locked(plan)
    if plan.archived:
        raise AlreadyArchived("Plan is already archived.")
    changes.write(plan, {"archived": True}, now=now)
    _record(kinds.PLAN_ARCHIVED, plan, actor=actor, now=now)
    return plan


@transaction.atomic
def remove(plan: Plan, *, actor: User, now: datetime) -> None:
    """Delete a plan that nobody ever ordered.

    :raises PlanInUse: when there are allocations or orders under it, ended ones included.
    """
    plan = _locked(plan)
    if plan.resources.exists() or plan.orders.exists():
        raise PlanInUse("Plan was not deleted since it has resources.")
    _record(kinds.PLAN_REMOVED, plan, actor=actor, now=now)
    plan.delete()


@transaction.atomic
def set_prices(plan: Plan, prices: Mapping[str, Decimal], *, actor: User, now: datetime) -> Plan:
    """Set prices by component type; where allocations are under the plan, from next month on.

    :raises UnknownPlanComponents: for types that the offering does not have.
    """
    plan = _locked(plan)
    later = in_use(plan)
    for component in _components(plan, prices):
        price = prices[component.component.type]
        if later:
            component.future_price = price
        else:
            component.price, component.future_price = price, None
        component.save(update_fields=["price", "future_price"])
    _touch(plan, now)
    payload = {"prices": {type_: str(price) for type_, price in prices.items()}, "later": later}
    _record(kinds.PLAN_PRICES_SET, plan, actor=actor, now=now, **payload)
    return plan


@transaction.atomic
def set_quotas(plan: Plan, quotas: Mapping[str, int], *, actor: User, now: datetime) -> Plan:
    """Set the amounts that the plan includes, by component type.

    :raises UnknownPlanComponents: for types that the offering does not have.
    """
    plan = _locked(plan)
    for component in _components(plan, quotas):
        component.amount = quotas[component.component.type]
        component.save(update_fields=["amount"])
    _touch(plan, now)
    _record(kinds.PLAN_QUOTAS_SET, plan, actor=actor, now=now, quotas=dict(quotas))
    return plan


def bring_prices_into_force(*, now: datetime) -> int:
    """Let the prices hold that were set before this month for later on; return of how many plans.

    When they were set, the record of events says. It may be called at any time again. Each plan has
    a transaction of its own.
    """
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    set_lately = Event.objects.filter(
        kind=kinds.PLAN_PRICES_SET.name, subject_uuid=OuterRef("uuid"), created__gte=month
    )
    waiting = PlanComponent.objects.filter(future_price__isnull=False)
    due = Plan.objects.filter(~Exists(set_lately), pk__in=waiting.values("plan"))

    @transaction.atomic
    def bring(plan: Plan) -> int:
        Offering.objects.select_for_update(no_key=True).get(pk=plan.offering_id)
        rows = due.select_for_update(of=("self",)).select_related("offering__customer")
        locked = rows.filter(pk=plan.pk).first()
        if locked is None:
            return 0
        waiting.filter(plan=locked).update(price=F("future_price"), future_price=None)
        _touch(locked, now)
        _record(kinds.PLAN_PRICES_IN_FORCE, locked, actor=None, now=now)
        return 1

    return sum(periodic_rows.for_each(BRINGING, due, bring, now=now))


def in_use(plan: Plan) -> bool:
    """Tell whether allocations that are not terminated are under the plan."""
    return plan.resources.exclude(state=ResourceState.TERMINATED).exists()


def _locked(plan: Plan) -> Plan:
    Offering.objects.select_for_update().get(pk=plan.offering_id)
    rows = Plan.objects.select_for_update(of=("self",)).select_related("offering__customer")
    locked: Plan = rows.get(pk=plan.pk)
    return locked


def _components(plan: Plan, by_type: Mapping[str, object]) -> list[PlanComponent]:
    """Return the plan's rows for the types, with those that an older offering lacks."""
    known = {component.type: component for component in plan.offering.components.all()}
    if strangers := sorted(set(by_type) - set(known)):
        raise UnknownPlanComponents([f"Invalid components {', '.join(strangers)}."])
    rows = {row.component_id: row for row in plan.components.all()}
    missing = [known[type_] for type_ in by_type if known[type_].pk not in rows]
    for row in PlanComponent.objects.bulk_create(
        PlanComponent(plan=plan, component=component) for component in missing
    ):
        rows[row.component_id] = row
    found = [rows[known[type_].pk] for type_ in by_type]
    for row in found:
        row.component = next(c for c in known.values() if c.pk == row.component_id)
    return found


def _touch(plan: Plan, now: datetime) -> None:
    Plan.objects.filter(pk=plan.pk).update(modified=now)
    plan.modified = now


def _record(kind: Kind, plan: Plan, *, actor: User | None, now: datetime, **payload: Any) -> None:
    changes.touch(plan.offering, now=now)
    events.record(
        kind,
        plan,
        actor=actor,
        now=now,
        payload={"offering": plan.offering.uuid.hex, **payload},
    )
