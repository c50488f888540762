"""The table of searches at sites: what it allows, and that nothing leads out of an end."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.lifecycle import IMPORT, ImportState
from common.machine import IllegalTransition

ACTIONS = ("start_processing", "set_done", "set_erred")
ENDS = {ImportState.DONE, ImportState.ERRED}


def test_every_step_outside_the_table_is_refused() -> None:
    legal = set(IMPORT.edges())
    assert {action for action, _, _ in legal} == set(ACTIONS)
    for action, source, target in product(ACTIONS, ImportState, ImportState):
        if (action, source, target) in legal:
            IMPORT.check(action, source, target)
        else:
            with pytest.raises(IllegalTransition):
                IMPORT.check(action, source, target)


@given(st.lists(st.sampled_from(ACTIONS), max_size=8))
def test_a_search_ends_once_however_it_goes(actions: list[str]) -> None:
    state, ended = ImportState.SENT, 0
    for action in actions:
        if IMPORT.allows(action, state):
            assert state not in ENDS
            (state,) = IMPORT.targets(action)
            ended += state in ENDS
    assert ended <= 1
    assert (state in ENDS) == bool(ended)
