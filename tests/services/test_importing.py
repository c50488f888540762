"""Taking over an allocation that a site has: what comes of it, and what stands against it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from allocations.models import OfferingUser, Provision
from allocations.services import membership
from common.errors import DomainError
from config.wiring import dispatch_events
from identity.models import Event
from identity.services import projects
from marketplace import limits
from marketplace.lifecycle import ResourceState
from marketplace.models import Order, Resource, ResourcePlanPeriod
from marketplace.services import availability, importing, placing
from tests.factories.marketplace import (
    HpcOfferingFactory,
    PlanFactory,
    ResourceFactory,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from identity.models import Project, User
    from marketplace.models import Offering

pytestmark = pytest.mark.django_db


@pytest.fixture
def find(offering: Offering, project: Project) -> Callable[..., importing.Found]:
    """Return a maker of what a site has: the same ordinary thing, with what a test wants."""

    def make(**more: Any) -> importing.Found:
        return importing.Found(
            **{
                "offering": offering,
                "project": project,
                "name": "hpc_old",
                "backend_id": "hpc_old",
                "limits": {"cpu_k_hours": 7, "gpu_k_hours": "3"},
                "backend_metadata": {"qos": "normal"},
                **more,
            }
        )

    return make


def test_it_is_an_allocation_like_any_other(
    find: Any, offering: Offering, project: Project, carol: User, now: datetime
) -> None:
    resource = importing.take_over(find(), actor=carol, now=now)

    resource.refresh_from_db()
    plan = offering.plans.get()
    assert (resource.state, resource.name, resource.backend_id) == ("OK", "hpc_old", "hpc_old")
    assert (resource.limits, resource.backend_metadata) == (
        {"cpu_k_hours": 7, "gpu_k_hours": 3},
        {"qos": "normal"},
    )
    assert (resource.plan, resource.cost) == (plan, Decimal(70))
    assert resource.slug.startswith("hpc_old")
    period = ResourcePlanPeriod.objects.get(resource=resource)
    assert (period.plan, period.start, period.end) == (plan, now, None)
    order = Order.objects.get()
    assert (order.type, order.state, order.resource, order.plan) == (
        "Create",
        "done",
        resource,
        plan,
    )
    assert (order.limits, order.attributes, order.cost) == (
        resource.limits,
        {"name": "hpc_old"},
        resource.cost,
    )
    assert (order.created_by, order.provider_reviewed_by, order.completed_at) == (carol, carol, now)
    project.refresh_from_db()
    assert project.marketplace_resource_count == {offering.category.uuid.hex: 1}


def test_it_has_the_history_of_any_other(find: Any, carol: User, now: datetime) -> None:
    resource = importing.take_over(find(), actor=carol, now=now)

    rows = Event.objects.about(resource).order_by("pk")
    assert [(e.kind, e.source, e.target, e.actor, e.payload.get("action")) for e in rows] == [
        ("order.done", "", "done", carol, "import"),
        ("resource.created", "Creating", "OK", carol, None),
    ]
    assert {event.provider for event in rows} == {resource.offering.customer}
    assert {event.project for event in rows} == {resource.project}


def test_the_members_get_accounts_and_nobody_is_asked_to_deliver(
    find: Any, offering: Offering, bob: User, carol: User, now: datetime
) -> None:
    offering.plugin_options = {membership.MANAGED: True}
    offering.save()

    importing.take_over(find(), actor=carol, now=now)
    dispatch_events()

    account = OfferingUser.objects.get()
    assert (account.user, account.offering, account.state) == (bob, offering, "Requested")
    assert not Provision.objects.exists()


@pytest.mark.parametrize("told", [{}, {"cpu_k_hours": 0}, {"cpu_k_hours": 5000}])
def test_the_site_s_word_is_not_held_to_bounds(
    find: Any, carol: User, now: datetime, told: dict[str, int]
) -> None:
    assert importing.take_over(find(limits=told), actor=carol, now=now).limits == told


def test_a_named_plan_is_taken(find: Any, offering: Offering, carol: User, now: datetime) -> None:
    premium = PlanFactory(offering=offering, name="Premium")

    resource = importing.take_over(find(), plan=premium, actor=carol, now=now)

    assert resource.plan == premium


def refused(found: importing.Found, actor: User, now: datetime, **more: Any) -> tuple[type, Any]:
    """Return how an import is refused, once it is certain that nothing came of it."""
    before = (Resource.objects.count(), Order.objects.count(), Event.objects.count())
    with pytest.raises(DomainError) as refusal, transaction.atomic():
        importing.take_over(found, actor=actor, now=now, **more)
    assert (Resource.objects.count(), Order.objects.count(), Event.objects.count()) == before
    return type(refusal.value), refusal.value.detail


@pytest.mark.parametrize(
    ("told", "error", "detail"),
    [
        ({"tape": 1}, limits.UnknownLimitTypes, "Invalid types: tape"),
        ({"node_fee": 1}, limits.UnknownLimitTypes, "Invalid types: node_fee"),
        ({"cpu_k_hours": -1}, limits.NotANumber, None),
        ({"cpu_k_hours": "much"}, limits.NotANumber, None),
        ({"cpu_k_hours": None}, limits.NotANumber, None),
        ([1], limits.NotANumber, ["Expected a dictionary of items."]),
        ("x", limits.NotANumber, ["Expected a dictionary of items."]),
    ],
)
def test_limits_are_numbers_of_what_the_offering_counts(
    find: Any, carol: User, now: datetime, told: Any, error: type, detail: Any
) -> None:
    kind, said = refused(find(limits=told), carol, now)

    assert kind is error
    assert set(said) == {"limits"}
    assert detail is None or said["limits"] == detail


@pytest.mark.parametrize("state", sorted(set(ResourceState) - {ResourceState.TERMINATED}))
def test_a_name_that_a_live_allocation_has_is_refused(
    find: Any, offering: Offering, carol: User, now: datetime, state: str
) -> None:
    ResourceFactory(offering=offering, backend_id="HPC_old", state=state)

    assert refused(find(), carol, now) == (
        importing.AlreadyHere,
        "A resource of this offering has this backend ID already.",
    )


def test_the_same_name_at_another_offering_is_another_s(
    find: Any, carol: User, now: datetime
) -> None:
    ResourceFactory(backend_id="hpc_old")

    assert importing.take_over(find(), actor=carol, now=now).state == ResourceState.OK


def test_a_terminated_one_is_restored_where_the_offering_allows_that(
    find: Any, offering: Offering, carol: User, now: datetime
) -> None:
    ResourceFactory(offering=offering, backend_id="hpc_old", state=ResourceState.TERMINATED)
    offering.plugin_options = {"can_restore_resource": True}
    offering.save()

    assert refused(find(), carol, now) == (
        importing.Restorable,
        "A terminated resource has this backend ID; restore it instead.",
    )


def test_a_terminated_one_that_cannot_come_back_stands_in_nobody_s_way(
    find: Any, offering: Offering, carol: User, now: datetime
) -> None:
    ResourceFactory(offering=offering, backend_id="hpc_old", state=ResourceState.TERMINATED)

    assert importing.take_over(find(), actor=carol, now=now).backend_id == "hpc_old"


def test_the_second_time_is_refused(find: Any, carol: User, now: datetime) -> None:
    importing.take_over(find(), actor=carol, now=now)

    assert refused(find(), carol, now)[0] is importing.AlreadyHere


def test_of_several_plans_one_must_be_named(
    find: Any, offering: Offering, carol: User, now: datetime
) -> None:
    PlanFactory(offering=offering, name="Premium")

    assert refused(find(), carol, now) == (
        placing.PlanNeeded,
        {"plan": ["This field is required."]},
    )


def test_another_offering_s_plan_is_refused(find: Any, carol: User, now: datetime) -> None:
    foreign = HpcOfferingFactory().plans.get()

    assert refused(find(), carol, now, plan=foreign)[0] is availability.ForeignPlan


def test_a_full_plan_takes_no_more(
    find: Any, offering: Offering, carol: User, now: datetime
) -> None:
    plan = offering.plans.get()
    plan.max_amount = 0
    plan.save()

    assert refused(find(), carol, now, plan=plan)[0] is availability.PlanFull


def test_a_project_that_has_ended_or_is_gone_gets_nothing(
    find: Any, project: Project, alice: User, carol: User, now: datetime
) -> None:
    project.end_date = now.date() - timedelta(days=1)
    project.save()
    assert refused(find(), carol, now)[0] is availability.ProjectExpired

    projects.remove(project, actor=alice, now=now)
    assert refused(find(), carol, now)[0] is placing.ProjectRemoved
