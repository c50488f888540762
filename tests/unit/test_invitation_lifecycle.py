"""The table of invitations: what it allows, and that nobody answers one twice."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.machine import IllegalTransition
from identity.lifecycle import INVITATION, OPEN_INVITATION, InvitationState

ACTIONS = (
    "approve",
    "reject",
    "begin",
    "send",
    "change",
    "accept",
    "decline",
    "cancel",
    "expire",
)
FOR_GOOD = {InvitationState.ACCEPTED, InvitationState.REJECTED, InvitationState.CANCELED}


def test_every_step_outside_the_table_is_refused() -> None:
    legal = set(INVITATION.edges())
    assert {action for action, _, _ in legal} == set(ACTIONS)
    for action, source, target in product(ACTIONS, InvitationState, InvitationState):
        if (action, source, target) in legal:
            INVITATION.check(action, source, target)
        else:
            with pytest.raises(IllegalTransition):
                INVITATION.check(action, source, target)


def test_what_is_over_for_good_stays_so_and_what_is_open_can_be_withdrawn() -> None:
    assert {state for state in InvitationState if not INVITATION.possible(state)} == FOR_GOOD
    assert INVITATION.sources("cancel") == OPEN_INVITATION
    assert set(InvitationState) - OPEN_INVITATION - FOR_GOOD == {InvitationState.EXPIRED}


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.sampled_from(InvitationState)), max_size=12))
def test_an_invitation_is_accepted_at_most_once_and_never_from_anything_but_pending(
    steps: list[tuple[str, InvitationState]],
) -> None:
    state, accepted = InvitationState.REQUESTED, 0
    for action, to in steps:
        if INVITATION.allows(action, state, to):
            assert to is not InvitationState.ACCEPTED or state is InvitationState.PENDING
            accepted += to is InvitationState.ACCEPTED
            state = to
    assert accepted <= 1
