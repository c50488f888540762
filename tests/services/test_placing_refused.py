"""Placing an order: under which plan and limits, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from marketplace.lifecycle import OfferingState, ResourceState
from marketplace.limits import InvalidLimits
from marketplace.models import Order, Resource
from marketplace.options import InvalidOptions
from marketplace.services import attributes, availability, consents, placing
from tests.factories.identity import (
    CustomerFactory,
    GrantFactory,
    OrganizationGroupFactory,
    ProjectFactory,
)
from tests.factories.marketplace import (
    OfferingComponentFactory,
    PlanFactory,
    ResourceFactory,
    TermsOfServiceFactory,
)

if TYPE_CHECKING:
    from datetime import datetime

    from identity.models import Customer, Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db

LIMITS = {"cpu_k_hours": 10, "gb_k_hours": 5}


def refused(error: Any, order_request: Any, *, actor: Any, now: datetime) -> Any:
    with pytest.raises(error) as refusal:
        placing.place(order_request, actor=actor, now=now)
    assert not Order.objects.exists()
    assert not Resource.objects.exclude(name__startswith="allocation-").exists()
    return refusal.value.detail


# --- plans and limits -----------------------------------------------------------------------------


def test_the_only_plan_need_not_be_named_but_one_of_several_must(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    order = placing.place(order_request(plan=None), actor=alice, now=now)
    assert order.plan == order.resource.plan == offering.plans.get()
    PlanFactory(offering=offering, name="Premium")
    with pytest.raises(placing.PlanNeeded) as refusal:
        placing.place(order_request(plan=None), actor=alice, now=now)
    assert refusal.value.detail == {"plan": ["This field is required."]}


def test_an_offering_without_plans_is_ordered_without_one(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    offering.plans.update(archived=True)
    order = placing.place(order_request(plan=None), actor=alice, now=now)
    assert (order.plan, order.cost, order.fixed_price) == (None, None, Decimal(0))


def test_a_plan_that_cannot_be_had_is_refused(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    foreign = PlanFactory()
    archived = PlanFactory(offering=offering, archived=True)
    for_others = PlanFactory(offering=offering)
    for_others.organization_groups.add(OrganizationGroupFactory())
    for plan in (foreign, archived, for_others):
        detail = refused(availability.ForeignPlan, order_request(plan=plan), actor=alice, now=now)
        assert detail == {"plan": ["This plan is not available for selected offering."]}


def test_a_plan_takes_only_so_many_allocations(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    plan = PlanFactory(offering=offering, max_amount=1)
    placing.place(order_request(plan=plan), actor=alice, now=now)
    with pytest.raises(availability.PlanFull) as refusal:
        placing.place(order_request(plan=plan), actor=alice, now=now)
    message = "Plan is not available because limit has been reached."
    assert refusal.value.detail == {"plan": [message]}


def test_limits_that_are_not_named_get_the_offerings_default(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    offering.components.filter(type="gb_k_hours").update(default_limit=Decimal("7.00"))
    order = placing.place(order_request(limits={"cpu_k_hours": 10}), actor=alice, now=now)
    assert order.limits == order.resource.limits == {"cpu_k_hours": 10, "gb_k_hours": 7}
    assert order.cost == Decimal(107)


@pytest.mark.parametrize(
    ("limits", "detail"),
    [
        ({"nope": 5}, {"limits": ["Invalid types: nope"]}),
        ({"gpu_k_hours": 5}, {"limits": ["Invalid types: gpu_k_hours"]}),
        (
            {"cpu_k_hours": -1},
            {"non_field_errors": ["The limit -1 value cannot be less than 1."]},
        ),
        (
            {"cpu_k_hours": 5000},
            {"non_field_errors": ["The limit 5000 value cannot be more than 1000."]},
        ),
        ({"cpu_k_hours": 1.5}, {"limits": {"cpu_k_hours": ["A valid integer is required."]}}),
        (
            {"cpu_k_hours": float("nan")},
            {"limits": {"cpu_k_hours": ["A valid integer is required."]}},
        ),
    ],
)
def test_limits_that_cannot_be_had_are_refused(
    order_request: Any, alice: User, now: datetime, limits: Any, detail: Any
) -> None:
    assert refused(InvalidLimits, order_request(limits=limits), actor=alice, now=now) == detail


def test_what_is_scarce_is_shared_by_all_allocations(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    OfferingComponentFactory(offering=offering, type="tape", max_available_limit=Decimal(100))
    ResourceFactory(offering=offering, limits={"tape": 70})
    ResourceFactory(offering=offering, limits={"tape": 500}, state=ResourceState.TERMINATED)
    assert placing.place(order_request(limits={"tape": 20}), actor=alice, now=now).limits == {
        "tape": 20
    }
    with pytest.raises(InvalidLimits) as refusal:
        placing.place(order_request(limits={"tape": 11}), actor=alice, now=now)
    assert refusal.value.detail == {
        "non_field_errors": ["The limit 11 value cannot be more than 10."]
    }


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", sorted(set(OfferingState) - {OfferingState.ACTIVE}))
def test_an_offering_that_is_not_active_cannot_be_ordered(
    order_request: Any, offering: Offering, alice: User, now: datetime, state: Any
) -> None:
    offering.state = state
    offering.save()
    detail = refused(availability.NotOnOffer, order_request(), actor=alice, now=now)
    assert detail == {"offering": ["Offering is not available."]}


def test_an_offering_for_others_cannot_be_ordered_even_by_staff(
    order_request: Any,
    offering: Offering,
    project: Project,
    provider: Customer,
    dave: User,
    now: datetime,
) -> None:
    offering.shared = False
    offering.save()
    refused(availability.NotOnOffer, order_request(), actor=dave, now=now)
    own = ProjectFactory(customer=provider)
    assert placing.place(order_request(project=own), actor=dave, now=now).project == own


def test_an_offering_for_a_group_is_open_to_its_organisations(
    order_request: Any, offering: Offering, allocator: Customer, alice: User, now: datetime
) -> None:
    group = OrganizationGroupFactory()
    offering.organization_groups.add(group)
    refused(availability.NotOnOffer, order_request(), actor=alice, now=now)
    group.customers.add(allocator)
    assert placing.place(order_request(), actor=alice, now=now).offering == offering


def test_an_expired_project_orders_nothing(
    order_request: Any, project: Project, alice: User, now: datetime
) -> None:
    project.end_date = now.date()
    project.save()
    detail = refused(availability.ProjectExpired, order_request(), actor=alice, now=now)
    assert detail == ["Project 'Climate model | LUMI Sweden' is expired."]


@pytest.mark.parametrize("flag", ["blocked", "archived"])
def test_a_blocked_organisation_orders_nothing(
    order_request: Any, allocator: Customer, alice: User, now: datetime, flag: Any
) -> None:
    setattr(allocator, flag, True)
    allocator.save()
    detail = refused(availability.Blocked, order_request(), actor=alice, now=now)
    assert detail == ["Blocked organization is not available."]


def test_a_removed_project_orders_nothing(
    order_request: Any, project: Project, dave: User, now: datetime
) -> None:
    project.is_removed = True
    project.save()
    detail = refused(placing.ProjectRemoved, order_request(), actor=dave, now=now)
    assert detail == {"project": ["Invalid hyperlink - Object does not exist."]}


def test_options_are_held_to_what_the_offering_asks(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    offering.options = {"options": {"purpose": {"type": "string"}}, "order": ["purpose"]}
    offering.save()
    bad = order_request(attributes={"name": "x", "purpose": {"a": 1}})
    assert refused(InvalidOptions, bad, actor=alice, now=now) == {
        "purpose": ["Not a valid string."]
    }
    missing = order_request(attributes=None)
    assert refused(InvalidOptions, missing, actor=alice, now=now) == {
        "non_field_errors": ["No data provided"]
    }


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        ({"name": {"a": 1}}, {"name": ["Not a valid string."]}),
        ({"name": "x" * 256}, {"name": ["Ensure this field has no more than 255 characters."]}),
        ({"description": 5}, {"description": ["Not a valid string."]}),
        (
            {"end_date": "soon"},
            {"end_date": ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."]},
        ),
        (
            {"end_date": "2020-01-01"},
            {"end_date": ["Cannot be earlier than the current date."]},
        ),
    ],
)
def test_names_and_end_dates_are_checked(
    order_request: Any, alice: User, now: datetime, sent: Any, detail: Any
) -> None:
    bad = order_request(attributes=sent)
    assert refused(attributes.InvalidAttributes, bad, actor=alice, now=now) == detail


def test_an_offering_may_demand_or_bound_the_end_date(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    offering.plugin_options = {"is_resource_termination_date_required": True}
    offering.save()
    detail = refused(attributes.InvalidAttributes, order_request(), actor=alice, now=now)
    assert detail == {"end_date": ["This field is required."]}

    offering.plugin_options |= {
        "default_resource_termination_offset_in_days": 30,
        "max_resource_termination_offset_in_days": 60.0,
        "latest_date_for_resource_termination": "whenever",
    }
    offering.save()
    order = placing.place(order_request(), actor=alice, now=now)
    assert order.resource.end_date == now.date() + timedelta(days=30)
    latest = now.date() + timedelta(days=60)
    late = order_request(attributes={"end_date": (latest + timedelta(days=1)).isoformat()})
    with pytest.raises(attributes.InvalidAttributes) as refusal:
        placing.place(late, actor=alice, now=now)
    assert refusal.value.detail == {"end_date": [f"Cannot be later than {latest}."]}


def test_an_allocation_begins_between_today_and_its_end(
    order_request: Any, alice: User, now: datetime
) -> None:
    early = order_request(start_date=now.date() - timedelta(days=1))
    detail = refused(placing.StartInPast, early, actor=alice, now=now)
    assert detail == {"start_date": ["Cannot be earlier than the current date."]}
    late = order_request(
        start_date=now.date() + timedelta(days=9),
        attributes={"end_date": (now.date() + timedelta(days=8)).isoformat()},
    )
    detail = refused(placing.StartInPast, late, actor=alice, now=now)
    assert detail == {"start_date": ["Cannot be later than the end date."]}


def test_the_terms_of_service_must_be_accepted(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    TermsOfServiceFactory(offering=offering, version="2")
    refused(consents.TermsNotAccepted, order_request(), actor=alice, now=now)
    order = placing.place(order_request(accepting_terms=True), actor=alice, now=now)
    assert order.accepted_terms_version == "2"
    again = placing.place(order_request(), actor=alice, now=now)
    assert again.accepted_terms_version == "2"


def test_a_project_holds_only_so_many_allocations_of_an_offering(
    order_request: Any, offering: Offering, alice: User, now: datetime
) -> None:
    offering.plugin_options = {"maximal_resource_count_per_project": 1}
    offering.save()
    placing.place(order_request(), actor=alice, now=now)
    with pytest.raises(availability.TooManyResources):
        placing.place(order_request(), actor=alice, now=now)
    offering.plugin_options = {"unique_resource_per_attribute": "name"}
    offering.save()
    with pytest.raises(availability.TooManyResources):
        placing.place(order_request(), actor=alice, now=now)
    other = placing.place(order_request(attributes={"name": "other"}), actor=alice, now=now)
    assert other.resource.name == "other"


def test_only_staff_choose_the_slug_of_an_order(
    order_request: Any, alice: User, dave: User, now: datetime
) -> None:
    assert placing.place(order_request(slug="mine"), actor=alice, now=now).slug != "mine"
    assert placing.place(order_request(slug="mine"), actor=dave, now=now).slug == "mine"
    with pytest.raises(placing.OrderSlugTaken):
        placing.place(order_request(slug="mine"), actor=dave, now=now)


def test_allocations_are_counted_by_category(
    order_request: Any, offering: Offering, project: Project, alice: User, now: datetime
) -> None:
    other = ResourceFactory(project=project)
    ResourceFactory(project=project, state=ResourceState.TERMINATED)
    GrantFactory(user=alice, scope=CustomerFactory())
    placing.place(order_request(), actor=alice, now=now)
    placing.place(order_request(), actor=alice, now=now)
    project.refresh_from_db()
    assert project.resources_count == 3
    assert project.marketplace_resource_count == {
        offering.category.uuid.hex: 2,
        other.offering.category.uuid.hex: 1,
    }
