"""Components of offerings: added, changed and removed without leaving anything contradictory."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from identity.models import Event
from marketplace.models import OfferingComponent, PlanComponent
from marketplace.services import components
from tests.factories.marketplace import (
    HpcOfferingFactory,
    OfferingComponentFactory,
    ResourceFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

STORAGE: dict[str, Any] = {"type": "storage", "name": "Storage", "billing_type": "usage"}


@pytest.fixture
def offering() -> Offering:
    return HpcOfferingFactory()


def test_a_new_component_gets_a_price_of_nothing_in_every_plan(
    offering: Offering, carol: User, now: datetime
) -> None:
    component = components.add(offering, actor=carol, now=now, **STORAGE)

    assert PlanComponent.objects.get(component=component).price == 0
    event = Event.objects.get()
    assert (event.kind, event.payload, event.provider) == (
        "component.added",
        {"offering": offering.uuid.hex, "type": "storage", "changed": []},
        offering.customer,
    )


def test_a_component_of_a_type_that_is_there_is_refused(
    offering: Offering, carol: User, now: datetime
) -> None:
    with pytest.raises(components.RepeatedComponent) as refused:
        components.add(offering, actor=carol, now=now, **STORAGE | {"type": "cpu_k_hours"})
    assert refused.value.detail == {"type": ["Component with this type already exists."]}
    assert not Event.objects.exists()


@pytest.mark.parametrize("least", ["min_value", "min_prepaid_duration", "min_renewal_duration"])
def test_a_least_value_above_the_most_is_refused(
    least: str, offering: Offering, carol: User, now: datetime
) -> None:
    most = least.replace("min", "max")
    with pytest.raises(components.ContradictoryBounds) as refused:
        components.add(offering, actor=carol, now=now, **STORAGE | {least: 2, most: 1})
    assert refused.value.detail == {least: [f"Must not be greater than {most}."]}


def test_a_change_is_held_to_the_bounds_that_stay(
    offering: Offering, carol: User, now: datetime
) -> None:
    component = offering.components.get(type="cpu_k_hours")
    with pytest.raises(components.ContradictoryBounds):
        components.change(component, actor=carol, now=now, max_value=Decimal(0))
    components.change(component, actor=carol, now=now, min_value=None, max_value=Decimal(0))
    component.refresh_from_db()
    assert component.min_value is None
    assert component.max_value == 0


def test_what_goes_beyond_counts_as_a_component_of_the_same_offering(
    offering: Offering, carol: User, now: datetime
) -> None:
    cpu = offering.components.get(type="cpu_k_hours")
    beyond = components.add(offering, actor=carol, now=now, overage_component=cpu.uuid, **STORAGE)
    assert beyond.overage_component == cpu
    components.change(beyond, actor=carol, now=now, overage_component=None)
    assert OfferingComponent.objects.get(pk=beyond.pk).overage_component is None
    for uuid in (OfferingComponentFactory().uuid, uuid4()):
        with pytest.raises(components.UnknownComponent) as refused:
            components.change(beyond, actor=carol, now=now, overage_component=uuid)
        assert refused.value.detail == {"overage_component": ["Object does not exist."]}


def test_a_change_is_recorded_with_what_changed(
    offering: Offering, carol: User, now: datetime
) -> None:
    component = offering.components.get(type="gpu_k_hours")
    components.change(component, actor=carol, now=now, name="GPU hours", measured_unit="kh")
    event = Event.objects.get()
    assert (event.kind, event.payload["changed"]) == ("component.updated", ["name"])


def test_a_component_is_not_renamed_to_a_type_that_is_there(
    offering: Offering, carol: User, now: datetime
) -> None:
    component = offering.components.get(type="gpu_k_hours")
    with pytest.raises(components.RepeatedComponent):
        components.change(component, actor=carol, now=now, type="cpu_k_hours")


def test_type_and_billing_stay_while_allocations_hold_some(
    offering: Offering, carol: User, now: datetime
) -> None:
    ResourceFactory(offering=offering)
    component = offering.components.get(type="cpu_k_hours")
    for wanted in ({"type": "cpu"}, {"billing_type": "usage"}):
        with pytest.raises(components.ComponentInUse):
            components.change(component, actor=carol, now=now, **wanted)
    components.change(component, actor=carol, now=now, type="cpu_k_hours", max_value=Decimal(9))
    component.refresh_from_db()
    assert component.max_value == 9


def test_type_and_billing_change_when_the_last_allocation_is_terminated(
    offering: Offering, carol: User, now: datetime
) -> None:
    ResourceFactory(offering=offering, state="Terminated")
    component = offering.components.get(type="cpu_k_hours")
    components.change(component, actor=carol, now=now, type="cpu", billing_type="usage")
    component.refresh_from_db()
    assert (component.type, component.billing_type) == ("cpu", "usage")


def test_a_component_is_removed_with_its_prices(
    offering: Offering, carol: User, now: datetime
) -> None:
    component = offering.components.get(type="node_fee")
    components.remove(component, actor=carol, now=now)
    assert not PlanComponent.objects.filter(component__type="node_fee").exists()
    assert Event.objects.get().kind == "component.removed"


def test_a_component_that_allocations_hold_is_not_removed(
    offering: Offering, carol: User, now: datetime
) -> None:
    ResourceFactory(offering=offering)
    with pytest.raises(components.ComponentInUse) as refused:
        components.remove(offering.components.get(type="cpu_k_hours"), actor=carol, now=now)
    assert refused.value.detail == "Offering component is used by resources."


def test_a_component_that_was_used_is_not_removed(
    offering: Offering, carol: User, now: datetime
) -> None:
    resource = ResourceFactory(offering=offering, state="Terminated")
    component = offering.components.get(type="gpu_k_hours")
    component.usages.create(
        resource=resource, billing_period=now.date().replace(day=1), date=now, usage=1
    )
    with pytest.raises(components.ComponentInUse) as refused:
        components.remove(component, actor=carol, now=now)
    assert refused.value.detail == "Offering component has usages."
    assert not Event.objects.exists()


def test_a_component_is_found_in_its_own_offering_only(offering: Offering) -> None:
    component = offering.components.get(type="node_fee")
    assert components.of(offering, component.uuid) == component
    with pytest.raises(components.UnknownComponent) as refused:
        components.of(offering, OfferingComponentFactory().uuid)
    assert refused.value.detail == {
        "details": "No offering component with provided UUID was found."
    }
