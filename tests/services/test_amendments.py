"""Changing an order that waits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from common.machine import IllegalTransition
from identity.models import Event
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.limits import InvalidLimits
from marketplace.models import Resource
from marketplace.options import InvalidOptions
from marketplace.services import amendments
from marketplace.services.attributes import InvalidAttributes
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Project, User
    from marketplace.models import Offering, Order

pytestmark = pytest.mark.django_db

LIMITS = {"cpu_k_hours": 20, "gb_k_hours": 5}


@pytest.fixture
def order(project: Project, offering: Offering) -> Any:
    resource = ResourceFactory(project=project, offering=offering, state=ResourceState.CREATING)
    return OrderFactory(resource=resource, state=OrderState.PENDING_CONSUMER)


def test_a_waiting_order_asks_for_something_else_and_so_does_its_allocation(
    order: Order, bob: User, now: datetime
) -> None:
    day = now.date() + timedelta(days=3)
    attributes = {"name": "renamed", "purpose": "x", "end_date": day.isoformat()}
    wanted: dict[str, Any] = {"limits": LIMITS, "attributes": attributes, "start_date": day}
    amendments.amend(order, actor=bob, now=now, **wanted)
    amendments.amend(order, actor=bob, now=now, **wanted)
    order.refresh_from_db()
    assert (order.limits, order.attributes, order.start_date) == (LIMITS, attributes, day)
    assert (order.cost, order.modified) == (Decimal(205), now)
    resource = Resource.objects.get()
    assert (resource.limits, resource.name, resource.cost) == (LIMITS, "renamed", Decimal(205))
    assert (resource.end_date, resource.end_date_requested_by) == (day, bob)
    event = Event.objects.get()
    assert event.kind == "order.amended"
    assert event.payload["changed"] == ["attributes", "cost", "limits", "start_date"]
    amendments.amend(order, actor=bob, now=now, start_date=None)
    order.refresh_from_db()
    assert order.start_date is None


def test_after_the_consumers_agreement_only_who_may_agree_may_change(
    order: Order, bob: User, alice: User, now: datetime
) -> None:
    order.state = OrderState.PENDING_PROVIDER
    order.save()
    with pytest.raises(amendments.ConsumerAgreed):
        amendments.amend(order, actor=bob, now=now, limits=LIMITS)
    amendments.amend(order, actor=alice, now=now, limits=LIMITS)
    order.refresh_from_db()
    assert order.limits == LIMITS


@pytest.mark.parametrize("state", sorted(set(OrderState) - set(amendments.AMENDABLE)))
def test_what_the_provider_agreed_to_or_is_over_is_not_changed(
    order: Order, dave: User, now: datetime, state: Any
) -> None:
    order.state = state
    order.save()
    with pytest.raises(IllegalTransition) as refusal:
        amendments.amend(order, actor=dave, now=now, limits=LIMITS)
    assert refusal.value.detail == (
        "Valid states for operation: pending-consumer, pending-project, pending-provider."
    )


def test_a_change_of_limits_keeps_the_full_set(order: Order, bob: User, now: datetime) -> None:
    order.type, order.attributes = OrderType.UPDATE, {"old_limits": {"cpu_k_hours": 10}}
    order.save()
    amendments.amend(
        order, actor=bob, now=now, limits={"cpu_k_hours": 7}, attributes={"why": "more"}
    )
    order.refresh_from_db()
    assert order.limits == {"cpu_k_hours": 7, "gb_k_hours": 5}
    assert order.attributes == {"why": "more", "old_limits": {"cpu_k_hours": 10}}
    assert Resource.objects.get().limits == {"cpu_k_hours": 10, "gb_k_hours": 5}
    with pytest.raises(InvalidLimits):
        amendments.amend(order, actor=bob, now=now, limits={"cpu_k_hours": 10})


def test_what_cannot_be_is_refused(
    order: Order, offering: Offering, bob: User, now: datetime
) -> None:
    with pytest.raises(InvalidLimits):
        amendments.amend(order, actor=bob, now=now, limits={"cpu_k_hours": -1})
    with pytest.raises(amendments.StartMovedToPast):
        amendments.amend(order, actor=bob, now=now, start_date=now.date() - timedelta(days=1))
    offering.options = {"options": {"purpose": {"type": "string"}}, "order": ["purpose"]}
    offering.save()
    with pytest.raises(InvalidOptions):
        amendments.amend(order, actor=bob, now=now, attributes={"purpose": []})
    offering.options = {}
    offering.save()
    for bad in ({"name": 5}, {"name": "x" * 256}, {"name": "a\0b"}, {"end_date": "2020-01-01"}):
        with pytest.raises(InvalidAttributes):
            amendments.amend(order, actor=bob, now=now, attributes=bad)
    order.type = OrderType.TERMINATE
    order.save()
    with pytest.raises(amendments.NotInThisOrder):
        amendments.amend(order, actor=bob, now=now, limits=LIMITS)
    assert not Event.objects.exists()
