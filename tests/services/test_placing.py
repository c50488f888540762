"""Placing an order: what comes of it, in which state it begins, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from identity.models import Event
from marketplace.components import OfferingType
from marketplace.lifecycle import OrderState, OrderType, ResourceState
from marketplace.services import placing

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

LIMITS = {"cpu_k_hours": 10, "gb_k_hours": 5}


def test_an_order_reserves_an_allocation_that_exists_from_this_moment(
    order_request: Any, project: Project, alice: User, now: datetime
) -> None:
    order = placing.place(order_request(), actor=alice, now=now)

    order.refresh_from_db()
    resource = order.resource
    assert (order.type, order.state) == (OrderType.CREATE, OrderState.PENDING_PROVIDER)
    assert (resource.state, resource.name) == (ResourceState.CREATING, "climate-2026")
    assert order.limits == resource.limits == LIMITS
    assert order.attributes == resource.attributes == {"name": "climate-2026"}
    assert (order.cost, order.old_cost, resource.cost) == (Decimal(105),) * 3
    assert (order.fixed_price, order.activation_price) == (Decimal(3), Decimal(0))
    assert (order.created_by, order.consumer_reviewed_by) == (alice, alice)
    assert (order.consumer_reviewed_at, order.created) == (now, now)
    assert order.provider_reviewed_at is None
    assert not order.auto_approved
    assert resource.slug == "climate-20"

    project.refresh_from_db()
    assert project.resources_count == 1
    assert project.marketplace_resource_count == {order.offering.category.uuid.hex: 1}

    event = Event.objects.get(subject_uuid=order.uuid)
    assert event.kind == "order.pending-provider"
    assert (event.source, event.target, event.actor) == ("", "pending-provider", alice)
    assert (event.project, event.provider) == (project, order.offering.customer)
    assert event.resource_uuid == resource.uuid
    assert event.message == "Create order for resource climate-2026 is pending-provider."
    assert event.payload == {
        "action": "place",
        "type": "Create",
        "offering_uuid": order.offering.uuid.hex,
        "resource_uuid": resource.uuid.hex,
    }


def test_a_member_needs_the_agreement_of_their_organisation(
    order_request: Any, bob: User, now: datetime
) -> None:
    order = placing.place(order_request(), actor=bob, now=now)
    assert order.state == OrderState.PENDING_CONSUMER
    assert (order.consumer_reviewed_by, order.consumer_reviewed_at) == (None, None)


@pytest.mark.parametrize("kind", OfferingType)
def test_staff_order_at_once_but_the_provider_is_asked(
    order_request: Any, offering: Offering, dave: User, now: datetime, kind: Any
) -> None:
    offering.type = kind
    offering.save()
    assert placing.place(order_request(), actor=dave, now=now).state == OrderState.PENDING_PROVIDER


def test_an_order_of_a_project_that_has_not_begun_waits_for_it(
    order_request: Any, project: Project, alice: User, bob: User, now: datetime
) -> None:
    project.start_date = now.date() + timedelta(days=1)
    project.save()
    assert placing.place(order_request(), actor=alice, now=now).state == OrderState.PENDING_PROJECT
    assert placing.place(order_request(), actor=bob, now=now).state == OrderState.PENDING_CONSUMER


@pytest.mark.parametrize(
    ("options", "own", "state"),
    [
        ({"auto_approve_in_service_provider_projects": True}, True, "pending-provider"),
        ({"auto_approve_in_service_provider_projects": True}, False, "pending-consumer"),
        ({"auto_approve_remote_orders": True}, True, "pending-consumer"),
        (
            {"auto_approve_in_service_provider_projects": True, "disable_autoapprove": True},
            True,
            "pending-consumer",
        ),
        ({"auto_approve_in_service_provider_projects": "yes"}, True, "pending-consumer"),
    ],
)
def test_an_offering_may_waive_the_consumers_agreement(
    order_request: Any,
    offering: Offering,
    bob: User,
    project: Project,
    provider: Customer,
    now: datetime,
    options: Any,
    own: Any,
    state: Any,
) -> None:
    offering.plugin_options = options
    offering.save()
    if own:
        project.customer = provider
        project.save()
    order = placing.place(order_request(), actor=bob, now=now)
    assert order.state == state
    assert order.auto_approved == (state == "pending-provider")


def test_an_offering_may_waive_its_providers_review(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    offering.plugin_options = {"auto_approve_remote_orders": True}
    offering.save()
    order = placing.place(order_request(), actor=alice, now=now)
    assert (order.state, order.auto_approved) == (OrderState.EXECUTING, True)
    later = now.date() + timedelta(days=3)
    order = placing.place(order_request(start_date=later), actor=alice, now=now)
    assert (order.state, order.start_date) == (OrderState.PENDING_START_DATE, later)


def test_a_dated_order_is_reviewed_before_its_day(
    order_request: Any, alice: User, now: datetime
) -> None:
    order = placing.place(
        order_request(start_date=now.date() + timedelta(days=3)), actor=alice, now=now
    )
    assert order.state == OrderState.PENDING_PROVIDER


def test_an_allocation_without_a_name_gets_one_that_says_where_it_belongs(
    order_request: Any, project: Project, offering: Offering, alice: User, now: datetime
) -> None:
    order = placing.place(order_request(attributes=None), actor=alice, now=now)
    customer = project.customer
    assert order.resource.name == f"{customer.slug}-{project.slug}-{offering.slug}-1"
    assert order.attributes == {}


def test_the_end_date_among_the_attributes_is_the_allocations(
    order_request: Any, alice: User, now: datetime
) -> None:
    end = now.date() + timedelta(days=90)
    attributes = {"name": "x", "end_date": end.isoformat()}
    order = placing.place(order_request(attributes=attributes), actor=alice, now=now)
    assert (order.resource.end_date, order.resource.end_date_requested_by) == (end, alice)
    assert order.attributes == attributes


def test_options_that_can_be_changed_later_are_kept_apart(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    offering.resource_options = {"options": {"is_training": {"type": "boolean"}}, "order": []}
    offering.save()
    attributes = {"name": "x", "is_training": True, "purpose": "course"}
    order = placing.place(order_request(attributes=attributes), actor=alice, now=now)
    assert order.resource.options == {"is_training": True}
