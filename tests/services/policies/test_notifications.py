"""What policies count, what sites and owners are notified of, and how policies come and go."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounting.models import (
    PolicyState,
    SlurmPeriodicUsagePolicy,
)
from accounting.services import evaluation, policies
from accounting.services.evaluation import NotInUse, NotOfPolicy
from accounting.services.usage import Reported, set_usage
from identity.models import Event
from marketplace.lifecycle import ResourceState
from marketplace.services import components, delivery, offerings
from tests.factories.accounting import (
    PolicyComponentLimitFactory,
)
from tests.factories.identity import OrganizationGroupFactory
from tests.factories.marketplace import HpcOfferingFactory, ResourceFactory
from tests.services.policies.scene import BOTH, DEC, NEITHER, NOV, evaluate, flags, use

pytestmark = pytest.mark.django_db


class TestComponents:
    def report(self, resource, actor, **amounts):
        entries = [Reported(name, Decimal(amount)) for name, amount in amounts.items()]
        set_usage(resource, entries, actor=actor, now=NOV)

    def test_the_component_that_is_used_most_decides(self, policy, resource, carol):
        delivery.set_limits(resource, {"cpu_k_hours": 100, "gb_k_hours": 10}, actor=carol, now=NOV)
        self.report(resource, carol, cpu_k_hours="50", gb_k_hours="10.5")

        assert evaluate(policy, resource, carol).usage_percentage == 105

    def test_billing_units_add_components_up_by_their_weights(self, policy, resource, carol):
        weights = {"CPU_K_HOURS": 1, "GRES/gb_k_hours": 0.5}
        SlurmPeriodicUsagePolicy.objects.update(
            tres_billing_enabled=True, tres_billing_weights=weights
        )
        delivery.set_limits(resource, {"cpu_k_hours": 100, "gb_k_hours": 100}, actor=carol, now=NOV)
        self.report(resource, carol, cpu_k_hours="90", gb_k_hours="30")

        assert evaluate(policy, resource, carol).usage_percentage == 70

    def test_the_policy_s_own_limits_take_the_place_of_the_resource_s(
        self, policy, resource, carol
    ):
        gpu = resource.offering.components.get(type="gpu_k_hours")
        PolicyComponentLimitFactory(policy=policy, component=gpu, limit=20)
        self.report(resource, carol, cpu_k_hours="99", gpu_k_hours="5")

        assert evaluate(policy, resource, carol).usage_percentage == 25

    def test_a_resource_without_limits_is_never_over_them(self, policy, resource, carol):
        resource.limits = {}
        resource.save()
        self.report(resource, carol, cpu_k_hours="99")

        outcome = evaluate(policy, resource, carol)

        assert (outcome.usage_percentage, outcome.actions_taken) == (0, [])


class TestSiteSettings:
    def due(self):
        return [event.payload for event in Event.objects.filter(kind="policy.settings_due")]

    def test_the_site_is_told_what_to_set(self, policy, offering, resource, carol):
        evaluate(policy, resource, carol)

        assert self.due() == [
            {
                "resource_uuid": resource.uuid.hex,
                "backend_id": "hpc_climate",
                "offering_uuid": offering.uuid.hex,
                "policy_uuid": policy.uuid.hex,
                "action": "apply_periodic_settings",
                "settings": {
                    "fairshare": 33,
                    "limit_type": "GrpTRESMins",
                    "grp_tres_mins": {"cpu_k_hours": 7200},
                    "reset_raw_usage": False,
                },
                "timestamp": "2026-11-22T12:00:00+00:00",
            }
        ]

    def test_once_and_again_when_they_change(self, policy, resource, carol):
        evaluate(policy, resource, carol)
        evaluate(policy, resource, carol)
        delivery.set_limits(resource, {"cpu_k_hours": 200}, actor=carol, now=NOV)
        evaluate(policy, resource, carol)

        limits = [payload["settings"]["grp_tres_mins"]["cpu_k_hours"] for payload in self.due()]
        assert sorted(limits) == [7200, 14400]

    def test_a_new_period_starts_slurm_s_count_from_nothing(self, policy, resource, carol):
        evaluate(policy, resource, carol)
        evaluation.evaluate_new_periods(now=DEC)

        resets = [p["settings"]["reset_raw_usage"] for p in self.due()]
        assert sorted(resets) == [False, True]

    def test_unless_the_policy_does_not_want_that(self, policy, resource, carol):
        SlurmPeriodicUsagePolicy.objects.update(raw_usage_reset=False)
        evaluate(policy, resource, carol)
        evaluation.evaluate_new_periods(now=DEC)

        assert [p["settings"]["reset_raw_usage"] for p in self.due()] == [False, False]

    def test_a_resource_that_the_site_has_not_named_has_no_account_to_set_them_on(
        self, policy, resource, carol
    ):
        resource.backend_id = ""
        resource.save()

        evaluate(policy, resource, carol)

        assert self.due() == []


def test_owners_are_told_once_a_period(policy, resource, carol):
    use(resource, 85)
    evaluate(policy, resource, carol)
    use(resource, 95)
    evaluate(policy, resource, carol)
    use(resource, 85, in_month=date(2026, 12, 1))
    evaluate(policy, resource, carol, now=DEC)

    told = Event.objects.filter(kind="policy.notification_due").order_by("pk")
    assert [event.payload for event in told] == [
        {
            "resource_uuid": resource.uuid.hex,
            "offering_uuid": resource.offering.uuid.hex,
            "billing_period": period,
            "usage_percentage": "85.00",
        }
        for period in ("2026-11", "2026-12")
    ]
    assert told[0].project == resource.project


def test_a_policy_has_fired_while_any_resource_is_over_a_threshold(
    policy, resource, project, offering, carol
):
    other = ResourceFactory(project=project, offering=offering, limits={"cpu_k_hours": 100})
    seen = []
    for which, amount in ((resource, 105), (other, 105), (resource, 0), (other, 0)):
        use(which, amount)
        evaluate(policy, which, carol)
        policy.refresh_from_db()
        seen.append(policy.has_fired)
    assert seen == [True, True, True, False]
    assert policy.fired_datetime == NOV


class TestDryRun:
    def test_it_answers_what_would_be_done_and_does_nothing(self, policy, resource, carol):
        use(resource, 130)
        with CaptureQueriesContext(connection) as queries:
            report = evaluation.dry_run(policy, now=NOV)

        (outcome,) = report.outcomes
        assert outcome.actions_taken == ["pause", "downscale", "notify"]
        assert (outcome.previous_state, outcome.usage_percentage) == (NEITHER, Decimal(130))
        assert [q["sql"] for q in queries if not q["sql"].startswith("SELECT")] == []
        assert not Event.objects.exists()
        assert not PolicyState.objects.exists()

    def test_it_foresees_what_the_evaluation_does(self, policy, resource, carol):
        for amount in (0, 85, 85, 105, 130, 20):
            use(resource, amount)
            foreseen = evaluation.dry_run(policy, now=NOV).outcomes[0]
            done = evaluate(policy, resource, carol)
            assert (foreseen.actions, foreseen.usage_percentage) == (
                done.actions,
                done.usage_percentage,
            )

    def test_many_resources_take_as_many_queries_as_one(self, policy, resource, project, offering):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                evaluation.dry_run(policy, now=NOV)
            return len(captured)

        few = queries()
        for _ in range(20):
            use(ResourceFactory(project=project, offering=offering), 1)
        assert queries() == few


def test_an_evaluation_takes_a_constant_number_of_queries_per_resource(
    policy, project, offering, carol
):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            evaluation.evaluate(policy, actor=carol, now=NOV)
        return len(captured)

    for _ in range(2):
        use(ResourceFactory(project=project, offering=offering), 500)
    queries()
    two = queries()
    for _ in range(2):
        use(ResourceFactory(project=project, offering=offering), 500)
    queries()
    assert queries() == 2 * two - 2  # but for looking for the next batch


@pytest.mark.parametrize("state", [ResourceState.TERMINATING, ResourceState.TERMINATED])
def test_what_has_ended_is_left_alone(state, policy, resource, carol):
    resource.state = state
    resource.save()
    use(resource, 130)

    assert evaluation.evaluate(policy, actor=carol, now=NOV).outcomes == []
    assert evaluation.evaluate_resource(resource, now=NOV) is False
    with pytest.raises(NotInUse):
        evaluate(policy, resource, carol)
    assert flags(resource) == NEITHER


def test_a_resource_of_another_offering_is_not_looked_at(policy, project, carol):
    with pytest.raises(NotOfPolicy):
        evaluate(policy, ResourceFactory(project=project), carol)


class TestReset:
    def test_what_is_flagged_below_the_limit_is_let_go(self, policy, resource, carol):
        use(resource, 130)
        evaluate(policy, resource, carol)

        report = evaluation.reset(policy, actor=carol, now=DEC)

        assert [(o.previous_state, o.new_state) for o in report.outcomes] == [(BOTH, NEITHER)]

    def test_what_is_over_the_limit_or_not_flagged_is_not_touched(
        self, policy, resource, project, offering, carol
    ):
        ResourceFactory(project=project, offering=offering)
        use(resource, 130)
        evaluate(policy, resource, carol)

        assert evaluation.reset(policy, actor=carol, now=NOV).outcomes == []
        assert flags(resource) == BOTH


class TestMakingAndChanging:
    def test_an_offering_has_one_policy(self, policy, offering, carol):
        with pytest.raises(policies.PolicyExists) as refused:
            policies.create(offering, component_limits={}, actions="x", actor=carol, now=NOV)
        assert refused.value.detail == {
            "scope": ["The offering has a periodic usage policy already."]
        }

    def test_a_limit_is_of_a_component_of_the_offering(self, offering, carol):
        with pytest.raises(policies.UnknownPolicyComponents) as refused:
            policies.create(
                offering,
                component_limits={"node_fee": 1, "cpu_k_hours": 1, "xyz": 1},
                actions="x",
                actor=carol,
                now=NOV,
            )
        assert refused.value.detail == {
            "component_limits_set": ["These components are invalid: node_fee, xyz."]
        }

    def test_nothing_new_is_no_event(self, policy, carol):
        policies.change(policy, period=policy.period, component_limits={}, actor=carol, now=NOV)

        assert not Event.objects.exists()

    def test_an_event_names_what_changed(self, policy, carol):
        policies.change(policy, period=3, component_limits={"cpu_k_hours": 5}, actor=carol, now=NOV)

        event = Event.objects.get()
        assert (event.kind, event.subject_uuid) == ("policy.updated", policy.uuid)
        assert event.payload == {
            "offering_uuid": policy.offering.uuid.hex,
            "changed": ["component_limits_set", "period"],
        }

    def test_a_policy_stays_with_its_offering(self, policy, carol):
        with pytest.raises(policies.ScopeFixed):
            policies.change(policy, scope=HpcOfferingFactory(), actor=carol, now=NOV)

    def test_with_the_policy_goes_what_it_holds_and_nothing_else(
        self, policy, resource, project, offering, carol
    ):
        by_hand = ResourceFactory(project=project, offering=offering)
        delivery.set_flags(by_hand, {"paused": True}, actor=carol, now=NOV)
        use(resource, 130)
        evaluate(policy, resource, carol)

        policies.remove(policy, actor=carol, now=NOV)

        assert flags(resource) == NEITHER
        assert flags(by_hand)["paused"] is True
        assert not SlurmPeriodicUsagePolicy.objects.exists()
        with pytest.raises(policies.PolicyGone):
            policies.remove(policy, actor=carol, now=NOV)
        with pytest.raises(policies.PolicyGone):
            evaluate(policy, resource, carol)

    def test_a_component_that_it_limits_stays(self, policy, offering, carol):
        limit = PolicyComponentLimitFactory(policy=policy)

        with pytest.raises(components.ComponentInUse, match="A usage policy limits"):
            components.remove(limit.component, actor=carol, now=NOV)

    def test_with_its_offering_goes_the_policy(self, policy, offering, dave):
        PolicyComponentLimitFactory(policy=policy)

        offerings.remove(offering, actor=dave, now=NOV)

        assert not SlurmPeriodicUsagePolicy.objects.exists()

    def test_groups_are_changed(self, policy, carol):
        one, other = OrganizationGroupFactory(), OrganizationGroupFactory()

        for _ in range(2):
            policies.change(
                policy, apply_to_all=False, organization_groups=[one, other], actor=carol, now=NOV
            )

        assert set(policy.organization_groups.all()) == {one, other}
        assert [event.payload["changed"] for event in Event.objects.all()] == [
            ["apply_to_all", "organization_groups"]
        ]

    def test_a_policy_of_groups_is_not_made_one_for_all(self, policy, carol):
        policies.change(
            policy,
            apply_to_all=False,
            organization_groups=[OrganizationGroupFactory()],
            actor=carol,
            now=NOV,
        )

        with pytest.raises(policies.ForAllOrSome):
            policies.change(policy, apply_to_all=True, actor=carol, now=NOV)
