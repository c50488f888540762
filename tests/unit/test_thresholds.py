"""What is allowed and used, and what follows, whatever the numbers are."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.periods import Period
from accounting.projection import ProjectionStatus, QosStatus, Thresholds, project
from accounting.site_settings import CommandType, LimitType, commands_for, settings_for, type_of
from accounting.thresholds import (
    Action,
    Measured,
    ResourceFlag,
    Terms,
    called_for,
    carried_over,
    grace_limit,
    measure,
    possible,
    settle,
    shown,
    taken,
    weight_of,
)

amounts = st.decimals(0, 10**9, places=2)
limits = st.decimals(Decimal("0.01"), 10**9, places=2)
factors = st.integers(0, 100)
graces = st.decimals(0, 3, places=4)
names = st.sampled_from(["cpu", "mem", "gpu", "node"])
weights = st.dictionaries(names, st.decimals(0, 10, places=6))
periods = st.sampled_from(Period)
terms = st.builds(Terms, periods, graces, factors, st.none() | weights)
of_components = st.dictionaries(names, amounts)


class TestCarryOver:
    @given(limits, amounts, factors)
    def test_it_is_never_more_than_was_left_nor_than_the_factor(self, limit, previous, factor):
        carried = carried_over(limit, previous, factor)
        assert 0 <= carried <= limit * factor / 100
        assert carried == 0 or carried + previous <= limit

    @given(limits, factors)
    def test_an_unused_period_passes_on_all_that_the_factor_allows(self, limit, factor):
        assert limit + carried_over(limit, Decimal(0), factor) == limit * (100 + factor) / 100

    @given(limits, factors)
    def test_one_that_was_used_up_passes_on_nothing(self, limit, factor):
        assert carried_over(limit, limit, factor) == 0

    @given(limits, amounts, amounts, factors)
    def test_more_use_never_leaves_more(self, limit, one, other, factor):
        less, more = sorted((one, other))
        assert carried_over(limit, less, factor) >= carried_over(limit, more, factor)


class TestMeasuring:
    @given(of_components, of_components, of_components, terms)
    def test_a_share_is_never_negative_and_nothing_used_is_nothing(self, of, used, before, terms):
        assert measure(of, used, before, terms).share >= 0
        assert measure(of, {}, before, terms).share == 0

    @given(st.dictionaries(names, limits, min_size=1), of_components, terms)
    def test_with_everything_used_up_exactly_the_limit_is_reached(self, of, before, terms):
        allowed = {
            name: one.allowed for name, one in measure(of, {}, before, terms).portions.items()
        }
        found = measure(of, allowed, before, terms)
        is_weightless = terms.weights is not None and not any(
            weight_of(name, terms.weights) for name in of
        )
        assert found.share == (0 if is_weightless else 100)
        assert called_for(Fraction(100), terms.grace_ratio) >= {Action.DOWNSCALE}

    @given(st.dictionaries(names, limits, min_size=1), of_components, of_components)
    def test_without_weights_it_is_over_when_any_component_is(self, of, used, before):
        found = measure(of, used, before, Terms(Period.MONTH_1, carryover_factor=50))
        assert (found.share >= 100) == any(
            one.used >= one.allowed for one in found.portions.values()
        )

    @given(of_components, of_components, of_components, factors)
    def test_the_total_carries_nothing_over(self, of, used, before, factor):
        found = measure(of, used, before, Terms(Period.TOTAL, carryover_factor=factor))
        assert all(one.allowed == one.limit for one in found.portions.values())

    @given(st.dictionaries(names, limits, min_size=1), of_components, weights)
    def test_in_billing_units_the_share_is_between_those_of_the_components(self, of, used, by):
        found = measure(of, used, {}, Terms(Period.MONTH_1, weights=by))
        shares = [one.share for n, one in found.portions.items() if weight_of(n, by)] or [
            Fraction(0)
        ]
        assert min(shares) <= found.share <= max(shares)

    def test_what_has_no_limit_does_not_count(self):
        found = measure({}, {"cpu": Decimal(5), "gpu": Decimal(5)}, {}, Terms(Period.TOTAL))
        assert (found, found.percentage) == (Measured(), Decimal(0))

    @pytest.mark.parametrize("by", [None, {}, {"cpu": Decimal(0)}])
    def test_a_limit_of_nothing_is_a_limit(self, by):
        limits, terms = {"cpu": Decimal(0), "gpu": Decimal(100)}, Terms(Period.MONTH_1, weights=by)
        nothing = measure(limits, {"gpu": Decimal(50)}, {}, terms)
        over = measure(limits, {"cpu": Decimal("0.01"), "gpu": Decimal(1)}, {}, terms)
        assert nothing.percentage == 50
        assert called_for(nothing.share, Decimal(0)) == frozenset()
        assert over.percentage == 1_000_000
        assert called_for(over.share, Decimal(100)) == frozenset(Action)
        assert measure({"cpu": Decimal(0)}, {}, {}, terms).share == 0

    @pytest.mark.parametrize(
        ("component", "weight"),
        [("cpu", 2), ("CPU", 2), ("gpu", 3), ("gres/gpu", 3), ("node", 1)],
    )
    def test_components_are_found_by_their_slurm_names(self, component, weight):
        assert weight_of(component, {"CPU": Decimal(2), "GRES/gpu": Decimal(3)}) == weight


class TestThresholds:
    @given(st.fractions(0, 1000), graces)
    def test_who_is_stopped_is_slowed_down_and_told_too(self, share, grace):
        called = called_for(share, grace)
        assert called in (
            frozenset(),
            {Action.NOTIFY},
            {Action.NOTIFY, Action.DOWNSCALE},
            set(Action),
        )

    @given(graces)
    def test_the_thresholds_are_reached_exactly(self, grace):
        hair = Fraction(1, 10**12)
        stop = Fraction(grace_limit(grace))
        assert Action.DOWNSCALE in called_for(Fraction(100), grace)
        assert Action.DOWNSCALE not in called_for(100 - hair, grace)
        assert Action.PAUSE in called_for(stop, grace)
        assert Action.PAUSE not in called_for(stop - hair, grace)

    @given(st.fractions(0, 10**6))
    def test_what_is_shown_is_never_above_what_is(self, share):
        assert 0 <= share - Fraction(shown(share)) < Fraction(1, 100)

    def test_actions_are_named_in_the_words_of_the_api(self):
        assert taken(set(Action)) == ["pause", "downscale", "notify"]
        assert taken(()) == []

    @pytest.mark.parametrize("said", [None, False, 0, "true", 1])
    def test_an_option_counts_when_it_is_true_and_not_otherwise(self, said):
        options = {"supports_pausing": said, "supports_downscaling": True}
        assert possible(set(Action), options) == {Action.NOTIFY, Action.DOWNSCALE}


flags = st.builds(
    lambda is_set, is_held: ResourceFlag(is_set, is_set and is_held), st.booleans(), st.booleans()
)


class TestFlags:
    @given(flags, st.booleans())
    def test_doing_it_again_changes_nothing(self, flag, wanted):
        once = settle(flag, wanted=wanted)
        assert settle(once, wanted=wanted) == once

    @given(flags)
    def test_what_is_wanted_is_set(self, flag):
        assert settle(flag, wanted=True).is_set

    def test_what_a_person_set_is_neither_taken_over_nor_cleared(self):
        theirs = ResourceFlag(is_set=True, is_held=False)
        assert settle(theirs, wanted=True) == theirs
        assert settle(theirs, wanted=False) == theirs

    @given(flags, st.lists(st.booleans()))
    def test_a_policy_leaves_no_flag_behind_that_it_set(self, flag, wanted_flags):
        for wanted in wanted_flags:
            flag = settle(flag, wanted=wanted)
            assert flag.is_set or not flag.is_held
        ours = settle(ResourceFlag(is_set=False, is_held=False), wanted=True)
        assert settle(ours, wanted=False) == ResourceFlag(is_set=False, is_held=False)


class TestSiteSettings:
    @given(st.dictionaries(names, limits), graces, st.sampled_from(LimitType), st.none() | weights)
    def test_limits_are_whole_and_never_below_what_is_allowed(self, allowed, grace, kind, by):
        found = settings_for(allowed, limit_type=kind, grace_ratio=grace, weights=by, factors={})
        (key,) = set(found) - {"fairshare", "limit_type"}
        assert set(found[key]) == set(allowed) | (
            {"billing"} if by is not None and allowed else set()
        )
        assert all(isinstance(value, int) and value >= 0 for value in found[key].values())
        assert found["fairshare"] >= 1
        if kind is not LimitType.GRP_TRES:
            assert all(found[key][n] >= int(amount * 60) for n, amount in allowed.items())

    def test_minutes_follow_the_unit_of_the_component(self):
        found = settings_for(
            {"cpu": Decimal("1.5"), "node": Decimal(10)},
            limit_type=LimitType.MAX_TRES_MINS,
            grace_ratio=Decimal("0.2"),
            weights={"cpu": Decimal(1), "node": Decimal(2)},
            factors={"cpu": 60_000, "node": 1},
        )
        assert found == {
            "fairshare": 3,
            "limit_type": "MaxTRESMins",
            "max_tres_mins": {"billing": 1548, "cpu": 108_000, "node": 720},
        }

    def test_the_commands_are_those_that_the_agent_runs(self):
        settings = {
            "fairshare": 3,
            "limit_type": "GrpTRESMins",
            "grp_tres_mins": {"cpu": 600},
            "reset_raw_usage": True,
        }
        start = "sacctmgr --immediate modify account 'hpc x' set "
        assert [(c.type, c.command, c.parameters) for c in commands_for("hpc x", settings)] == [
            ("fairshare", start + "fairshare=3", {"fairshare": 3}),
            ("limits", start + "GrpTRESMins=cpu=600", {"cpu": 600}),
            ("reset_usage", start + "RawUsage=0", {"reset_raw_usage": True}),
        ]

    @given(st.sampled_from(LimitType), st.integers(1, 9))
    def test_what_would_be_run_is_recognised_when_it_was(self, kind, share):
        key = {"GrpTRES": "grp_tres", "GrpTRESMins": "grp_tres_mins"}.get(kind, "max_tres_mins")
        settings = {"fairshare": share, "limit_type": kind, key: {"cpu": 1}}
        for command in commands_for("hpc", settings):
            assert type_of(command.command) is command.type

    def test_what_is_not_known_is_called_so(self):
        assert type_of("scancel -A hpc") is CommandType.UNKNOWN
        assert type_of("sacctmgr modify account hpc set qos=slow") is CommandType.QOS


class TestProjection:
    @given(limits, amounts, amounts)
    def test_at_the_projected_day_the_threshold_is_reached_and_not_before(
        self, threshold, used, daily
    ):
        today = date(2026, 11, 22)
        found = project(threshold, used, daily, today)
        if found.status is ProjectionStatus.EXCEEDED:
            assert used >= threshold
            assert (found.days, found.date) == (0, today)
        elif found.status is ProjectionStatus.PROJECTED:
            assert found.days is not None
            assert used + daily * (found.days - 1) < threshold <= used + daily * found.days
            assert found.date == today + timedelta(days=found.days)
        else:
            assert used + daily * 36_500 < threshold or not daily
            assert (found.days, found.date) == (None, None)

    @pytest.mark.parametrize(
        ("used", "status"),
        [(79, "normal"), (80, "notification"), (100, "slowdown"), (120, "blocked")],
    )
    def test_the_status_follows_the_thresholds(self, used, status):
        thresholds = Thresholds(Decimal(100), Decimal("0.2"))
        assert thresholds.status(Decimal(used)) is QosStatus(status)

    def test_of_an_allocation_of_nothing_nothing_may_be_used(self):
        thresholds, today = Thresholds(Decimal(0), Decimal("0.2")), date(2026, 11, 22)
        assert thresholds.status(Decimal(0)) is QosStatus.NORMAL
        assert thresholds.status(Decimal("0.01")) is QosStatus.BLOCKED
        nothing = Decimal(0)
        assert project(nothing, nothing, nothing, today).status is ProjectionStatus.NEVER
        assert project(nothing, nothing, Decimal(3), today).days == 1
        assert project(nothing, Decimal(1), nothing, today).status is ProjectionStatus.EXCEEDED
