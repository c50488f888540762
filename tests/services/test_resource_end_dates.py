"""When allocations end, who says so, and what the clock does then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from identity.models import Event
from identity.services.robot import robot
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.models import Order, Resource
from marketplace.services import end_dates, orders
from marketplace.tasks import start_due_orders, terminate_ended
from tests.factories.accounting import ComponentUsageFactory
from tests.factories.marketplace import OrderFactory, ResourceFactory

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

IN_PAST = {"end_date": {"end_date": "Cannot be earlier than the current date."}}


@pytest.fixture
def resource(project: Project, offering: Offering) -> Any:
    return ResourceFactory(project=project, offering=offering)


def fresh(resource: Any) -> Any:
    return Resource.objects.get(pk=resource.pk)


def test_a_manager_of_the_project_sets_and_clears_the_day(
    resource: Resource, pi: User, now: datetime
) -> None:
    end = now.date() + timedelta(days=5)
    for _ in range(2):
        end_dates.set_by_consumer(resource, end, actor=pi, now=now)
    held = fresh(resource)
    assert (held.end_date, held.end_date_requested_by, held.end_date_updated_at) == (end, pi, now)
    event = Event.objects.get()
    assert event.kind == "resource.end_date_set"
    assert event.payload == {
        "end_date": end.isoformat(),
        "old_end_date": None,
        "offering_uuid": resource.offering.uuid.hex,
    }
    end_dates.set_by_consumer(resource, None, actor=pi, now=now)
    assert fresh(resource).end_date is None


def test_a_member_does_not_end_allocations(resource: Resource, bob: User, now: datetime) -> None:
    with pytest.raises(end_dates.EndForbidden):
        end_dates.set_by_consumer(resource, now.date(), actor=bob, now=now)
    end_dates.set_by_consumer(resource, None, actor=bob, now=now)


@pytest.mark.parametrize("by", [end_dates.set_by_consumer, end_dates.set_by_site])
def test_an_allocation_does_not_end_in_the_past(
    resource: Resource, dave: User, now: datetime, by: Any
) -> None:
    with pytest.raises(end_dates.EndInPast) as refusal:
        by(resource, now.date() - timedelta(days=1), actor=dave, now=now)
    assert refusal.value.detail == IN_PAST
    by(resource, now.date(), actor=dave, now=now)
    assert fresh(resource).end_date == now.date()


def test_a_provider_gives_a_weeks_notice(resource: Resource, carol: User, now: datetime) -> None:
    with pytest.raises(end_dates.TooSoon) as refusal:
        end_dates.set_by_provider(resource, now.date() + timedelta(days=6), actor=carol, now=now)
    assert refusal.value.detail == {"end_date": ["Please set at least 7 days in advance."]}
    end = now.date() + timedelta(days=7)
    end_dates.set_by_provider(resource, end, actor=carol, now=now)
    assert fresh(resource).end_date == end


def test_a_provider_does_not_end_what_is_used(
    resource: Resource, offering: Offering, carol: User, dave: User, now: datetime
) -> None:
    usage = ComponentUsageFactory(
        resource=resource,
        component=offering.components.first(),
        billing_period=now.date().replace(day=1),
    )
    end = now.date() + timedelta(days=30)
    with pytest.raises(end_dates.UsedLately) as refusal:
        end_dates.set_by_provider(resource, end, actor=carol, now=now)
    assert refusal.value.detail == {
        "end_date": [
            "Service provider can not set end date of the resource "  # noqa: ISC004
            "which has been used for the last 90 days."
        ]
    }
    usage.billing_period = (now.date() - timedelta(days=200)).replace(day=1)
    usage.save()
    end_dates.set_by_provider(resource, end, actor=carol, now=now)
    assert fresh(resource).end_date == end


def test_a_provider_may_repeat_put_off_and_lift_a_day_of_its_own_making(
    resource: Resource, offering: Offering, carol: User, now: datetime
) -> None:
    end = now.date() + timedelta(days=30)
    end_dates.set_by_provider(resource, end, actor=carol, now=now)
    ComponentUsageFactory(
        resource=resource,
        component=offering.components.first(),
        billing_period=now.date().replace(day=1),
    )
    later = now + timedelta(days=28)  # with two days to go
    for day in (end, end + timedelta(days=3), None):
        end_dates.set_by_provider(resource, day, actor=carol, now=later)
        assert fresh(resource).end_date == day
    with pytest.raises(end_dates.UsedLately):
        end_dates.set_by_provider(resource, end + timedelta(days=60), actor=carol, now=later)


def test_a_provider_brings_no_day_nearer_and_lifts_none_of_others(
    resource: Resource, offering: Offering, carol: User, pi: User, now: datetime
) -> None:
    end = now.date() + timedelta(days=30)
    ComponentUsageFactory(
        resource=resource,
        component=offering.components.first(),
        billing_period=now.date().replace(day=1),
    )
    end_dates.set_by_site(resource, end, actor=carol, now=now)
    with pytest.raises(end_dates.UsedLately):
        end_dates.set_by_provider(resource, end - timedelta(days=1), actor=carol, now=now)
    end_dates.set_by_consumer(resource, end + timedelta(days=1), actor=pi, now=now)
    for day in (None, end + timedelta(days=9)):
        with pytest.raises(end_dates.UsedLately):
            end_dates.set_by_provider(resource, day, actor=carol, now=now)
    assert fresh(resource).end_date == end + timedelta(days=1)


def test_a_day_is_not_put_off_to_one_that_is_over(
    resource: Resource, carol: User, now: datetime
) -> None:
    end = now.date() + timedelta(days=10)
    end_dates.set_by_provider(resource, end, actor=carol, now=now)
    with pytest.raises(end_dates.EndInPast):
        end_dates.set_by_provider(
            resource, end + timedelta(days=1), actor=carol, now=now + timedelta(days=20)
        )


# --- the clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [ResourceState.OK, ResourceState.ERRED])
def test_the_end_of_an_allocation_is_ordered_on_its_day(
    resource: Resource, now: datetime, state: Any
) -> None:
    Resource.objects.update(end_date=now.date(), state=state)
    terminate_ended()
    order = Order.objects.get()
    assert (order.type, order.state) == (OrderType.TERMINATE, OrderState.PENDING_PROVIDER)
    assert (order.created_by, order.created_by.full_name) == (robot(), "System Robot")
    assert order.termination_comment == "The end date was reached."
    assert fresh(resource).state == state
    terminate_ended()
    assert Order.objects.count() == 1


def test_a_provider_who_refuses_is_asked_again_on_another_day(
    resource: Resource, carol: User, now: datetime
) -> None:
    Resource.objects.update(end_date=now.date())
    order = end_dates.terminate_ended(resource, robot=robot(), now=now)
    assert order is not None
    orders.reject_by_provider(order, actor=carol, now=now)
    assert end_dates.terminate_ended(resource, robot=robot(), now=now) is None
    tomorrow = now + timedelta(days=1)
    assert end_dates.terminate_ended(resource, robot=robot(), now=tomorrow) is not None


def test_before_its_day_nothing_ends(resource: Resource, project: Project, now: datetime) -> None:
    tomorrow = now.date() + timedelta(days=1)
    Resource.objects.update(end_date=tomorrow)
    project.end_date = tomorrow
    project.save()
    terminate_ended()
    assert end_dates.terminate_ended(resource, robot=robot(), now=now) is None
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("own", "organisations", "days"), [(None, None, 0), (None, 10, 10), (3, 10, 3), (0, 10, 0)]
)
def test_an_allocation_ends_with_its_project_after_the_grace(
    resource: Resource,
    project: Project,
    allocator: Customer,
    now: datetime,
    own: Any,
    organisations: Any,
    days: Any,
) -> None:
    project.end_date, project.grace_period_days = now.date(), own
    project.save()
    allocator.grace_period_days = organisations
    allocator.save()
    last_of_grace = now.date() + timedelta(days=days)
    over = last_of_grace + timedelta(days=1 if days else 0)
    assert not Resource.objects.ended(over - timedelta(days=1)).exists()
    assert list(Resource.objects.ended(over)) == [resource]


def test_what_waits_for_an_ended_allocation_is_called_off(
    resource: Resource, project: Project, offering: Offering, now: datetime
) -> None:
    change = OrderFactory(resource=resource, type=OrderType.UPDATE, state="pending-consumer")
    new = OrderFactory(
        resource=ResourceFactory(
            project=project, offering=offering, state=ResourceState.CREATING, end_date=now.date()
        )
    )
    Resource.objects.update(end_date=now.date())
    terminate_ended()
    change.refresh_from_db()
    new.refresh_from_db()
    assert (change.state, new.state) == (OrderState.CANCELED, OrderState.CANCELED)
    assert fresh(new.resource).state == ResourceState.TERMINATED
    (end,) = Order.objects.filter(type=OrderType.TERMINATE)
    assert end.resource == resource


def test_what_is_being_delivered_is_left_until_it_is(resource: Resource, now: datetime) -> None:
    OrderFactory(resource=resource, state=OrderState.EXECUTING)
    Resource.objects.update(end_date=now.date(), state=ResourceState.CREATING)
    terminate_ended()
    assert Order.objects.get().state == OrderState.EXECUTING


def test_due_orders_are_started_by_the_clock(
    resource: Resource, project: Project, now: datetime
) -> None:
    due = OrderFactory(resource=resource, state="pending-start-date", start_date=now.date())
    not_yet = OrderFactory(
        resource=ResourceFactory(project=project),
        state="pending-start-date",
        start_date=now.date() + timedelta(days=2),
    )
    waiting = OrderFactory(resource=ResourceFactory(project=project), state="pending-project")
    start_due_orders()
    states = [Order.objects.get(pk=order.pk).state for order in (due, not_yet, waiting)]
    assert states == ["executing", "pending-start-date", "pending-provider"]
