"""Components of offerings: what of them is counted, limited and priced."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from common import changes
from common.errors import Conflict, Invalid
from identity import events
from marketplace import event_kinds as kinds
from marketplace.lifecycle import ResourceState
from marketplace.models import Offering, OfferingComponent, PlanComponent

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from identity.event_catalogue import Kind
    from identity.models import User

BOUNDS = (
    ("min_value", "max_value"),
    ("min_prepaid_duration", "max_prepaid_duration"),
    ("min_renewal_duration", "max_renewal_duration"),
)


class RepeatedComponent(Invalid):
    """The offering has a component of that type already."""

    code = "repeated_component"


class UnknownComponent(Invalid):
    """The offering has no such component."""

    code = "unknown_component"


class ContradictoryBounds(Invalid):
    """A least value is above the most."""

    code = "contradictory_bounds"


class ComponentInUse(Conflict):
    """There are allocations that hold, or used, some of it."""

    code = "component_in_use"


@transaction.atomic
def add(
    offering: Offering,
    *,
    actor: User,
    now: datetime,
    overage_component: UUID | None = None,
    **fields: Any,
) -> OfferingComponent:
    """Add a component to an offering; every plan of it gets a price of nothing for it.

    :raises RepeatedComponent: when there is one of the type.
    :raises ContradictoryBounds: when a least value is above the most.
    :raises UnknownComponent: when the component for what goes beyond is not of the offering.
    """
    Offering.objects.select_for_update().get(pk=offering.pk)
    _refuse_repeated(offering, fields["type"])
    _refuse_contradictions(fields)
    component = OfferingComponent.objects.create(
        offering=offering,
        overage_component=_beyond(offering, overage_component),
        **fields,
    )
    PlanComponent.objects.bulk_create(
        PlanComponent(plan=plan, component=component) for plan in offering.plans.all()
    )
    _record(kinds.COMPONENT_ADDED, component, actor=actor, now=now)
    return component


def add_all(
    offering: Offering, drafts: Sequence[Mapping[str, Any]], *, actor: User, now: datetime
) -> None:
    """Add the components of a new offering.

    :raises RepeatedComponent: with the place of the second one.
    :raises ContradictoryBounds: with the place of the component.
    """
    counted: Counter[str] = Counter()
    for position, draft in enumerate(drafts):
        counted[draft["type"]] += 1
        try:
            if counted[draft["type"]] > 1:
                raise _repeated()
            add(offering, actor=actor, now=now, **draft)
        except Invalid as error:
            places: list[object] = [{}] * len(drafts)
            places[position] = error.detail
            raise type(error)({"components": places}) from error


@transaction.atomic
def change(
    component: OfferingComponent, *, actor: User, now: datetime, **wanted: Any
) -> OfferingComponent:
    """Change a component; its type and how it is billed only while nobody holds any of it.

    :raises RepeatedComponent: when another one has the new type.
    :raises ContradictoryBounds: when a least value is above the most.
    :raises UnknownComponent: when the component for what goes beyond is not of the offering.
    :raises ComponentInUse: for a new type or billing while allocations hold some of it.
    """
    offering = Offering.objects.select_for_update().get(pk=component.offering_id)
    component = OfferingComponent.objects.get(pk=component.pk)
    if "overage_component" in wanted:
        wanted["overage_component"] = _beyond(offering, wanted["overage_component"])
    if wanted.get("type", component.type) != component.type:
        _refuse_repeated(offering, wanted["type"])
    _refuse_contradictions(
        {field.name: getattr(component, field.name) for field in component._meta.fields} | wanted
    )
    if any(
        wanted.get(name, getattr(component, name)) != getattr(component, name)
        for name in ("type", "billing_type")
    ):
        _refuse_held(component)
    if changed := changes.write(component, wanted, now=now):
        _record(kinds.COMPONENT_UPDATED, component, actor=actor, now=now, changed=changed)
    return component


@transaction.atomic
def remove(component: OfferingComponent, *, actor: User, now: datetime) -> None:
    """Take a component out of its offering and its prices out of the plans.

    :raises ComponentInUse: while allocations hold some of it, once some of it was used, or while a
        policy limits it.
    """
    Offering.objects.select_for_update().get(pk=component.offering_id)
    _refuse_held(component)
    _record(kinds.COMPONENT_REMOVED, component, actor=actor, now=now)
    try:
        component.delete()
    except ProtectedError as error:
        raise ComponentInUse("Offering component has usages.") from error
    except RestrictedError as error:
        raise ComponentInUse("A usage policy limits the offering component.") from error


def of(offering: Offering, uuid: UUID) -> OfferingComponent:
    """Return the offering's component of that UUID.

    :raises UnknownComponent: in Waldur's words, when it has none.
    """
    found = offering.components.filter(uuid=uuid).first()
    if found is None:
        raise UnknownComponent({"details": "No offering component with provided UUID was found."})
    return found


def _refuse_repeated(offering: Offering, type_: str) -> None:
    if offering.components.filter(type=type_).exists():
        raise _repeated()


def _repeated() -> RepeatedComponent:
    return RepeatedComponent({"type": ["Component with this type already exists."]})


def _refuse_contradictions(fields: Mapping[str, Any]) -> None:
    for least, most in BOUNDS:
        low, high = fields.get(least), fields.get(most)
        if low is not None and high is not None and low > high:
            raise ContradictoryBounds({least: [f"Must not be greater than {most}."]})


def _beyond(offering: Offering, uuid: UUID | None) -> OfferingComponent | None:
    if uuid is None:
        return None
    found = offering.components.filter(uuid=uuid).first()
    if found is None:
        raise UnknownComponent({"overage_component": ["Object does not exist."]})
    return found


def _refuse_held(component: OfferingComponent) -> None:
    resources = component.offering.resources.exclude(state=ResourceState.TERMINATED)
    if resources.filter(limits__has_key=component.type).exists():
        raise ComponentInUse("Offering component is used by resources.")


def _record(
    kind: Kind,
    component: OfferingComponent,
    *,
    actor: User,
    now: datetime,
    changed: Collection[str] = (),
) -> None:
    changes.touch(component.offering, now=now)
    events.record(
        kind,
        component,
        actor=actor,
        now=now,
        payload={
            "offering": component.offering.uuid.hex,
            "type": component.type,
            "changed": list(changed),
        },
    )
