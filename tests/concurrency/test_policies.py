"""Policies are evaluated at the same time, and everything happens once."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest

from accounting.models import PolicyState, SlurmPeriodicUsagePolicy, SlurmPolicyEvaluationLog
from accounting.services import commands, evaluation, policies
from accounting.services.usage import Reported, set_usage
from identity.models import Event
from marketplace.models import Resource
from marketplace.services import delivery
from tests.concurrency.racing import RACERS, at_once
from tests.factories.accounting import ComponentUsageFactory, PolicyFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory

pytestmark = pytest.mark.django_db(transaction=True)

SUPPORTED = {"supports_pausing": True, "supports_downscaling": True}


@pytest.fixture
def offering(provider):
    return HpcOfferingFactory(customer=provider, plugin_options=SUPPORTED)


@pytest.fixture
def resource(project, offering):
    return ResourceFactory(
        project=project, offering=offering, limits={"cpu_k_hours": 100}, backend_id="hpc"
    )


@pytest.fixture
def policy(offering):
    return PolicyFactory(offering=offering)


def count(kind):
    return Event.objects.filter(kind=kind).count()


def test_evaluations_at_once_make_one_change_and_one_event_of_each_kind(policy, resource, now):
    ComponentUsageFactory(resource=resource, usage=Decimal(130))

    at_once(lambda _: evaluation.evaluate_resource(resource, now=now))

    resource.refresh_from_db()
    assert (resource.paused, resource.downscaled) == (True, True)
    kinds = (
        "resource.flags_set",
        "policy.settings_due",
        "policy.notification_due",
        "policy.evaluated",
    )
    assert {kind: count(kind) for kind in kinds} == dict.fromkeys(kinds, 1)
    assert PolicyState.objects.count() == SlurmPolicyEvaluationLog.objects.count() == 1


def test_reports_and_evaluations_at_once_leave_the_flags_that_the_last_report_calls_for(
    policy, resource, carol, now
):
    def action(number):
        if number % 2:
            evaluation.evaluate_resource(resource, now=now)
        else:
            set_usage(
                resource, [Reported("cpu_k_hours", Decimal(60 * number))], actor=carol, now=now
            )

    at_once(action)
    evaluation.evaluate_resource(resource, now=now)

    resource.refresh_from_db()
    used = Decimal(resource.current_usages["cpu_k_hours"])
    assert (resource.downscaled, resource.paused) == (used >= 100, used >= 120)


def test_offerings_evaluated_at_once_in_any_order_do_not_wait_for_each_other(
    policy, resource, project, offering, carol, now
):
    others = [ResourceFactory(project=project, offering=offering) for _ in range(3)]

    def action(number):
        if number % 2:
            return len(evaluation.evaluate(policy, actor=carol, now=now).outcomes)
        for one in reversed([resource, *others]):
            evaluation.evaluate_resource(one, now=now)
        return 4

    assert at_once(action) == [4] * RACERS


def test_who_removes_a_policy_while_it_is_evaluated_leaves_no_flag_behind(
    policy, resource, carol, now
):
    ComponentUsageFactory(resource=resource, usage=Decimal(130))

    def action(number):
        if number == 0:
            policies.remove(policy, actor=carol, now=now)
        else:
            evaluation.evaluate_resource(resource, now=now)

    at_once(action)

    resource.refresh_from_db()
    assert (resource.paused, resource.downscaled) == (False, False)
    assert not SlurmPeriodicUsagePolicy.objects.exists()


def test_of_several_who_make_a_policy_one_does(offering, carol, now):
    def action(_):
        with suppress(policies.PolicyExists):
            return policies.create(
                offering,
                component_limits={},
                actions="notify_organization_owners",
                actor=carol,
                now=now,
            )

    assert len([made for made in at_once(action) if made]) == 1
    assert count("policy.created") == 1


def test_a_person_and_a_policy_at_once_leave_the_flag_to_one_of_them(policy, resource, carol, now):
    """Whoever comes first has set it; the policy lets go only of what it has set itself."""
    ComponentUsageFactory(resource=resource, usage=Decimal(130))

    def action(number):
        if number == 0:
            delivery.set_flags(resource, {"paused": True}, actor=carol, now=now)
        else:
            evaluation.evaluate_resource(resource, now=now)

    at_once(action)
    paused = Event.objects.filter(
        kind="resource.flags_set", payload__changed__contains=["paused"]
    ).get()
    resource.component_usages.all().delete()
    evaluation.evaluate_resource(resource, now=now)

    assert Resource.objects.get(pk=resource.pk).paused == (paused.actor == carol)


def test_results_reported_at_once_are_all_kept(policy, resource, carol, now):
    def action(number):
        commands.report_result(
            policy,
            resource_uuid=resource.uuid,
            success=True,
            commands_executed=[f"sacctmgr modify account hpc set fairshare={number}"],
            actor=carol,
            now=now,
        )

    at_once(action)

    assert policy.command_history.count() == RACERS
