"""What usage, limits and policies lead to, after one run of the dispatcher."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounting import tasks
from accounting.ledger import month_of, preceding
from accounting.models import PolicyState
from accounting.services import new_months, policies
from accounting.services.usage import Reported, set_usage
from config.wiring import dispatch_events
from identity.models import Event, EventDelivery
from marketplace.services import delivery, orders, resource_orders
from tests.factories.accounting import ComponentUsageFactory, PolicyFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_fails():
    yield
    assert list(EventDelivery.objects.exclude(last_error="").values_list("last_error")) == []


@pytest.fixture
def offering(provider):
    options = {"supports_pausing": True, "supports_downscaling": True}
    return HpcOfferingFactory(customer=provider, plugin_options=options)


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(project=project, offering=offering, limits={"cpu_k_hours": 100})


def report(resource, amount, actor, now):
    set_usage(resource, [Reported("cpu_k_hours", Decimal(amount))], actor=actor, now=now)


def flags(resource):
    resource.refresh_from_db()
    return resource.downscaled, resource.paused


def test_a_report_of_usage_is_followed_by_the_flags_that_it_calls_for(
    offering, resource, carol, now
):
    PolicyFactory(offering=offering)
    for amount, expected in (("110", (True, False)), ("130", (True, True)), ("5", (False, False))):
        report(resource, amount, carol, now)
        dispatch_events()
        assert flags(resource) == expected


def test_an_event_told_twice_changes_nothing_more(offering, resource, carol, now):
    PolicyFactory(offering=offering)
    report(resource, "110", carol, now)
    dispatch_events()
    before = Event.objects.count()

    tasks.follow_resource(Event.objects.get(kind="usage.recorded").uuid)

    assert Event.objects.count() == before


def test_higher_limits_let_a_resource_go(offering, resource, carol, now):
    PolicyFactory(offering=offering)
    report(resource, "130", carol, now)
    dispatch_events()
    delivery.set_limits(resource, {"cpu_k_hours": 1000}, actor=carol, now=now)
    dispatch_events()

    assert flags(resource) == (False, False)


def test_a_new_policy_and_a_changed_one_are_carried_out(offering, resource, carol, now):
    report(resource, "110", carol, now)
    policy = policies.create(
        offering,
        component_limits={},
        actions="request_slurm_resource_downscaling",
        apply_to_all=True,
        period=2,
        carryover_enabled=False,
        actor=carol,
        now=now,
    )
    dispatch_events()
    assert flags(resource) == (True, False)

    policies.change(policy, component_limits={"cpu_k_hours": 500}, actor=carol, now=now)
    dispatch_events()
    assert flags(resource) == (False, False)


def test_a_site_that_names_a_resource_is_told_its_settings(offering, resource, carol, now):
    PolicyFactory(offering=offering)
    delivery.set_backend_id(resource, "hpc_1", actor=carol, now=now)
    dispatch_events()

    due = Event.objects.get(kind="policy.settings_due")
    assert (due.payload["backend_id"], due.resource_uuid) == ("hpc_1", resource.uuid)


def test_what_recurs_counts_from_the_first_of_the_month(offering, resource, now):
    PolicyFactory(offering=offering)
    last = preceding(month_of(now))
    ComponentUsageFactory(
        resource=resource, billing_period=last, usage=Decimal(110), recurring=True
    )
    new_months.carry_over(resource, now=now)
    dispatch_events()

    assert flags(resource) == (True, False)


def test_beat_evaluates_what_was_not_evaluated_in_the_period(offering, resource, caplog):
    PolicyFactory(offering=offering)
    ComponentUsageFactory(resource=resource, usage=Decimal(110))

    tasks.begin_period()
    tasks.begin_period()

    assert flags(resource) == (True, False)
    assert PolicyState.objects.count() == 1


def test_an_allocation_that_has_ended_is_over_no_threshold_any_more(
    offering, resource, carol, dave, now
):
    policy = PolicyFactory(offering=offering)
    report(resource, "110", carol, now)
    dispatch_events()
    policy.refresh_from_db()
    assert policy.has_fired is True
    order = resource_orders.terminate(resource, actor=dave, now=now)
    orders.approve_by_provider(order, actor=dave, now=now)
    orders.complete(order, actor=dave, now=now)
    dispatch_events()

    policy.refresh_from_db()
    assert (policy.has_fired, PolicyState.objects.get().fired) == (False, False)


def test_without_a_policy_nothing_is_evaluated(resource, carol, now):
    report(resource, "500", carol, now)
    dispatch_events()

    assert flags(resource) == (False, False)
    assert not PolicyState.objects.exists()


def test_what_was_removed_in_the_meantime_is_no_error(offering, resource, carol, now):
    policy = policies.create(
        offering, component_limits={}, actions="notify_organization_owners", actor=carol, now=now
    )
    policies.remove(policy, actor=carol, now=now)
    delivery.set_backend_id(resource, "hpc_1", actor=carol, now=now)
    resource.delete()

    dispatch_events()
