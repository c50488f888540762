"""Placing an order: what comes of it, in which state it begins, and what is refused."""

from datetime import timedelta
from decimal import Decimal

import pytest

from identity.models import Event
from marketplace.components import OfferingType
from marketplace.lifecycle import OfferingState, OrderState, OrderType, ResourceState
from marketplace.limits import InvalidLimits
from marketplace.models import Order, Resource
from marketplace.options import InvalidOptions
from marketplace.services import attributes, availability, placing, terms
from marketplace.services.placing import Wish
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

pytestmark = pytest.mark.django_db

LIMITS = {"cpu_k_hours": 10, "gb_k_hours": 5}


@pytest.fixture
def wish(offering, project):
    """Return a maker of wishes: the same ordinary one, with what a test wants otherwise."""

    def make(**more):
        return Wish(
            **{
                "offering": offering,
                "project": project,
                "plan": offering.plans.first(),
                "limits": LIMITS,
                "attributes": {"name": "climate-2026"},
                **more,
            }
        )

    return make


def refused(error, wish, *, actor, now):
    with pytest.raises(error) as refusal:
        placing.place(wish, actor=actor, now=now)
    assert not Order.objects.exists()
    assert not Resource.objects.exclude(name__startswith="allocation-").exists()
    return refusal.value.detail


def test_an_order_reserves_an_allocation_that_exists_from_this_moment(wish, project, alice, now):
    order = placing.place(wish(), actor=alice, now=now)

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
    assert resource.slug == "climate-1"

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


def test_a_member_needs_the_agreement_of_his_organisation(wish, bob, now):
    order = placing.place(wish(), actor=bob, now=now)
    assert order.state == OrderState.PENDING_CONSUMER
    assert (order.consumer_reviewed_by, order.consumer_reviewed_at) == (None, None)


@pytest.mark.parametrize("kind", OfferingType)
def test_staff_order_at_once_but_the_provider_is_asked(wish, offering, dave, now, kind):
    offering.type = kind
    offering.save()
    assert placing.place(wish(), actor=dave, now=now).state == OrderState.PENDING_PROVIDER


def test_an_order_of_a_project_that_has_not_begun_waits_for_it(wish, project, alice, bob, now):
    project.start_date = now.date() + timedelta(days=1)
    project.save()
    assert placing.place(wish(), actor=alice, now=now).state == OrderState.PENDING_PROJECT
    assert placing.place(wish(), actor=bob, now=now).state == OrderState.PENDING_CONSUMER


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
    wish, offering, bob, project, provider, now, options, own, state
):
    offering.plugin_options = options
    offering.save()
    if own:
        project.customer = provider
        project.save()
    order = placing.place(wish(), actor=bob, now=now)
    assert order.state == state
    assert order.auto_approved == (state == "pending-provider")


def test_an_offering_may_waive_its_providers_review(wish, offering, alice, now):
    offering.plugin_options = {"auto_approve_remote_orders": True}
    offering.save()
    order = placing.place(wish(), actor=alice, now=now)
    assert (order.state, order.auto_approved) == (OrderState.EXECUTING, True)
    later = now.date() + timedelta(days=3)
    order = placing.place(wish(start_date=later), actor=alice, now=now)
    assert (order.state, order.start_date) == (OrderState.PENDING_START_DATE, later)


def test_a_dated_order_is_reviewed_before_its_day(wish, alice, now):
    order = placing.place(wish(start_date=now.date() + timedelta(days=3)), actor=alice, now=now)
    assert order.state == OrderState.PENDING_PROVIDER


def test_an_allocation_without_a_name_gets_one_that_says_where_it_belongs(
    wish, project, offering, alice, now
):
    order = placing.place(wish(attributes=None), actor=alice, now=now)
    customer = project.customer
    assert order.resource.name == f"{customer.slug}-{project.slug}-{offering.slug}-1"
    assert order.attributes == {}


def test_the_end_date_among_the_attributes_is_the_allocations(wish, alice, now):
    end = now.date() + timedelta(days=90)
    attributes = {"name": "x", "end_date": end.isoformat()}
    order = placing.place(wish(attributes=attributes), actor=alice, now=now)
    assert (order.resource.end_date, order.resource.end_date_requested_by) == (end, alice)
    assert order.attributes == attributes


def test_options_that_can_be_changed_later_are_kept_apart(wish, offering, alice, now):
    offering.resource_options = {"options": {"is_training": {"type": "boolean"}}, "order": []}
    offering.save()
    attributes = {"name": "x", "is_training": True, "purpose": "course"}
    order = placing.place(wish(attributes=attributes), actor=alice, now=now)
    assert order.resource.options == {"is_training": True}


