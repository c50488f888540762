"""The tables of states: what they allow, what a step of an order does to its resource."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from common.machine import IllegalTransition
from marketplace.lifecycle import (
    CASCADE,
    INTERRUPTED,
    OPEN,
    ORDER,
    RESOURCE,
    WAITING,
    OrderState,
    OrderType,
    ResourceState,
    effect,
)


@pytest.mark.parametrize("machine", [ORDER, RESOURCE], ids=["order", "resource"])
def test_every_step_outside_the_table_is_refused(machine: Any) -> None:
    states = OrderState if machine is ORDER else ResourceState
    legal = set(machine.edges())
    actions = {action for action, _, _ in legal}
    for action, source, target in product(actions, states, states):
        if (action, source, target) in legal:
            machine.check(action, source, target)
        else:
            with pytest.raises(IllegalTransition) as refusal:
                machine.check(action, source, target)
            valid = ", ".join(sorted(machine.sources(action)))
            assert refusal.value.detail == f"Valid states for operation: {valid}."


def test_an_order_that_is_over_stays_over_unless_it_failed() -> None:
    ended = {OrderState.DONE, OrderState.CANCELED, OrderState.REJECTED}
    assert {source for _, source, _ in ORDER.edges()} & ended == set()
    assert ORDER.possible(OrderState.ERRED) == ("set_state_executing", "retry")


def test_every_state_can_be_reached_and_left_as_the_seed_draws_it() -> None:
    drawn = {
        ("Creating", "OK"),
        ("Creating", "Erred"),
        ("OK", "Updating"),
        ("OK", "Terminating"),
        ("Updating", "OK"),
        ("Updating", "Erred"),
        ("Terminating", "Terminated"),
        ("Terminating", "Erred"),
        ("Erred", "OK"),
        ("Erred", "Updating"),
        ("Erred", "Terminating"),
    }
    assert drawn <= {(source, target) for _, source, target in RESOURCE.edges()}


def test_each_action_of_a_resource_ends_in_one_state() -> None:
    actions = {action for action, _, _ in RESOURCE.edges()}
    assert {action: len(RESOURCE.targets(action)) for action in actions} == dict.fromkeys(
        actions, 1
    )


@pytest.mark.parametrize("kind", OrderType)
def test_an_order_called_off_does_to_its_resource_what_its_progress_asks_for(kind: Any) -> None:
    assert effect(kind, OrderState.EXECUTING, OrderState.CANCELED) == INTERRUPTED[kind]
    abandoned = "abandoned" if kind is OrderType.CREATE else None
    for state in WAITING:
        assert effect(kind, state, OrderState.CANCELED) == abandoned


def test_only_the_table_says_what_a_step_entails() -> None:
    for kind, source, target in product(OrderType, OrderState, OrderState):
        if (source, target) != (OrderState.EXECUTING, OrderState.CANCELED):
            assert effect(kind, source, target) == CASCADE.get((kind, target))


def test_a_waiting_order_holds_its_resource_too() -> None:
    assert WAITING < OPEN
    assert {OrderState.EXECUTING} == OPEN - WAITING
