"""Policies measure resources, set and clear flags, and leave alone what people have set."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounting.models import (
    PolicyState,
    SlurmPeriodicUsagePolicy,
    SlurmPolicyEvaluationLog,
)
from accounting.services import evaluation, policies
from accounting.services.evaluation import NotOfPolicy
from identity.models import Event
from marketplace.services import delivery
from tests.factories.accounting import (
    PolicyFactory,
)
from tests.factories.identity import OrganizationGroupFactory
from tests.services.policies.scene import (
    BOTH,
    DEC,
    NEITHER,
    NOV,
    SLOW,
    evaluate,
    flagged,
    flags,
    use,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("amount", "percentage", "actions", "state"),
    [
        ("0", "0", [], NEITHER),
        ("50", "50", [], NEITHER),
        ("79.99", "79.99", [], NEITHER),
        ("80", "80", ["notify"], NEITHER),
        ("99.99", "99.99", ["notify"], NEITHER),
        ("100", "100", ["downscale", "notify"], SLOW),
        ("119.99", "119.99", ["downscale", "notify"], SLOW),
        ("120", "120", ["pause", "downscale", "notify"], BOTH),
        ("500", "500", ["pause", "downscale", "notify"], BOTH),
    ],
)
def test_usage_decides_what_is_done(amount, percentage, actions, state, policy, resource, carol):
    use(resource, amount)

    outcome = evaluate(policy, resource, carol)

    assert outcome.usage_percentage == Decimal(percentage)
    assert outcome.actions_taken == actions
    assert (outcome.previous_state, outcome.new_state) == (NEITHER, state)
    assert flags(resource) == state


def test_without_grace_both_flags_are_set_at_the_limit(policy, resource, carol):
    SlurmPeriodicUsagePolicy.objects.update(grace_ratio=0)
    use(resource, 100)

    assert evaluate(policy, resource, carol).new_state == BOTH


def test_flags_are_cleared_step_by_step_when_usage_is_corrected(policy, resource, carol):
    steps = [("130", BOTH), ("105", SLOW), ("0", NEITHER)]
    for amount, state in steps:
        use(resource, amount)
        assert evaluate(policy, resource, carol).new_state == state
    assert [event.payload["changed"] for event in flagged().order_by("pk")] == [
        ["downscaled", "paused"],
        ["paused"],
        ["downscaled"],
    ]
    assert flagged().first().payload["reason"] == (
        "Usage policy: 130.00 % of what is allowed in 2026-11 is used."
    )


def test_a_second_evaluation_changes_nothing_and_says_the_same(policy, resource, carol):
    use(resource, 130)
    evaluate(policy, resource, carol)
    before = {
        kind: Event.objects.filter(kind=kind).count()
        for kind in ("resource.flags_set", "policy.settings_due", "policy.notification_due")
    }

    again = evaluate(policy, resource, carol)

    assert before == dict.fromkeys(before, 1)
    assert {kind: Event.objects.filter(kind=kind).count() for kind in before} == before
    assert again.actions_taken == ["pause", "downscale"]
    assert (again.previous_state, again.new_state) == (BOTH, BOTH)


def test_what_is_asked_for_is_kept_and_what_changes_nothing_by_itself_is_not(
    policy, resource, carol
):
    use(resource, 105)
    evaluation.evaluate_resource(resource, now=NOV)
    evaluation.evaluate_resource(resource, now=NOV)
    assert SlurmPolicyEvaluationLog.objects.count() == 1

    evaluate(policy, resource, carol)

    first, second = SlurmPolicyEvaluationLog.objects.order_by("pk")
    assert (first.previous_state, first.new_state) == (NEITHER, SLOW)
    assert (second.previous_state, second.new_state) == (SLOW, SLOW)
    assert (second.usage_percentage, second.grace_limit_percentage) == (
        Decimal(105),
        Decimal(120),
    )
    assert list(
        Event.objects.filter(kind="policy.evaluated").order_by("pk").values_list("actor", flat=True)
    ) == [None, carol.pk]


def test_a_new_period_clears_what_the_old_one_set(policy, resource, carol):
    use(resource, 130)
    evaluate(policy, resource, carol)

    assert evaluation.evaluate_new_periods(now=NOV) == 0
    assert evaluation.evaluate_new_periods(now=DEC) == 1
    assert evaluation.evaluate_new_periods(now=DEC) == 0

    assert flags(resource) == NEITHER
    state = PolicyState.objects.get()
    assert (state.billing_period, state.usage_percentage) == ("2026-12", Decimal(0))
    assert (state.fired, state.paused_by, state.downscaled_by) == (False, None, None)


class TestCarryOver:
    @pytest.fixture
    def policy(self, offering):
        return PolicyFactory(offering=offering, carryover_enabled=True, carryover_factor=15)

    @pytest.mark.parametrize(
        ("previous", "allowed"),
        [(None, 115), ("0", 115), ("85", 115), ("90", 110), ("100", 100), ("200", 100)],
    )
    def test_what_was_left_over_is_added_up_to_the_factor(
        self, previous, allowed, policy, resource, carol
    ):
        if previous is not None:
            use(resource, previous, in_month=date(2026, 10, 1))
        use(resource, allowed)

        assert evaluate(policy, resource, carol).usage_percentage == 100

    def test_the_month_before_last_does_not_matter(self, policy, resource, carol):
        use(resource, 100, in_month=date(2026, 9, 1))
        use(resource, 115)

        assert evaluate(policy, resource, carol).usage_percentage == 100

    def test_the_total_of_all_time_has_nothing_before_it(self, policy, resource, carol):
        SlurmPeriodicUsagePolicy.objects.update(period=1)
        use(resource, 40, in_month=date(2024, 1, 1))
        use(resource, 60)

        report = evaluation.evaluate(SlurmPeriodicUsagePolicy.objects.get(), actor=carol, now=NOV)

        assert report.billing_period == "total"
        assert report.outcomes[0].usage_percentage == 100


def test_a_quarter_adds_its_months_up(policy, resource, carol):
    SlurmPeriodicUsagePolicy.objects.update(period=3)
    policy.refresh_from_db()
    use(resource, 500, in_month=date(2026, 9, 1))
    use(resource, 30, in_month=date(2026, 10, 1))
    use(resource, 40)

    report = evaluation.evaluate(policy, actor=carol, now=NOV)

    assert report.billing_period == "2026-Q4"
    assert report.outcomes[0].usage_percentage == 70


class TestFlagsSetByPeople:
    def test_what_a_person_paused_stays_paused_when_usage_is_low(self, policy, resource, carol):
        delivery.set_flags(resource, {"paused": True}, actor=carol, now=NOV)

        assert evaluate(policy, resource, carol).new_state == {"paused": True, "downscaled": False}

    def test_what_a_person_paused_stays_when_the_policy_would_have_paused_it_too(
        self, policy, resource, carol
    ):
        delivery.set_flags(resource, {"paused": True}, actor=carol, now=NOV)
        use(resource, 130)
        evaluate(policy, resource, carol)
        use(resource, 0)

        assert evaluate(policy, resource, carol).new_state == {"paused": True, "downscaled": False}

    def test_what_a_person_paused_anew_is_not_the_policy_s_any_more(self, policy, resource, carol):
        use(resource, 130)
        evaluate(policy, resource, carol)
        delivery.set_flags(resource, {"paused": False}, actor=carol, now=NOV)
        delivery.set_flags(resource, {"paused": True}, actor=carol, now=NOV)
        use(resource, 0)

        assert evaluate(policy, resource, carol).new_state == {"paused": True, "downscaled": False}

    def test_what_a_person_let_go_is_paused_again_while_it_is_over_the_limit(
        self, policy, resource, carol
    ):
        use(resource, 130)
        evaluate(policy, resource, carol)
        delivery.set_flags(resource, {"paused": False}, actor=carol, now=NOV)

        assert evaluate(policy, resource, carol).new_state == BOTH
        use(resource, 0)
        assert evaluate(policy, resource, carol).new_state == NEITHER

    def test_a_change_of_another_flag_takes_nothing_from_the_policy(self, policy, resource, carol):
        use(resource, 130)
        evaluate(policy, resource, carol)
        delivery.set_flags(resource, {"restrict_member_access": True}, actor=carol, now=NOV)
        use(resource, 0)

        assert evaluate(policy, resource, carol).new_state == NEITHER


class TestWhatIsPossible:
    @pytest.mark.parametrize(
        ("options", "state"),
        [
            ({}, NEITHER),
            ({"supports_downscaling": True}, SLOW),
            ({"supports_pausing": True}, {"paused": True, "downscaled": False}),
            ({"supports_pausing": False, "supports_downscaling": True}, SLOW),
        ],
    )
    def test_an_offering_that_does_not_support_it_is_spared(
        self, options, state, policy, offering, resource, carol
    ):
        offering.plugin_options = options
        offering.save()
        use(resource, 130)

        assert evaluate(policy, resource, carol).new_state == state

    def test_actions_that_were_not_chosen_are_not_taken(self, policy, resource, carol):
        SlurmPeriodicUsagePolicy.objects.update(actions="request_slurm_resource_downscaling")
        use(resource, 130)

        outcome = evaluate(policy, resource, carol)

        assert (outcome.actions_taken, outcome.new_state) == (["downscale"], SLOW)

    def test_an_action_taken_back_lets_the_resources_go(self, policy, resource, carol):
        use(resource, 130)
        evaluate(policy, resource, carol)
        policies.change(policy, actions="notify_organization_owners", actor=carol, now=NOV)

        assert evaluation.evaluate_all(policy, now=NOV) == 1
        assert flags(resource) == NEITHER


class TestForWhom:
    @pytest.fixture
    def group(self):
        return OrganizationGroupFactory()

    @pytest.fixture
    def policy(self, offering, group):
        policy = PolicyFactory(offering=offering, apply_to_all=False)
        policy.organization_groups.add(group)
        return policy

    def test_others_organisations_are_not_looked_at(self, policy, resource, carol):
        use(resource, 130)

        assert evaluation.evaluate(policy, actor=carol, now=NOV).outcomes == []
        assert evaluation.evaluate_resource(resource, now=NOV) is False
        with pytest.raises(NotOfPolicy):
            evaluate(policy, resource, carol)

    def test_those_of_the_groups_are(self, policy, group, resource, allocator, carol):
        allocator.organization_groups.add(group)
        use(resource, 130)

        assert evaluate(policy, resource, carol).new_state == BOTH

    def test_an_organisation_that_left_the_group_is_let_go(
        self, policy, group, resource, allocator, carol
    ):
        allocator.organization_groups.add(group)
        use(resource, 130)
        evaluate(policy, resource, carol)
        allocator.organization_groups.remove(group)

        assert evaluation.evaluate_all(policy, now=NOV) == 1
        assert flags(resource) == NEITHER
        assert evaluation.evaluate_all(policy, now=NOV) == 0