# --- plans and limits -----------------------------------------------------------------------------


def test_the_only_plan_need_not_be_named_but_one_of_several_must(wish, offering, alice, now):
    order = placing.place(wish(plan=None), actor=alice, now=now)
    assert order.plan == order.resource.plan == offering.plans.get()
    PlanFactory(offering=offering, name="Premium")
    with pytest.raises(placing.PlanNeeded) as refusal:
        placing.place(wish(plan=None), actor=alice, now=now)
    assert refusal.value.detail == {"plan": ["This field is required."]}


def test_an_offering_without_plans_is_ordered_without_one(wish, offering, alice, now):
    offering.plans.update(archived=True)
    order = placing.place(wish(plan=None), actor=alice, now=now)
    assert (order.plan, order.cost, order.fixed_price) == (None, None, Decimal(0))


def test_a_plan_that_cannot_be_had_is_refused(wish, offering, alice, now):
    foreign = PlanFactory()
    archived = PlanFactory(offering=offering, archived=True)
    for_others = PlanFactory(offering=offering)
    for_others.organization_groups.add(OrganizationGroupFactory())
    for plan in (foreign, archived, for_others):
        detail = refused(placing.ForeignPlan, wish(plan=plan), actor=alice, now=now)
        assert detail == {"plan": ["This plan is not available for selected offering."]}


def test_a_plan_takes_only_so_many_allocations(wish, offering, alice, now):
    plan = PlanFactory(offering=offering, max_amount=1)
    placing.place(wish(plan=plan), actor=alice, now=now)
    with pytest.raises(availability.PlanFull) as refusal:
        placing.place(wish(plan=plan), actor=alice, now=now)
    message = "Plan is not available because limit has been reached."
    assert refusal.value.detail == {"plan": [message]}


def test_limits_that_are_not_named_get_the_offerings_default(wish, offering, alice, now):
    offering.components.filter(type="gb_k_hours").update(default_limit=Decimal("7.00"))
    order = placing.place(wish(limits={"cpu_k_hours": 10}), actor=alice, now=now)
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
def test_limits_that_cannot_be_had_are_refused(wish, alice, now, limits, detail):
    assert refused(InvalidLimits, wish(limits=limits), actor=alice, now=now) == detail


def test_what_is_scarce_is_shared_by_all_allocations(wish, offering, alice, now):
    OfferingComponentFactory(offering=offering, type="tape", max_available_limit=Decimal(100))
    ResourceFactory(offering=offering, limits={"tape": 70})
    ResourceFactory(offering=offering, limits={"tape": 500}, state=ResourceState.TERMINATED)
    assert placing.place(wish(limits={"tape": 20}), actor=alice, now=now).limits == {"tape": 20}
    with pytest.raises(InvalidLimits) as refusal:
        placing.place(wish(limits={"tape": 11}), actor=alice, now=now)
    assert refusal.value.detail == {
        "non_field_errors": ["The limit 11 value cannot be more than 10."]
    }


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", set(OfferingState) - {OfferingState.ACTIVE})
def test_an_offering_that_is_not_active_cannot_be_ordered(wish, offering, alice, now, state):
    offering.state = state
    offering.save()
    detail = refused(availability.NotOnOffer, wish(), actor=alice, now=now)
    assert detail == {"offering": ["Offering is not available."]}


def test_an_offering_for_others_cannot_be_ordered_even_by_staff(
    wish, offering, project, provider, dave, now
):
    offering.shared = False
    offering.save()
    refused(availability.NotOnOffer, wish(), actor=dave, now=now)
    own = ProjectFactory(customer=provider)
    assert placing.place(wish(project=own), actor=dave, now=now).project == own


def test_an_offering_for_a_group_is_open_to_its_organisations(
    wish, offering, allocator, alice, now
):
    group = OrganizationGroupFactory()
    offering.organization_groups.add(group)
    refused(availability.NotOnOffer, wish(), actor=alice, now=now)
    group.customers.add(allocator)
    assert placing.place(wish(), actor=alice, now=now)


def test_an_expired_project_orders_nothing(wish, project, alice, now):
    project.end_date = now.date()
    project.save()
    detail = refused(availability.ProjectExpired, wish(), actor=alice, now=now)
    assert detail == ["Project 'Climate model | LUMI Sweden' is expired."]


@pytest.mark.parametrize("flag", ["blocked", "archived"])
def test_a_blocked_organisation_orders_nothing(wish, allocator, alice, now, flag):
    setattr(allocator, flag, True)
    allocator.save()
    detail = refused(availability.Blocked, wish(), actor=alice, now=now)
    assert detail == ["Blocked organization is not available."]


