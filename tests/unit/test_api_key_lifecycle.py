"""The table of resources' keys, and the limits of what they may be used for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations import key_limits
from allocations.lifecycle import ANSWERED_BY, API_KEY, AWAITED, ApiKeyAction, ApiKeyState
from common.machine import IllegalTransition

STEPS = sorted({step for step, _, _ in API_KEY.edges()})


def test_nothing_leads_out_of_the_end() -> None:
    assert API_KEY.possible(ApiKeyState.DELETED) == ()
    assert "close" in API_KEY.possible(ApiKeyState.ERRED)
    with pytest.raises(IllegalTransition) as refused:
        API_KEY.check("rotate", ApiKeyState.PAUSED)
    assert str(refused.value) == "Valid states for operation: Erred, OK."


def test_every_wish_has_one_answer_and_can_be_tried_again() -> None:
    answered = [action for actions in ANSWERED_BY.values() for action in actions]
    assert sorted(answered) == sorted(ApiKeyAction) == sorted(AWAITED)
    assert set(AWAITED.values()) == API_KEY.targets("retry") == API_KEY.sources("set_erred")
    for step, actions in ANSWERED_BY.items():
        assert {AWAITED[action] for action in actions} <= API_KEY.sources(step)


@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_whatever_is_done_a_key_can_be_closed_once(actions: list[str]) -> None:
    state = ApiKeyState.CREATING
    for action in actions:
        if API_KEY.allows(action, state):
            state = min(API_KEY.targets(action))
    assert API_KEY.allows("close", state) == (state is not ApiKeyState.DELETED)


AMOUNTS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 9).map(float))


@given(AMOUNTS, AMOUNTS)
def test_a_limit_is_reached_when_one_is_and_zero_is_none(
    limits: dict[str, float], usages: dict[str, float]
) -> None:
    over = [name for name in limits if limits[name] > 0 and usages.get(name, 0) >= limits[name]]
    assert key_limits.is_reached(limits, usages) == bool(over)
    assert not key_limits.is_reached(None, usages)


@given(st.lists(st.one_of(st.none(), AMOUNTS)))
def test_a_total_is_the_sum_by_component(several: list[dict[str, float] | None]) -> None:
    total = key_limits.total(several)
    for name in "abc":
        assert total.get(name, 0) == sum((usages or {}).get(name, 0) for usages in several)


@pytest.mark.parametrize("amount", [-1, float("inf"), float("nan"), "1", None, True])
def test_an_amount_is_a_finite_number_from_zero(amount: object) -> None:
    with pytest.raises(key_limits.BadAmount) as refused:
        key_limits.check("limits", {"a": amount, "b": 1, "c": 0}, known="ac")
    assert refused.value.detail == {
        "limits": {
            "a": ["Ensure this value is a number from 0."],
            "b": ["The offering has no such component."],
        }
    }