def test_a_removed_project_orders_nothing(wish, project, dave, now):
    project.is_removed = True
    project.save()
    detail = refused(placing.ProjectGone, wish(), actor=dave, now=now)
    assert detail == {"project": ["Invalid hyperlink - Object does not exist."]}


def test_options_are_held_to_what_the_offering_asks(wish, offering, alice, now):
    offering.options = {"options": {"purpose": {"type": "string"}}, "order": ["purpose"]}
    offering.save()
    bad = wish(attributes={"name": "x", "purpose": {"a": 1}})
    assert refused(InvalidOptions, bad, actor=alice, now=now) == {
        "purpose": ["Not a valid string."]
    }
    missing = wish(attributes=None)
    assert refused(InvalidOptions, missing, actor=alice, now=now) == {
        "non_field_errors": ["No data provided"]
    }


@pytest.mark.parametrize(
    ("told", "detail"),
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
def test_names_and_end_dates_are_checked(wish, alice, now, told, detail):
    bad = wish(attributes=told)
    assert refused(attributes.InvalidAttributes, bad, actor=alice, now=now) == detail


def test_an_offering_may_demand_or_bound_the_end_date(wish, offering, alice, now):
    offering.plugin_options = {"is_resource_termination_date_required": True}
    offering.save()
    detail = refused(attributes.InvalidAttributes, wish(), actor=alice, now=now)
    assert detail == {"end_date": ["This field is required."]}

    offering.plugin_options |= {
        "default_resource_termination_offset_in_days": 30,
        "max_resource_termination_offset_in_days": 60,
        "latest_date_for_resource_termination": "whenever",
    }
    offering.save()
    order = placing.place(wish(), actor=alice, now=now)
    assert order.resource.end_date == now.date() + timedelta(days=30)
    latest = now.date() + timedelta(days=60)
    late = wish(attributes={"end_date": (latest + timedelta(days=1)).isoformat()})
    with pytest.raises(attributes.InvalidAttributes) as refusal:
        placing.place(late, actor=alice, now=now)
    assert refusal.value.detail == {"end_date": [f"Cannot be later than {latest}."]}


def test_an_allocation_begins_between_today_and_its_end(wish, alice, now):
    early = wish(start_date=now.date() - timedelta(days=1))
    detail = refused(placing.StartInPast, early, actor=alice, now=now)
    assert detail == {"start_date": ["Cannot be earlier than the current date."]}
    late = wish(
        start_date=now.date() + timedelta(days=9),
        attributes={"end_date": (now.date() + timedelta(days=8)).isoformat()},
    )
    detail = refused(placing.StartInPast, late, actor=alice, now=now)
    assert detail == {"start_date": ["Cannot be later than the end date."]}


def test_the_terms_of_service_must_be_accepted(wish, offering, alice, now):
    TermsOfServiceFactory(offering=offering, version="2")
    refused(terms.TermsNotAccepted, wish(), actor=alice, now=now)
    order = placing.place(wish(accepting_terms=True), actor=alice, now=now)
    assert order.accepted_terms_version == "2"
    again = placing.place(wish(), actor=alice, now=now)
    assert again.accepted_terms_version == "2"


def test_a_project_holds_only_so_many_allocations_of_an_offering(wish, offering, alice, now):
    offering.plugin_options = {"maximal_resource_count_per_project": 1}
    offering.save()
    placing.place(wish(), actor=alice, now=now)
    with pytest.raises(availability.TooMany):
        placing.place(wish(), actor=alice, now=now)
    offering.plugin_options = {"unique_resource_per_attribute": "name"}
    offering.save()
    with pytest.raises(availability.TooMany):
        placing.place(wish(), actor=alice, now=now)
    assert placing.place(wish(attributes={"name": "other"}), actor=alice, now=now)


def test_only_staff_choose_the_slug_of_an_order(wish, alice, dave, now):
    assert placing.place(wish(slug="mine"), actor=alice, now=now).slug != "mine"
    assert placing.place(wish(slug="mine"), actor=dave, now=now).slug == "mine"
    with pytest.raises(placing.SlugTaken):
        placing.place(wish(slug="mine"), actor=dave, now=now)


def test_allocations_are_counted_by_category(wish, offering, project, alice, now):
    other = ResourceFactory(project=project)
    ResourceFactory(project=project, state=ResourceState.TERMINATED)
    GrantFactory(user=alice, scope=CustomerFactory())
    placing.place(wish(), actor=alice, now=now)
    placing.place(wish(), actor=alice, now=now)
    project.refresh_from_db()
    assert project.resources_count == 3
    assert project.marketplace_resource_count == {
        offering.category.uuid.hex: 2,
        other.offering.category.uuid.hex: 1,
    }
